"""Serving to others: passwords, a path behind a proxy, health, a full line, and a clean end."""

from __future__ import annotations

import base64
import http.client
import json
import os
import pty
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn
from chatting import DONE, Chat
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route
from test_web_security import BOT, fetch, python

from assistant import accounts
from assistant.accounts import AccountError, Accounts, account_line
from assistant.web import ServeError
from assistant.web.prefix import checked_root_path
from assistant.web.serving import running
from assistant.web.waiting import BUSY, ENDING, KEPT, Busy, Line

SURVIVAL = "What is the three-year survival of vascular leiomyosarcoma?"
PASSWORD = "grün & gelb: 57 %"


@pytest.fixture
def cheap(monkeypatch):
    """Hashes that cost next to nothing."""
    monkeypatch.setattr(accounts, "COST", 2)
    monkeypatch.setattr(accounts, "PARALLEL", 1)


@pytest.fixture
def password_file(cheap, tmp_path):
    path = tmp_path / "accounts"
    path.write_text(f"# who may\n\n{account_line('anna', PASSWORD)}\n", encoding="utf-8")
    path.chmod(0o600)
    return path


def basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


# Accounts


def test_a_line_fits_its_password_and_no_other(cheap):
    line = account_line("anna", PASSWORD)
    assert PASSWORD not in line
    assert line != account_line("anna", PASSWORD), "the salt differs"
    known = Accounts({"anna": accounts.Hash.read(line.partition(":")[2])})
    assert known.verify("anna", PASSWORD)
    assert known.verify("anna", PASSWORD.replace("ü", "u\u0308")), "composed in another way"
    for name, password in (("anna", PASSWORD + " "), ("anna", ""), ("Anna", PASSWORD), ("bert", PASSWORD), ("", "")):
        assert not known.verify(name, password)
        assert not known.knows(name, password)
    assert known.knows("anna", PASSWORD)


def test_a_shipped_hash_costs_what_is_advised():
    made = accounts.Hash.of("a password")
    assert (made.cost, made.block, made.parallel) == (2**15, 8, 3)
    assert made.fits("a password")
    assert not made.fits("A password")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "names nobody"),
        ("# only a comment\n\n", "names nobody"),
        ("\n\nanna\n", "line 3, is not of the form"),
        ("anna:secret\n", "line 1, is not of the form"),
        (":scrypt$2$8$1$AAAA$AAAA\n", "line 1, is not of the form"),
        ("anna:scrypt$2$8$1$AAAA$AAAA\n", "line 1, is not of the form"),
        ("anna:scrypt$1073741824$8$1$AAAAAAAAAAAAAAAAAAAAAA==$" + "A" * 43 + "=\n", "line 1, is not of the form"),
        ("anna:bcrypt$2$8$1$x$y\n", "line 1, is not of the form"),
        ("LINE\nLINE\n", "line 2, names 'anna' a second time"),
        (b"\xff\xfe", "is not UTF-8"),
        (None, "There is no password file"),
    ],
)
def test_a_password_file_that_cannot_be_used_is_one_sentence(cheap, tmp_path, content, words):
    path = tmp_path / "accounts"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        path.write_text(content.replace("LINE", account_line("anna", PASSWORD)), encoding="utf-8")
    with pytest.raises(AccountError, match=rf"^[^\n]*{words}[^\n]*\.$"):
        Accounts.read(path)


def test_a_folder_is_no_password_file(tmp_path):
    with pytest.raises(AccountError, match=r"cannot be read: .*\.$"):
        Accounts.read(tmp_path)


def test_a_password_file_that_all_can_read_is_a_warning(password_file, capsys):
    Accounts.read(password_file)
    assert capsys.readouterr().err == ""
    password_file.chmod(0o644)
    assert Accounts.read(password_file).verify("anna", PASSWORD)
    assert "chmod 600" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["", " anna", "an:na", "#anna", "a\nb", "a" * 65])
def test_a_name_that_cannot_be_one_is_one_sentence(cheap, name):
    with pytest.raises(AccountError, match=r"^[^\n]+\.$"):
        account_line(name, PASSWORD)


def typed(*lines: str, name: str = "anna") -> tuple[int, str]:
    """``vlms password`` on a terminal of its own: exit code and all that the terminal shows."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, "-m", "assistant.cli", "password", name])
    shown = b""
    for line in lines:
        while not shown.endswith(b": "):
            shown += os.read(terminal, 1024)
        time.sleep(0.1)
        os.write(terminal, line.encode() + b"\n")
        shown += b"\n"
    while True:
        try:
            part = os.read(terminal, 1024)
        except OSError:
            part = b""
        if not part:
            break
        shown += part
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode()


def test_vlms_password_asks_twice_unseen_and_prints_a_line(tmp_path):
    code, shown = typed(PASSWORD, PASSWORD)
    assert code == 0, shown
    assert PASSWORD not in shown
    path = tmp_path / "accounts"
    path.write_text(next(line for line in shown.splitlines() if line.startswith("anna:")), encoding="utf-8")
    assert Accounts.read(path).verify("anna", PASSWORD)


@pytest.mark.parametrize(
    ("lines", "name", "words"),
    [(("one password", "another one"), "anna", "differ"), (("short", "short"), "anna", "5"), ((), "a:b", "no colon")],
)
def test_vlms_password_refuses_in_a_sentence(lines, name, words):
    code, shown = typed(*lines, name=name)
    assert code == 2
    assert words in shown.splitlines()[-1]
    assert "Traceback" not in shown


# The gate


@pytest.fixture
def guarded(bot, password_file):
    known = Accounts.read(password_file)
    known.checked = 0
    verify = known.verify

    def counted(name: str, password: str) -> bool:
        known.checked += 1
        return verify(name, password)

    known.verify = counted
    with running(bot, auth=known) as url:
        yield url, known


@pytest.mark.parametrize(
    "path", ["/", "/config", "/theme.css", "/gradio_api/info", "/gradio_api/mcp/", "/x", "/health/x"]
)
def test_without_a_password_there_is_nothing_but_health(guarded, path):
    url, _ = guarded
    for headers in (
        {},
        basic("anna", "wrong"),
        basic("bert", PASSWORD),
        {"Authorization": "Basic ?"},
        {"Authorization": "x"},
    ):
        response, body = fetch(url, path, **headers)
        assert response.status == 401
        assert response.headers["WWW-Authenticate"].startswith("Basic realm=")
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert len(body) < 60
    assert fetch(url, "/health")[0].status == 200


def test_a_password_opens_the_page_and_is_checked_only_once(guarded):
    url, known = guarded
    for path in ("/", "/config", "/theme.css"):
        assert fetch(url, path, **basic("anna", PASSWORD))[0].status == 200
    assert fetch(url, "/x", **basic("anna", PASSWORD))[0].status == 404
    assert known.checked == 1


def test_guessing_is_slow_and_does_not_keep_out_who_is_in(guarded):
    url, known = guarded
    assert fetch(url, **basic("anna", PASSWORD))[0].status == 200
    with ThreadPoolExecutor(6) as pool:
        began = time.monotonic()
        guesses = [pool.submit(fetch, url, **basic("anna", f"guess {number}")) for number in range(6)]
        time.sleep(0.3)
        asked = time.monotonic()
        assert fetch(url, "/theme.css", **basic("anna", PASSWORD))[0].status == 200
        assert time.monotonic() - asked < 2
        assert {guess.result()[0].status for guess in guesses} == {401}
    assert time.monotonic() - began > 0.25 + 0.5 + 1 + 2 + 4 - 0.1
    assert known.checked == 7


def test_a_crowd_of_guesses_is_sent_away(guarded):
    url, known = guarded

    with ThreadPoolExecutor(40) as pool:
        guesses = [pool.submit(fetch, url, **basic("bert", f"guess {number}")) for number in range(40)]
        time.sleep(1.5)
        states = [guess.result()[0].status for guess in guesses if guess.done()]
    assert states.count(429) >= 40 - 17
    assert known.checked <= 17


def test_the_chat_works_behind_a_password(browser, guarded):
    url, _ = guarded
    chat = Chat(browser, url)
    page = chat.open(http_credentials={"username": "anna", "password": PASSWORD})
    chat.ask(page, SURVIVAL)
    assert "57%" in page.locator("#log .quotes").inner_text()
    chat.close()
    assert chat.faults == []


def test_the_api_takes_a_password(guarded):
    from gradio_client import Client

    url, _ = guarded
    client = Client(url, auth=None, headers=basic("anna", PASSWORD), verbose=False, analytics_enabled=False)
    assert "57%" in client.predict(question=SURVIVAL, history=None, api_name="/ask")["text"]


# Behind a proxy


def proxy(url: str, prefix: str, strip: bool, hide_host: bool) -> Starlette:
    """A reverse proxy that shows ``url`` under ``prefix``, and nothing else."""
    client = httpx.AsyncClient(base_url=url, timeout=30, trust_env=False)

    async def forward(request):
        path = request.url.path
        if not path.startswith(prefix):
            return StreamingResponse(iter([b"the site's own page"]), 404)
        path = path[len(prefix) :] or "/" if strip else path
        headers = [(name, value) for name, value in request.headers.raw if not (hide_host and name == b"host")]
        asked = client.build_request(
            request.method,
            httpx.URL(path=path, query=request.url.query.encode()),
            headers=headers,
            content=await request.body(),
        )
        answer = await client.send(asked, stream=True)

        async def body():
            try:
                async for part in answer.aiter_raw():
                    yield part
            finally:
                await answer.aclose()

        passed = {name: value for name, value in answer.headers.items() if name != "transfer-encoding"}
        return StreamingResponse(body(), answer.status_code, passed)

    return Starlette(routes=[Route("/{path:path}", forward, methods=["GET", "POST", "HEAD"])])


@contextmanager
def proxied(url: str, prefix: str, **settings: bool):
    server = uvicorn.Server(
        uvicorn.Config(proxy(url, prefix, **settings), port=0, log_level="critical", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.mark.parametrize("strip", [True, False], ids=["stripped", "kept"])
def test_the_page_works_under_a_path_behind_a_proxy(browser, bot, strip):
    last = "" if strip else "/"
    with running(bot, root_path="/vlms") as inner, proxied(inner, "/vlms", strip=strip, hide_host=False) as site:
        chat = Chat(browser, site)
        page = chat.open(f"{site}/vlms{last}")
        chat.ask(page, SURVIVAL)
        assert "57%" in page.locator("#log .quotes").inner_text()
        page.locator("#log .cite").first.click()
        page.wait_for_selector("#lit")
        page.click("#tab-cases")
        page.wait_for_selector("#cases-chosen .count")
        chat.close()
    assert chat.faults == []
    assert [each for each in chat.requests if not each.startswith((f"{site}/vlms", "data:", "blob:"))] == []


def test_a_proxy_that_hides_the_name_of_the_site_serves_the_page_too(browser, bot):
    with running(bot, root_path="/vlms/") as inner, proxied(inner, "/vlms", strip=True, hide_host=True) as site:
        own = {"Origin": site, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
        path, asked = "/vlms/gradio_api/call/ask", '{"data": ["x", null]}'
        assert fetch(site, path, "POST", asked, **own)[0].status == 200
        assert fetch(site, path, "POST", asked, **(own | {"Sec-Fetch-Site": "cross-site"}))[0].status == 403
        named = {
            "Origin": "https://clinic.example",
            "X-Forwarded-Host": "clinic.example",
            "Content-Type": "application/json",
        }
        assert fetch(site, path, "POST", asked, **named)[0].status == 200
        assert fetch(site, path, "POST", asked, **(named | {"Origin": "https://evil.example"}))[0].status == 403
        page = browser.new_page()
        page.goto(f"{site}/vlms/")
        page.wait_for_selector(".welcome")
        assert page.evaluate("window.gradio_config.root") == f"{site}/vlms"
        page.close()


def test_the_path_without_its_last_slash_leads_to_the_page(bot):
    with running(bot, root_path="/vlms") as url:
        response, _ = fetch(url, "/vlms")
        assert (response.status, response.headers["Location"]) == (307, "/vlms/")
        assert fetch(url, "/vlms/")[0].status == fetch(url, "/")[0].status == 200
        assert fetch(url, "/vlmsx/")[0].status == fetch(url, "/vlms/../etc")[0].status == 404


def test_without_a_root_path_what_a_proxy_says_is_not_believed(bot):
    with running(bot) as url:
        for headers in ({"X-Forwarded-Host": "clinic.example"}, {"Sec-Fetch-Site": "same-origin"}):
            sent = {"Origin": "https://clinic.example", "Content-Type": "application/json", **headers}
            assert fetch(url, "/gradio_api/call/ask", "POST", '{"data": ["x", null]}', **sent)[0].status == 403
        assert fetch(url, "/vlms/")[0].status == 404


@pytest.mark.parametrize(("given", "path"), [("", ""), ("/", ""), ("/vlms", "/vlms"), ("/a/b-c_1.2~/", "/a/b-c_1.2~")])
def test_a_root_path_is_a_path(given, path):
    assert checked_root_path(given) == path


@pytest.mark.parametrize(
    "given",
    [
        "vlms",
        "//evil.example",
        "/a/../b",
        "/a//b",
        "/a b",
        "/a?b",
        "/a#b",
        "https://x.example/",
        "/<b>",
        "/a\n",
        "/%2e",
    ],
)
def test_what_is_no_path_is_one_sentence(given):
    with pytest.raises(ServeError, match=r"^[^\n]*(\n[^\n]*)?is not a path[^\n]*\.$"):
        checked_root_path(given)


# Health


def test_health_tells_what_is_served(bot):
    with running(bot) as url:
        response, body = fetch(url, "/health")
        assert response.status == 200
        assert response.headers["Cache-Control"] == "no-store"
        told = json.loads(body)
        assert told.pop("version")
        assert told == {"status": "ok", "corpus": bot.corpus.hash[:12], "documents": 5, "waiting": 0}
        assert fetch(url, "/health", "POST")[0].status == 405
        assert fetch(url, "/health", Host="evil.example")[0].status == 421


class Held:
    """A bot that answers when ``gate`` is open, and fails while ``broken``."""

    def __init__(self, bot):
        self.bot, self.corpus = bot, bot.corpus
        self.gate, self.broken = threading.Event(), False
        self.gate.set()

    def ask(self, question, history=None):
        self.gate.wait(20)
        if self.broken:
            raise RuntimeError("the index is gone")
        return self.bot.ask(question, history=history)

    def suggest(self, beginning):
        return ()


def test_health_is_503_when_the_bot_fails_and_well_again_afterwards(bot):
    held = Held(bot)
    held.broken = True
    line = Line(held)
    with running(line) as url:
        response, body = fetch(url, "/health")
        assert (response.status, json.loads(body)["status"]) == (503, "failing")
        with pytest.raises(RuntimeError):
            line.ask(SURVIVAL)
        held.broken = False
        assert fetch(url, "/health")[0].status == 200
        held.broken = True
        with pytest.raises(RuntimeError):
            line.ask(SURVIVAL)
        assert fetch(url, "/health")[0].status == 503


def test_health_is_503_while_the_server_ends(bot):
    line = Line(bot)
    with running(line) as url:
        line.close()
        response, body = fetch(url, "/health")
        assert (response.status, json.loads(body)["status"]) == (503, "ending")


# The line


def waiting(line: Line, count: int) -> None:
    """Until so many questions wait."""
    for _ in range(200):
        if line.waiting == count:
            return
        time.sleep(0.05)
    raise AssertionError(f"{line.waiting} wait, not {count}")


def test_questions_are_answered_in_the_order_in_which_they_came(bot):
    order, held = [], Held(bot)
    held.gate.clear()

    class Noting(Held):
        def ask(self, question, history=None):
            held.gate.wait(20)
            order.append(question)
            return self.bot.ask(SURVIVAL)

    line = Line(Noting(bot), at_once=1, most_waiting=8)
    with ThreadPoolExecutor(8) as pool:
        asked = []
        for number in range(8):
            asked.append(pool.submit(line.ask, str(number)))
            waiting(line, number)
        held.gate.set()
        assert all(each.result().quotes for each in asked)
    assert order == [str(number) for number in range(8)]
    assert line.waiting == 0


def test_a_full_line_refuses_and_a_closed_one_sends_away_who_waits(bot):
    held = Held(bot)
    held.gate.clear()
    line = Line(held, at_once=2, most_waiting=3)
    with ThreadPoolExecutor(5) as pool:
        asked = [pool.submit(line.ask, SURVIVAL) for _ in range(5)]
        waiting(line, 3)
        with pytest.raises(Busy, match=BUSY):
            line.ask(SURVIVAL)
        line.close()
        held.gate.set()
        ended = [str(each.exception()) for each in asked if each.exception()]
    assert ended == [ENDING] * 3
    with pytest.raises(Busy, match=ENDING):
        line.ask(SURVIVAL)


def test_an_error_gives_the_place_free_again(bot):
    line = Line(bot, at_once=1, most_waiting=1)
    for _ in range(5):
        with pytest.raises(ValueError, match="empty"):
            line.ask("")
    assert line.ask(SURVIVAL).quotes


def test_a_full_line_is_a_sentence_in_the_conversation_and_keeps_the_question(browser, bot):
    held = Held(bot)
    line = Line(held, at_once=1, most_waiting=1)
    with running(line) as url:
        chat = Chat(browser, url)
        pages = [chat.open() for _ in range(3)]
        held.gate.clear()
        for count, page in enumerate(pages[:2]):
            page.fill("#box textarea", SURVIVAL)
            page.press("#box textarea", "Enter")
            page.wait_for_selector("#log .waiting")
            waiting(line, count)
        assert json.loads(fetch(url, "/health")[1])["waiting"] == 1
        late = pages[2]
        chat.ask(late, "How far along the vein should the resection extend?")
        assert late.locator("#log .error").inner_text() == KEPT
        assert late.input_value("#box textarea") == "How far along the vein should the resection extend?"
        assert late.locator(".toast-body, .toast-wrap *").count() == 0
        held.gate.set()
        for page in pages[:2]:
            page.wait_for_function(DONE, arg=1)
            assert "57%" in page.locator("#log .quotes").inner_text()
        late.press("#box textarea", "Enter")
        late.wait_for_function(DONE, arg=2)
        assert late.locator("#log .turn").last.locator(".answer").count() == 1
        chat.close()
    assert chat.faults == []


def test_a_question_that_is_clicked_in_a_full_line_is_put_in_the_box(browser, bot):
    held = Held(bot)
    line = Line(held, at_once=1, most_waiting=0)
    with running(line) as url, ThreadPoolExecutor(1) as pool:
        chat = Chat(browser, url)
        page = chat.open()
        held.gate.clear()
        other = pool.submit(line.ask, SURVIVAL)
        example = page.locator(".example").first
        question = example.get_attribute("data-ask")
        example.click()
        page.wait_for_function(DONE, arg=1)
        assert page.locator("#log .error").inner_text() == KEPT
        assert page.input_value("#box textarea") == question
        held.gate.set()
        assert other.result().quotes
        chat.close()


def test_a_full_line_is_a_sentence_for_a_program(bot):
    from gradio_client import Client

    held = Held(bot)
    line = Line(held, at_once=1, most_waiting=0)
    with running(line) as url, ThreadPoolExecutor(1) as pool:
        client = Client(url, verbose=False, analytics_enabled=False)
        held.gate.clear()
        other = pool.submit(line.ask, SURVIVAL)
        with pytest.raises(Exception, match=BUSY):
            client.predict(question=SURVIVAL, history=None, api_name="/ask")
        held.gate.set()
        assert other.result().quotes


def test_two_questions_of_one_session_at_once_are_both_kept(browser, bot):
    held = Held(bot)
    with running(held) as url:
        chat = Chat(browser, url)
        page = chat.open()
        held.gate.clear()
        page.locator(".example").nth(1).click()
        page.wait_for_selector("#log .waiting")
        page.fill("#box textarea", SURVIVAL)
        page.press("#box textarea", "Enter")
        page.wait_for_function(f"document.querySelector('#log').textContent.includes({json.dumps(SURVIVAL)})")
        held.gate.set()
        page.wait_for_function(DONE, arg=2)
        assert page.locator("#log .turn .answer").count() == 2
        chat.close()


# The end


SLOW = """
    import assistant.engine, assistant.cli, socket, time
    class Slow(Bot):
        def __init__(self, *arguments, **settings):
            pass
        def ask(self, question, history=None):
            time.sleep(30)
    assistant.engine.Assistant = Slow
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    sys.argv = ["vlms", "serve", "--port", str(port)]
    assistant.cli.main()
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_soon_and_cleanly(number):
    """Although browsers are connected, answers are being made that take long, and questions wait."""
    process = python(textwrap.dedent(BOT) + textwrap.dedent(SLOW))
    where = next(word for word in process.stdout.readline().split() if word.startswith("http://127.0.0.1:"))
    for _ in range(100):
        if fetch(where)[0].status == 200:
            break
        time.sleep(0.1)
    parts = urlsplit(where)
    connections = [http.client.HTTPConnection(parts.hostname, parts.port, timeout=10) for _ in range(4)]
    for place, connection in enumerate(connections):
        connection.request("GET", f"/gradio_api/heartbeat/abc{place}")
        connection.getresponse()
    for _ in range(4):  # two are being answered, two wait
        body = '{"data": ["Q?", null]}'
        assert fetch(where, "/gradio_api/call/ask", "POST", body, Content_Type="application/json")[0].status == 200
    time.sleep(0.5)
    begin = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    took = time.monotonic() - begin
    assert process.returncode == 0, err
    assert "has ended" in out
    assert err == ""
    assert took < 3


# Refusals of the command line


def vlms(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "assistant.cli", "serve", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--corpus", "nowhere"], "There is no folder 'nowhere'"),
        (["--auth", "nowhere"], "There is no password file 'nowhere'"),
        (["--auth", "README.md"], "README.md', line 3"),
        (["--root-path", "vlms"], "'vlms' is not a path"),
        (["--feedback-file", "x"], "only with --feedback"),
        (["--feedback", "--feedback-file", "README.md"], "'README.md' cannot be used"),
        (["--host", "192.0.2.1"], "'192.0.2.1' is not an address of this machine"),
    ],
)
def test_what_cannot_be_served_is_one_sentence_and_exit_code_2(index_dir, arguments, words):
    before = Path("README.md").read_bytes()
    done = vlms(*arguments, "--index-dir", str(index_dir), "--port", "7")
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.strip().count("\n") == 0
    assert Path("README.md").read_bytes() == before


def test_a_taken_port_is_one_sentence_and_exit_code_2(bot, index_dir):
    with running(bot) as url:
        done = vlms("--port", str(urlsplit(url).port), "--index-dir", str(index_dir))
    assert done.returncode == 2
    assert "taken by another program" in done.stderr
    assert done.stderr.strip().count("\n") == 0


def test_passwords_in_clear_are_warned_of(capsys, password_file, bot, monkeypatch):
    from assistant.web import serving

    monkeypatch.setattr(serving._Server, "run", lambda self, sockets: None)
    for host, auth, words in (
        ("0.0.0.0", password_file, "Passwords and questions travel in clear"),
        ("0.0.0.0", None, "Everyone who reaches this machine"),
        ("127.0.0.1", password_file, ""),
    ):
        serving.serve(bot, host, 0, auth=auth)
        shown = capsys.readouterr().out
        assert words in shown
        assert ("in clear" in shown) == ("in clear" in words)
