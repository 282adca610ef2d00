"""What stands around the quotes for a patient or a relative, in our own plain words.

In: an answer and who is reading. Out: the note that must come first, the sentences before the quotes, and
after them who to speak to and what may be worth asking. A clinician gets the answer's own note and nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.abstention import NO_ADVICE
from assistant.answer import Answer
from assistant.requests import kind_of_request

PASSAGES = (
    "These are passages from medical texts, word for word: they were written for doctors and tell of other people."
)
FIGURES = (
    "Figures on survival describe groups of people in the past and not one person: "
    "they cannot say how you or your relative will fare."
)
NO_ANSWER = (
    "It is a fair question, and no answer here is no bad sign: these are only a few papers, "
    "and the people who treat you or your relative know much more."
)
SPEAK_TO = (
    "Who to speak to: your own doctor, the sarcoma centre's team, or a specialist nurse. "
    "These papers do not know you or your relative; your doctors do."
)
WORTH_ASKING = "What may be worth asking them:"
MOST_TOPICS = 2  # questions to ask that follow from the subject, before the general one
IN_GENERAL = "Does this apply in our situation, and is it still how things are done today?"
NOT_FOUND = "What is known about this, and who could tell us more?"
TO_ASK = {
    r"surviv|prognos|mortalit|\bdie\b|\bdied\b|death|\blive\b|\balive\b|life expectancy|chances": (
        "What do such figures mean, and not mean, in our situation?"
    ),
    r"surg|operat|resect|excis|margin|\bR[01]\b|amputat|reconstruct|bypass": (
        "What is an operation meant to achieve here, and what does it involve?"
    ),
    r"chemo|radi(?:o|ation)|adjuvant|doxorubicin|gemcitabine|systemic|\bdrugs?\b|medicine": (
        "Which treatments come into question here, and what speaks for and against each?"
    ),
    r"biops|histolog|patholog|grad(?:e|ing)\b|immuno|microscop|marker|ki-67|stain|sample": (
        "What did the tissue sample show, and who has looked at it?"
    ),
    r"imag|scan|\bMRI\b|\bCT\b|\bPET\b|ultraso|doppler|x-ray|graphy": (
        "What did the scans show, and are further ones planned?"
    ),
    r"recur|relapse|come back|metasta|spread|follow-?up|surveill|check-?up": (
        "Which check-ups are planned, and what should we tell you about in between?"
    ),
    r"clot|thromb|emboli|\bDVT\b|blood thinner|anticoag": "How sure is it that this is, or is not, a blood clot?",
}
_OWN = re.compile(
    r"\b(?:my|mine|myself|ours?)\b|\bI(?:['’]m|['’]ve| am| have| had| was| got| need| feel)\b"
    r"|\b(?:am|do|will|should) I\b",
    re.IGNORECASE,
)
_FATE = re.compile(
    r"\bsurviv|\bmortality\b|\bdied\b|\bdeaths?\b|\bdeceased\b|\balive\b|\bDOD\b|\blived\b", re.IGNORECASE
)
_FIGURE = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|third|quarter)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Framing:
    """``note`` first of all, ``before`` the quotes; after them ``speak_to`` and the questions ``to_ask`` there."""

    note: str = ""
    before: tuple[str, ...] = ()
    speak_to: str = ""
    to_ask: tuple[str, ...] = ()


def framing(answer: Answer, audience: str) -> Framing:
    """What stands around the quotes of an answer, for a "clinician" or a "patient"."""
    if audience != "patient" or kind_of_request(answer.question) == "order":
        return Framing(note=answer.note)
    note = answer.note
    if _OWN.search(answer.question) and NO_ADVICE not in answer.note:
        note = f"{NO_ADVICE} {note}".rstrip()
    if NO_ADVICE in answer.reason:
        note = ""  # the reason says it already
    before = [NO_ANSWER if answer.abstained else PASSAGES]
    if _tells_survival(answer):
        before.append(FIGURES)
    return Framing(note, tuple(before), SPEAK_TO, _worth_asking(answer))


def closing(frame: Framing) -> str:
    """Who to speak to and what may be worth asking, as one paragraph; empty for a clinician."""
    return f"{frame.speak_to} {WORTH_ASKING} {' '.join(frame.to_ask)}" if frame.speak_to else ""


def _tells_survival(answer: Answer) -> bool:
    """Whether any passage or result has figures on who lived or died."""
    texts = [quote.text for quote in (*answer.quotes, *answer.nearest)]
    texts += [text for each in answer.computed for text in (f"{each.query}: {each.statement}", each.printed)]
    texts += [quote.text for entry in answer.disagreements for quote in entry.quotes]
    return any(_FATE.search(text) and _FIGURE.search(text) for text in texts)


def _worth_asking(answer: Answer) -> tuple[str, ...]:
    topics = [ask for words, ask in TO_ASK.items() if re.search(words, answer.resolved_question, re.IGNORECASE)]
    return (*topics[:MOST_TOPICS], NOT_FOUND if answer.abstained else IN_GENERAL)
