"""The page: what stands where, and what happens on a question, a citation or a click.

In: a bot. Out: gradio blocks with one public endpoint, ``ask``; the conversation lives in the state
of the browser session and nowhere else.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from importlib.resources import files
from itertools import count
from typing import Any

import gradio as gr
from gradio.events import api

from assistant.feedback import FeedbackFile
from assistant.question import MAX_CHARACTERS
from assistant.web import keeping
from assistant.web.audience import read_audience, render_switch
from assistant.web.cases_tab import render_choice, render_chosen
from assistant.web.contract import Bot
from assistant.web.conversation import Turn, history, render_conversation, render_suggestions
from assistant.web.disagreements_tab import render_register
from assistant.web.feedback import Given, rate, storage_note
from assistant.web.markup import escape, readable
from assistant.web.opening import open_source
from assistant.web.overview_tab import render_overview
from assistant.web.source_pane import render_list
from assistant.web.tabs import render_tabs
from assistant.web.waiting import BUSY, KEPT, Busy
from corpus import overview, register
from corpus.models import Corpus

TITLE = "Venous Leiomyosarcoma Assistant"
MAX_TURNS = 60  # of one session; older ones leave the page
FAILED = "This question could not be answered because of an error in the program; it has been written to the log."
NOTE = "Quotes only, not medical advice."
MASTHEAD = (
    '<header class="masthead"><svg class="logo" viewBox="0 0 32 32" aria-hidden="true">'
    '<path d="M5 21V14c0-4 2.4-6.800 6.600-7.600l.8 2.300C10 9.600 9 11 9 13h4v8zM18 21V14c0-4 2.400-6.800 '
    '6.600-7.600l.8 2.300c-2.400.9-3.400 2.300-3.400 4.300h4v8z"/><path class="line" d="M5 26.500h22"/></svg>'
    f"<h1>{TITLE}</h1><p>Verbatim quotes, each with its place in the source</p>{render_switch()}</header>"
)

log = logging.getLogger(__name__)


class Page:
    """The events of the page; holds the bot, and nothing of any session."""

    def __init__(self, bot: Bot, feedback: FeedbackFile | None = None) -> None:
        self.bot = bot
        self.feedback = feedback
        self._opened = count(1)

    def ask(self, question: str, history: list[Any] | None = None, audience: str = "clinician") -> dict[str, Any]:
        """Answer a question on the diagnosis and treatment of venous leiomyosarcoma in verbatim, cited quotes.

        Args:
            question: the question in plain words, at most 2,000 characters.
            history: the dialogue so far, as [{"role": "user" or "assistant", "content": "..."}].
            audience: "clinician", or "patient", who is told as well what the passages are and who to speak to.
        """
        try:
            return self.bot.ask(question, history=history, audience=audience or "clinician").to_dict()
        except ValueError as error:
            raise gr.Error(str(error), print_exception=False) from error

    def respond(
        self, question: str, turns: list[Turn], audience: str = "clinician"
    ) -> Iterator[tuple[str, list[Turn], str]]:
        """First the question with a sign that it is being answered, then the answer or an error sentence.

        Yields the conversation as HTML, the turns, and the text of the box: empty, or the question
        again when it could not be asked, so that it can be mended.
        """
        question, corpus = readable(question), self.bot.corpus
        if question.strip():
            yield render_conversation(corpus, turns, question, audience), turns, ""
        turn = self.turn(question, turns)
        turns.append(turn)  # in place: a question asked beside this one has the same list
        del turns[:-MAX_TURNS]
        yield render_conversation(corpus, turns, audience=audience), turns, question if turn.error else ""

    def respond_to_click(
        self, turns: list[Turn], audience: str, event: gr.EventData
    ) -> Iterator[tuple[str, list[Turn], str]]:
        """`respond` for a question that was clicked."""
        yield from self.respond(str(_data(event).get("question", "")), turns, audience)

    def stop(self, turns: list[Turn], audience: str, event: gr.EventData) -> tuple[str, list[Turn], str]:
        """The conversation as it was before the question that is being answered; that goes back into the box.

        What is being answered goes into the old list when it is done, which nobody sees any more.
        """
        question = readable(_data(event).get("question", ""))[:MAX_CHARACTERS]
        return render_conversation(self.bot.corpus, turns, audience=audience), list(turns), question

    def suggest(self, beginning: str) -> str:
        """Questions that the sources answer, for what has been typed so far."""
        return render_suggestions(self.bot.suggest(readable(beginning)[:400]))

    def read_as(self, turns: list[Turn], event: gr.EventData) -> tuple[str, str]:
        """Who is reading from now on, and the conversation so far for that reader."""
        audience = read_audience(_data(event))
        return audience, render_conversation(self.bot.corpus, turns, audience=audience)

    def clear(self, audience: str) -> tuple[str, list[Turn], str, str]:
        """An empty conversation, and the list of documents."""
        return render_conversation(self.bot.corpus, (), audience=audience), [], "", render_list(self.bot.corpus)

    def open(self, turns: list[Turn], event: gr.EventData) -> str:
        """The source pane for what was clicked: a citation, a row, a document, or the way back to the list."""
        return open_source(self.bot.corpus, turns, _data(event), next(self._opened))

    def choose(self, event: gr.EventData) -> str:
        """The rows of a case table that its filters choose."""
        return render_chosen(self.bot.corpus, _data(event))

    def show_register(self, event: gr.EventData) -> str:
        """The register of disagreements; it is fetched when it is first looked at, since it is long."""
        return render_register(self.bot.corpus, read_audience(_data(event)))

    def show_overview(self, event: gr.EventData) -> str:
        """The field by topic; it is fetched when it is first looked at, since it is long."""
        return render_overview(self.bot.corpus, read_audience(_data(event)))

    def rate(self, turns: list[Turn], event: gr.EventData) -> str:
        """What was said about an answer, stored; the part below the answer as it is now."""
        return "" if self.feedback is None else rate(self.feedback, self.bot, turns, _data(event), next(self._opened))

    def turn(self, question: str, turns: list[Turn]) -> Turn:
        """A question with its answer in the light of the turns before it, or with the sentence why there is none."""
        try:
            given = Given(self.feedback.path.name) if self.feedback is not None else None
            return Turn(question, self.bot.ask(question, history=history(turns)), given=given)
        except Busy as error:
            return Turn(question, error=KEPT if str(error) == BUSY else str(error))
        except ValueError as error:
            return Turn(question, error=str(error))
        except Exception:
            log.exception("The question could not be answered.")
            return Turn(question, error=FAILED)


def build(bot: Bot, feedback: FeedbackFile | None = None) -> gr.Blocks:
    """The page as gradio blocks, with its own script; `assistant.web.serving` adds style and protections."""
    page = Page(bot, feedback)
    choice = render_choice(bot.corpus)
    tabs = {"ask": "Ask"} | ({"overview": "Overview"} if overview.load(bot.corpus).topics else {})
    tabs |= {"cases": "Cases"} if choice else {}
    tabs |= {"disagreements": "Disagreements"} if register.load(bot.corpus) else {}
    blocks = gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True)
    with blocks:
        turns, audience = gr.State([]), gr.State("clinician")
        masthead = _html(MASTHEAD, "masthead", "audience.js")
        _html('<div id="explained" role="tooltip" popover="manual"></div>', "explanation", "terms.js")
        with gr.Row(elem_id="columns"):
            with gr.Column(elem_id="ask-column"):
                if len(tabs) > 1:
                    _html(render_tabs(tabs), "tabs", "tabs.js")
                with gr.Column(elem_id="panel-ask"):
                    kept = keeping.place(bot.corpus, _html)
                    conversation = _html(render_conversation(bot.corpus, ()), "conversation", "conversation.js")
                    with gr.Row(elem_id="composer"):
                        suggestions = _html(render_suggestions(()), "suggestions", "suggestions.js")
                        box = gr.Textbox(
                            placeholder="Ask a question",
                            label="Your question",
                            show_label=False,
                            container=False,
                            lines=1,
                            max_lines=5,
                            elem_id="box",
                        )
                        ask = gr.Button("Ask", variant="primary", elem_id="ask")
                        clear = gr.Button("Clear", elem_id="clear")
                openers = [conversation]
                if "overview" in tabs:
                    with gr.Column(elem_id="panel-overview"):
                        openers.append(by_topic := _html("", "overview", "overview.js"))
                if "cases" in tabs:
                    with gr.Column(elem_id="panel-cases"):
                        _html(choice, "cases-choice")
                        openers.append(cases := _html("", "cases-chosen", "cases.js"))
                if "disagreements" in tabs:
                    with gr.Column(elem_id="panel-disagreements"):
                        openers.append(disagreements := _html("", "disagreements", "disagreements.js"))
                _html(f'<p role="note">{escape(_note(bot.corpus, storage_note(feedback)))}</p>', "note")
            with gr.Column(elem_id="source-column"):
                openers.append(source := _html(render_list(bot.corpus), "source", "source_pane.js"))

        private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        # `assistant.web.waiting` limits; a question that was stopped must not keep the next one from being asked.
        asking: dict[str, Any] = {**private, "concurrency_limit": None, "trigger_mode": "multiple"}
        direct: dict[str, Any] = {**private, "queue": False}
        # Gradio's other modes lose the data of an event that comes while one before it is answered.
        every: dict[str, Any] = {**direct, "trigger_mode": "multiple"}
        shown = [conversation, turns, box]
        answering = [gr.on([box.submit, ask.click], page.respond, [box, turns, audience], shown, **asking)]
        for pane in (conversation, suggestions):
            answering.append(pane.ask(page.respond_to_click, [turns, audience], shown, **asking))
        conversation.stop(page.stop, [turns, audience], shown, cancels=answering, **every)
        box.input(page.suggest, [box], [suggestions], trigger_mode="always_last", **direct)
        for pane in openers:
            pane.open(page.open, [turns], [source], **every)
        if "overview" in tabs:
            by_topic.show(page.show_overview, None, [by_topic], **every)
        if "cases" in tabs:
            cases.choose(page.choose, None, [cases], **every)
        if "disagreements" in tabs:
            disagreements.show(page.show_register, None, [disagreements], **every)
        masthead.audience(page.read_as, [turns], [audience, conversation], **every)
        keeping.connect(kept, bot, page.turn, turns, audience, shown, clear, MAX_TURNS)
        if feedback is not None:
            rating = _html("", "feedback", "feedback.js")
            rating.rate(page.rate, [turns], [rating], **every)
        clear.click(page.clear, [audience], [*shown, source], **direct)
        api(page.ask, api_name="ask", concurrency_limit=None)
    return blocks


def _html(value: str, name: str, script: str = "") -> gr.HTML:
    """A part of the page that we draw ourselves, with its script."""
    js = files("assistant.web").joinpath(script).read_text(encoding="utf-8") if script else None
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=js)


def _data(event: gr.EventData) -> dict[str, Any]:
    return event._data if isinstance(event._data, dict) else {}


def _note(corpus: Corpus, stored: str) -> str:
    """The standing note; it names the documents that nobody reviewed, and says what is stored."""
    sources = [document.source for document in corpus if not document.source.reviewed]
    named = [
        f"{source.short_name} ({(source.venue or 'document').split(',')[0].lower()}) "
        f"is {source.evidence.replace(', ', ' and ')}."
        for source in sources
    ]
    return " ".join([NOTE, *named, stored])
