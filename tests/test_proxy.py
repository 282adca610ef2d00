"""Behind a reverse proxy: the page works under a path, and no more is believed of the proxy than is needed."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import httpx
import pytest
import uvicorn
from browsing import Chat, ask
from serving import fetch, until
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route

from assistant.web import ServeError
from assistant.web.prefix import checked_root_path
from assistant.web.serving import running

SURVIVAL = "What is the three-year survival of vascular leiomyosarcoma?"


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
    until(lambda: server.started)
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
        ask(page, SURVIVAL)
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
        path, asked = "/vlms/gradio_api/call/ask", '{"data": ["x", null, null]}'
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
            assert fetch(url, "/gradio_api/call/ask", "POST", '{"data": ["x", null, null]}', **sent)[0].status == 403
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
