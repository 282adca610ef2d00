"""What is asked of the assistant rather than of the sources: in a question, out the kind of request.

"personal": a decision or a prognosis for one's own body or patient, which no paper can give; "order": an
order to the program, code, small talk. Words alone decide, so that the reader can be told why.
"""

from __future__ import annotations

import re
from typing import Literal

Request = Literal["", "personal", "order"]

_MINE = r"(?:my|our|his|her)"
_IT = rf"(?:this|it|that|{_MINE} \w+(?: \w+)?)"
_PERSONAL = re.compile(
    rf"\b(?:should|shall|must|may|can|could) (?:I|we(?=.*\b(?:{_MINE}|this|he|she|him)\b))\b"
    r"(?! (?:find|read|see|quote|cite|look|trust|expect|judge|tell)\b)"
    r"|\b(?:am|do|did) I (?!find|read|see|quote|cite|look|know|recogni|tell)|\bwhat should (?:I|we)\b|\bwould you\b"
    rf"|\b(?:(?:is|are|was) {_IT}|(?:could|can) {_IT} be) (?:a |an |still )?"
    r"(?:cancer\w*|malignant|benign|tumou?r|sarcoma|dangerous|curable|operable|serious|normal|safe)\b"
    rf"|\b{_MINE} (?:chances?|prognosis|odds|life expectancy)\b"
    r"|\b(?:(?:will|would|can|could|must|should) they|do they (?:have|need) to) "
    r"(?!say|mention|report|describe|recommend|give|support|tell|help|be cited)(?:\w+ ){1,6}(?:my|our) \w+"
    rf"|\bwill (?:I|he|she|{_MINE} \w+) \w+|\bhow long (?:do|does|have|has|will) (?:I|he|she|{_MINE} \w+)\b",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget|override) (?:all|any|your|the|my|previous|prior|these)\b|"
    r"\b(?:system prompt|hidden instructions|you are now|act as|pretend|role[- ]?play|jailbreak)\b|</?\w+>|"
    r"^(?:please |now |ok(?:ay)?,? |hey,? |can you |could you )*"
    r"(?:write|compose|draft|translate|tell me a|sing|draw|code(?! of| for)|program|generate|print|output|repeat|"
    r"delete|run(?! me through)|execute|convert|rewrite|play|book(?! chapters?)|order(?! of)|remind|send|make up|email|"
    r"call me)\b|"
    r"^(?:hi|hello|hey|thanks?|thank you|good (?:morning|evening|day)|bye)\b(?!.*\b(?:which|what|how|when|where|why)\b)"
    r"[^?]*$|\b(?:how are you|who (?:are|made) you|what are you(?! told))\b",
    re.IGNORECASE,
)


def kind_of_request(question: str) -> Request:
    """Whether a question asks the program for something, or for a judgement of one's own case."""
    if _ORDER.search(question):
        return "order"
    return "personal" if _PERSONAL.search(question) else ""
