"""Every string of `attacks` as it comes past the page: to the assistant, the API, the password, addresses and headers."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from urllib.parse import quote

import pytest
from attacks import ATTACKS, shown
from serving import fetch

from assistant import accounts
from assistant.accounts import AccountError, Accounts, account_line
from assistant.web.serving import running


def test_the_assistant_takes_them_as_questions_and_as_history(bot):
    for attack in ATTACKS.values():
        history = [{"role": "user", "content": attack}, {"role": "assistant", "content": attack}]
        assert bot.ask("and in the femoral vein?", history=history).question == "and in the femoral vein?"
        if not any(sign.isalnum() for sign in attack):
            with pytest.raises(ValueError, match=r"holds no word|is empty"):
                bot.ask(attack)
            continue
        answer = bot.ask(attack)
        for passage in (*answer.quotes, *answer.nearest):
            assert passage.text == bot.corpus[passage.doc_id].text_at(passage.spans)
        assert all(suggestion in {entry.text for entry in bot.index.bank} for suggestion in answer.related)


def test_the_api_gives_them_back_as_json(url):
    for attack in ATTACKS.values():
        history = [{"role": "user", "content": shown(attack)}, {"role": "assistant", "content": shown(attack)}]
        sent = json.dumps({"data": [f"{shown(attack)} survival?", history, "clinician"]})
        joined, body = fetch(url, "/gradio_api/call/ask", "POST", sent, Content_Type="application/json")
        assert joined.status == 200
        answer, told = fetch(url, f"/gradio_api/call/ask/{json.loads(body)['event_id']}")
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        events = [line for line in told.split("\n") if line.startswith("event: ")]
        assert events == ["event: complete"], attack


def test_names_and_passwords_let_nobody_in(bot, tmp_path, monkeypatch):
    monkeypatch.setattr(accounts, "COST", 2)
    monkeypatch.setattr("assistant.web.gate.FIRST_PAUSE", 0.0)
    lines, good = [account_line("anna", "a password")], []
    for attack in ATTACKS.values():
        with suppress(AccountError):
            lines.append(account_line(shown(attack), shown(attack)[:40].ljust(8, "x")))
            good.append(attack)
    path = tmp_path / "accounts"
    path.write_text("\n".join(lines), encoding="utf-8")
    path.chmod(0o600)
    known = Accounts.read(path)
    assert good
    for attack in good:
        assert known.verify(shown(attack), shown(attack)[:40].ljust(8, "x"))
    anna = Accounts({"anna": known._hashes["anna"]})
    with running(bot, auth=anna) as url:
        for attack in ATTACKS.values():
            for pair in (f"{attack}:{attack}", f"anna:{attack}", f"{attack}:a password", attack):
                coded = base64.b64encode(pair.encode("utf-8", "surrogatepass")).decode()
                response, body = fetch(url, "/", Authorization=f"Basic {coded}")
                assert response.status == 401
                assert body in ("Name or password is wrong.", "Name and password are needed.")
        coded = base64.b64encode(b"anna:a password").decode()
        assert fetch(url, "/", Authorization=f"Basic {coded}")[0].status == 200


def test_addresses_lead_nowhere_and_come_back_nowhere(url):
    for attack in ATTACKS.values():
        coded = quote(attack.encode("utf-8", "replace"), safe="")
        for path in (
            f"/{coded}",
            f"/assets/{coded}",
            f"/static/{coded}",
            f"/gradio_api/heartbeat/x/{coded}",
            f"/gradio_api/call/{coded}",
        ):
            response, body = fetch(url, path)
            assert response.status in (404, 405), path
            assert "root:" not in body
            assert len(body) < 200
        for name in ("__theme", "view", "deep_link", "doc", "session_hash", coded):
            response, body = fetch(url, f"/?{name}={coded}")
            assert response.status == 200
            assert "nonce-" in response.headers["Content-Security-Policy"]
            if "<" in attack:
                assert attack not in body
            assert "Set-Cookie" not in response.headers


def test_headers_name_no_other_server(bot):
    with running(bot) as url, running(bot, root_path="/vlms") as inner:
        for attack in [*ATTACKS.values(), "evil.example"]:
            value = shown(attack).encode().decode("latin-1")
            if any(ord(sign) < 32 or ord(sign) == 127 for sign in value) or value != value.strip():
                continue
            for name in (
                "X-Forwarded-Host",
                "X-Gradio-Server",
                "X-Forwarded-Proto",
                "Referer",
                "User-Agent",
                "Accept-Language",
            ):
                response, body = fetch(url, "/", **{name: value})
                assert response.status == 200, (name, attack)
                assert "evil.example" not in body
                if name != "X-Forwarded-Host" or attack != "evil.example":
                    response, body = fetch(inner, "/vlms/", **{name: value})
                    assert response.status == 200, (name, attack)
                    assert "evil.example" not in body
