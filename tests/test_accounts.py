"""Names and passwords: the file that holds them, the command that makes its lines, and the gate before the page."""

from __future__ import annotations

import base64
import os
import pty
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from browsing import Chat, ask
from serving import fetch, until

from assistant import accounts
from assistant.accounts import AccountError, Accounts, account_line
from assistant.web import gate
from assistant.web.serving import running

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
    """The page behind a password, and its accounts: ``checked`` counts the checks, ``open`` cleared holds them back."""
    known = Accounts.read(password_file)
    known.checked = 0
    known.open = threading.Event()
    known.open.set()
    verify = known.verify

    def counted(name: str, password: str) -> bool:
        known.checked += 1
        known.open.wait(60)
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
        until(lambda: known.checked > 1)
        assert fetch(url, "/theme.css", **basic("anna", PASSWORD))[0].status == 200
        assert not all(guess.done() for guess in guesses)
        assert {guess.result()[0].status for guess in guesses} == {401}
    assert time.monotonic() - began > 0.25 + 0.5 + 1 + 2 + 4 - 0.1
    assert known.checked == 7


def test_a_crowd_of_guesses_is_sent_away(guarded, monkeypatch):
    """While one is checked and fifteen wait, all others are refused at once, and those who are in are let in."""
    monkeypatch.setattr(gate, "LONGEST_PAUSE", 0)
    url, known = guarded
    assert fetch(url, **basic("anna", PASSWORD))[0].status == 200
    known.open.clear()
    with ThreadPoolExecutor(40) as pool:
        guesses = [pool.submit(fetch, url, **basic("bert", f"guess {number}")) for number in range(40)]
        until(lambda: sum(guess.done() for guess in guesses) == 40 - gate.CROWD)
        assert {guess.result()[0].status for guess in guesses if guess.done()} == {429}
        assert fetch(url, "/theme.css", **basic("anna", PASSWORD))[0].status == 200
        assert known.checked == 2, "hers, and the first guess"
        known.open.set()
    assert sorted(guess.result()[0].status for guess in guesses) == [401] * gate.CROWD + [429] * (40 - gate.CROWD)
    assert known.checked == 1 + gate.CROWD


def test_the_chat_works_behind_a_password(browser, guarded):
    url, _ = guarded
    chat = Chat(browser, url)
    page = chat.open(http_credentials={"username": "anna", "password": PASSWORD})
    ask(page, SURVIVAL)
    assert "57%" in page.locator("#log .quotes").inner_text()
    chat.close()
    assert chat.faults == []


def test_the_api_takes_a_password(guarded):
    from gradio_client import Client

    url, _ = guarded
    client = Client(url, auth=None, headers=basic("anna", PASSWORD), verbose=False, analytics_enabled=False)
    assert "57%" in client.predict(question=SURVIVAL, history=None, api_name="/ask")["text"]


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
