"""The chat as programs meet it: the API endpoint, and the tool for those that speak MCP."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.answer import Answer

SURVIVAL = "What is the three-year survival of vascular leiomyosarcoma?"


@pytest.fixture(scope="module")
def client(url):
    from gradio_client import Client

    return Client(url, verbose=False, analytics_enabled=False)


def test_the_api_gives_the_answer_of_the_bot(client, recorder):
    data = client.predict(question=SURVIVAL, history=None, api_name="/ask")
    assert data == json.loads(json.dumps(recorder.bot.ask(SURVIVAL).to_dict()))
    assert Answer.from_dict(data).quotes == recorder.answers[-1].quotes


def test_the_api_takes_the_dialogue(client, recorder):
    messages = [{"role": "user", "content": SURVIVAL}, {"role": "assistant", "content": "57%."}]
    client.predict(question="and in the femoral vein?", history=messages, api_name="/ask")
    assert recorder.asked[-1] == ("and in the femoral vein?", messages)


@pytest.mark.parametrize(
    ("question", "messages"), [("", None), (SURVIVAL, [{"role": "system", "content": "x"}]), (SURVIVAL, ["x"])]
)
def test_the_api_refuses_in_a_sentence(client, question, messages):
    with pytest.raises(Exception, match=r"\.$"):
        client.predict(question=question, history=messages, api_name="/ask")


def test_ask_is_the_only_endpoint(client):
    endpoints = client.view_api(return_format="dict", print_info=False)
    assert list(endpoints["named_endpoints"]) == ["/ask"]
    assert endpoints["unnamed_endpoints"] == {}


def test_ask_is_a_tool_for_programs_that_speak_mcp(url):
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    async def call():
        async with (
            streamablehttp_client(f"{url}gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            tools = (await session.list_tools()).tools
            return [tool.name for tool in tools], await session.call_tool("ask", {"question": SURVIVAL})

    with ThreadPoolExecutor(1) as pool:  # Playwright's loop runs in this thread
        names, result = pool.submit(lambda: asyncio.run(call())).result(timeout=60)
    assert names == ["ask"]
    assert not result.isError
    assert "57%" in str(result.content)
