"""Twenty people at once: everybody gets their own answer, in the light of their own dialogue, and nobody an error."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from assistant.web.conversation import Turn, history, render_conversation
from evals.served import Asker

PEOPLE = 20
FIRST = (
    "What is the three-year survival of vascular leiomyosarcoma?",
    "How does MRI tell an intravascular tumour from a thrombus?",
    "Which margins are advised for a saphenous vein tumour?",
    "Did the woman from Rabat respond to doxorubicin?",
    "How many of the saphenous cases had lung metastases?",
    "What dose of imatinib for a gastric GIST?",
    "Why is the site of the biopsy critical?",
    "How often should ultrasound and CT be done after surgery?",
    "When does a deep vein thrombosis point to a leiomyosarcoma?",
    "Has a benefit of adjuvant therapy been demonstrated?",
)
THEN = ("and after five years?", "and in the femoral vein?", "Why?", "How many were they?", "and in the Korean case?")


def expected(bot, *questions: str) -> str:
    """The conversation that somebody would see who asked this alone."""
    turns: list[Turn] = []
    for question in questions:
        turns.append(Turn(question, bot.ask(question, history=history(turns))))
    return render_conversation(bot.corpus, turns)


def questions_of(person: int) -> tuple[str, str, str]:
    """No two of twenty people ask the same three."""
    number, half = person % len(FIRST), person // len(FIRST)
    return FIRST[number], THEN[(number + 2 * half) % len(THEN)], FIRST[(number + 3 + half) % len(FIRST)]


def test_twenty_people_get_their_own_answers_and_their_own_dialogue(bot, url):
    async def visit(person: int) -> list[str]:
        async with Asker(url) as asker:
            seen = []
            for step, question in enumerate(questions_of(person)):
                await asyncio.sleep((person * 7 + step * 3) % 5 / 50)  # so that they do not walk in step
                seen.append(await asker.ask(question))
            return seen

    async def everybody() -> list[list[str]]:
        return await asyncio.gather(*(visit(person) for person in range(PEOPLE)))

    with ThreadPoolExecutor(1) as pool:  # a browser test of the same run has a loop in this thread
        seen = pool.submit(lambda: asyncio.run(everybody())).result(timeout=200)
    assert len({questions_of(person) for person in range(PEOPLE)}) == PEOPLE
    for person, shown in enumerate(seen):
        asked = questions_of(person)
        for count in (1, 2, 3):
            assert shown[count - 1] == expected(bot, *asked[:count]), asked[:count]


def test_twenty_programs_get_the_answer_to_their_own_question_and_history(bot, url):
    from gradio_client import Client

    # A client reads all its answers from one stream, and what it submits in the moment in which the server closes that
    # stream is cancelled (gradio_client 2.7.2): so that each program has a client of its own, as the README advises.
    clients = [Client(url, verbose=False, analytics_enabled=False) for _ in range(PEOPLE)]
    asked = []
    for person in range(PEOPLE):
        first, then, _ = questions_of(person)
        messages = [{"role": "user", "content": first}, {"role": "assistant", "content": bot.ask(first).text}]
        asked.append((then, messages, clients[person].submit(question=then, history=messages, api_name="/ask")))
    for then, messages, job in asked:
        data, answer = job.result(timeout=120), bot.ask(then, history=messages)
        assert data["question"] == then
        assert data["resolved_question"] == answer.resolved_question
        assert [quote["text"] for quote in data["quotes"]] == [quote.text for quote in answer.quotes]
        assert data["reason"] == answer.reason


def test_a_reader_who_leaves_while_waiting_holds_up_nobody(bot, url):
    async def leave_and_stay() -> str:
        async def leave(number: int) -> None:
            async with Asker(url) as asker:
                await asyncio.wait_for(asker.ask(FIRST[number]), timeout=0.03)

        async with Asker(url) as staying:
            gone = await asyncio.gather(*(leave(number) for number in range(8)), return_exceptions=True)
            assert any(isinstance(each, TimeoutError) for each in gone)
            return await staying.ask(FIRST[0])

    with ThreadPoolExecutor(1) as pool:
        shown = pool.submit(lambda: asyncio.run(leave_and_stay())).result(timeout=100)
    assert shown == expected(bot, FIRST[0])
