"""``vlms serve``: a clean end, and a sentence where it cannot begin."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from serving import fetch, started, until

from assistant.web.serving import running

SLOW = """
    import assistant.engine, assistant.cli, socket, time
    class Slow(Bot):
        def __init__(self, *arguments, **settings):
            pass
        def ask(self, question, history=None, audience="clinician"):
            if question == "Q?":  # not where health is asked for
                time.sleep(600)  # longer than anybody waits below
    assistant.engine.Assistant = Slow
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    sys.argv = ["vlms", "serve", "--port", str(port)]
    assistant.cli.main()
"""


def test_ctrl_c_ends_the_server_cleanly_while_a_browser_is_connected():
    process, where = started("assistant.web.serve(Bot(), port=0)")
    parts = urlsplit(where)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    connection.request("GET", "/gradio_api/heartbeat/abc")
    connection.getresponse()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=15)  # the heartbeat would go on for ever
    assert process.returncode == 0, err
    assert "has ended" in out
    assert "Traceback" not in err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_soon_and_cleanly(number):
    """Although browsers are connected, answers are being made that take long, and questions wait."""
    process, where = started(SLOW)
    parts = urlsplit(where)
    connections = [http.client.HTTPConnection(parts.hostname, parts.port, timeout=10) for _ in range(4)]
    for place, connection in enumerate(connections):
        connection.request("GET", f"/gradio_api/heartbeat/abc{place}")
        connection.getresponse()
    for _ in range(4):  # two are being answered, two wait
        body = '{"data": ["Q?", null, null]}'
        assert fetch(where, "/gradio_api/call/ask", "POST", body, Content_Type="application/json")[0].status == 200
    until(lambda: json.loads(fetch(where, "/health")[1])["waiting"] == 2)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert "has ended" in out
    assert err == ""


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
