"""From a question and the dialogue before it to a question that can be understood alone.

A follow-up is taken for elliptic when it leans on what came before: it opens with "and" or "what
about", uses a pronoun, has hardly any word of its own, or speaks of "the lump", or of what was done,
and names nobody. Then the question before it is put in front, with what the follow-up names in the
place of its like ("... in the saphenous vein?", "And in the femoral vein?"); a question that stands
alone is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.cases.grammar import CASE_NUMBER
from assistant.cases.scanning import find
from corpus.lexicon import function_words

_OPENING = re.compile(
    r"^(?:and|or|but|so|also|then|same|anyone|anybody|anything|what about|how about|what of|why not|how come|"
    r"(?:no, )?i mean|(?:no, )?i meant|(?:is|was|does|did) that)\b",
    re.IGNORECASE,
)
# A turn that only takes note of an answer, and goes on with what it was about: "I see, in numbers 5 and 9."
_TAKES_NOTE = re.compile(
    r"^(?:I see|ok(?:ay)?|ah|oh|right|yes|thanks?|thank you|understood|got it|good|fine)\b[^?]*$", re.IGNORECASE
)
_PRONOUN = re.compile(
    r"\b(?:it|its|they|them|their|theirs|he|him|his|she|her|hers|this|these|those|"
    r"(?<!is )(?<!are )(?<!was )(?<!were )there|"
    r"that(?= (?:one|case|patient|series|group|paper|study|happen)|\W*$)|"
    r"ones?(?![- ](?:year|month|week|day)s?\b)|the (?:others?|same|latter|former|rest)|such(?! as)|afterwards?|instead|"
    r"either(?! \w+ or)|both|else|elsewhere|next(?= after\b|\W*$)|"
    r"(?:again|different|since|agree|disagree)(?=\W*$))\b",
    re.IGNORECASE,
)
# Of one's view of what was answered: "Do the others see it the same way?"
_AS_BEFORE = re.compile(
    r"\b(?:(?:it|this|that) the same way|the same view|(?:think|say|see|find|believe|report)s? (?:so|the same)\b|"
    r"(?:agree|disagree|concur)s? with (?:it|this|that|them)\b)",
    re.IGNORECASE,
)
# What a patient has or had, as if it were known who: "the lump", "that drug", "any clots?", "what was tried?".
_KNOWN = re.compile(
    r"^any\b|\bthe tumou?r\b|\b(?:was|were|did|had|wasn't|weren't|didn't|hadn't)\b|"
    r"\b(?:the|that) (?:\w+ )?(?:patient|lump|mass|swelling|growth|lesion|clot|thrombus|leg|limb|drug|surgery|op|"
    r"operation|specimen|pieces|margins|edges|relapse|recurrence|secondaries|metastas[ei]s)\b",
    re.IGNORECASE,
)
# Whose it may be: a disease, a vein, a name or an age, or the reader's own patient.
_WHOSE = re.compile(
    r"(?i:\b(?:\w*sarcomas?|leiomyo\w+|LMS|saphenous|GSV|femoral|iliac|calf|cava|caval|IVC|my|our|I)\b)|"
    r"(?<=\w )[A-Z][a-z]+|\d"
)
# A pronoun after a clause with a subject of its own means that: "How big was the tumour, and where was it?"
_SECOND_CLAUSE = re.compile(
    r"[,;:?]\s|\band (?=(?:how|where|what|when|who|which|why|was|were|did|do|does|is|are)\b)", re.IGNORECASE
)
# "Of those", whom the question before counted; not "of those in the calf", who are others.
_OF_THOSE = re.compile(
    r"\b(?:of|from|among) (?:them|those|these)\b"
    r"(?! (?:in|with|without|over|under|aged|who|whose|that|treated|given)\b)",
    re.IGNORECASE,
)
# One of the patients whom the answer before lists by number: "Is the second one still alive?"
_ONE_OF_THEM = re.compile(
    r"\bthe (?:(?P<nth>first|second|third|last) (?:one|patient|case|of (?:them|these|those))|(?P<of_two>former|latter)"
    r"(?: (?:one|patient|case))?)(?!\w| (?:ever|of|in|from|with|who|that|to|reported|described|published|operated)\b)",
    re.IGNORECASE,
)
_PLACES = {"first": 0, "former": 0, "second": 1, "third": 2, "last": -1, "latter": -1}
_COMPUTED = re.compile(r"\*\*(.+?)\*\*")  # how an answer that was computed begins
_SENTENCES = re.compile(r"(?<=[.?!])\s+")
_FEW_WORDS = 3
_ANSWER_WORDS = 40  # of an answer given before: its first quote, or a summary of it
_FIRST_QUOTE = re.compile(r"“[^”]*” \[1\]")
_WHOLE = 2  # questions before a follow-up that are kept whole; of those further back only names are
# Things of one kind: a follow-up that names one means it instead of the one named before.
_ALIKE = (
    CASE_NUMBER,
    *(
        re.compile(rf"\b(?:{alternatives})\b", re.IGNORECASE)
        for alternatives in (
            r"(?:(?:great|long|common) )?(?:saphenous|femoral|iliac|jugular|renal|popliteal|subclavian|ulnar) veins?|"
            r"azygos vein|GSV|IVC|(?:inferior )?vena cava|pulmonary artery",
            r"radiotherapy|radiation(?: therapy)?|irradiation|chemotherapy|chemo|surgery|resection|amputation|"
            r"thrombectomy",
            r"MRI|CT|PET|ultrasound|angiogra(?:m|phy)s?|venography|phlebography|Doppler",
            r"thigh|calf|shank|groin|ankle|knee|wrist|arm|leg",
            r"lungs?|liver|bones?|brain|skin|scalp|heart",
            r"desmin|actin|SMA|vimentin|caldesmon|CD34|CD31|CD68|S-?100|Ki-?67",
            r"doxorubicin|gemcitabine|pazopanib|ifosfamide|docetaxel",
            r"men|women|males?|females?",
        )
    ),
)
_BESIDE = re.compile(r"\b(?:before|after|during|without)(?: the)? $", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A question understood.

    Attributes:
        question: what was asked.
        context: what the dialogue adds, earlier questions; empty where the question stands alone.
        topic: what of it the question is ranked with: the last two of them, and the names in those before.
        answered: the quote that answered the last of them, or how its answer began; empty where that is not known.
    """

    question: str
    context: str = ""
    topic: str = ""
    answered: str = ""

    @property
    def last(self) -> str:
        """The last question of the dialogue."""
        return next((part for part in reversed(_SENTENCES.split(self.context)) if part), "")

    @property
    def text(self) -> str:
        """The whole of it, as it is shown to the reader."""
        return f"{self.context} {self.question}".strip()


def resolve(question: str, history: Sequence[Mapping[str, str]], alike: Sequence[re.Pattern[str]] = ()) -> Resolved:
    """Understand ``question`` in the light of the turns before it, oldest first.

    ``alike`` matches further things of one kind, such as names.
    """
    last = _answer_before(history, len(history))
    question = _numbered(question, last)
    asked = [
        _numbered(turn["content"], _answer_before(history, place))
        for place, turn in enumerate(history)
        if turn["role"] == "user"
    ]
    context: list[str] = []
    current = question
    while asked and is_elliptic(current):
        current = asked.pop()
        context.insert(0, current if current.endswith((".", "?", "!")) else f"{current}.")
    if not context:
        return Resolved(question)
    quoted = _FIRST_QUOTE.search(last)
    answered = " ".join((quoted.group() if quoted else last).split()[:_ANSWER_WORDS])
    kinds = (*_ALIKE, *alike)
    whole, topic = (_instead(each, question, kinds) for each in (" ".join(context), _topic(context, kinds)))
    return Resolved(question, whole, topic, answered)


def _answer_before(history: Sequence[Mapping[str, str]], place: int) -> str:
    """The answer that stands just before a place of the dialogue; empty where none does."""
    turn = history[place - 1] if place else {"role": "", "content": ""}
    return turn["content"] if turn["role"] == "assistant" else ""


def _numbered(question: str, answer: str) -> str:
    """The question with "patient 11" for "the second one", where the answer before lists patients by number.

    An answer of this program lists them in what it computed; in what it quotes other numbers stand as well.
    """
    meant = _ONE_OF_THEM.search(question)
    if meant is None:
        return question
    computed = _COMPUTED.match(answer)
    told = computed[1] if computed else "" if "“" in answer else answer
    listed = list(dict.fromkeys(each for found in CASE_NUMBER.findall(told) for each in re.findall(r"\d+", found)))
    place = _PLACES[(meant["nth"] or meant["of_two"]).lower()]
    fits = len(listed) == 2 if meant["of_two"] else 1 < len(listed) > place
    if not fits:
        return question
    return f"{question[: meant.start()]}patient {listed[place]}{question[meant.end() :]}"


def _topic(context: Sequence[str], kinds: Sequence[re.Pattern[str]]) -> str:
    """The last questions of a dialogue, after the names in those before; these are kept whole if they hold none."""
    before, last = context[:-_WHOLE], context[-_WHOLE:]
    older = " ".join(before)
    found = sorted((match.start(), match.group()) for kind in kinds for match in kind.finditer(older))
    return " ".join([*(dict.fromkeys(name for _, name in found) or before), *last])


def _instead(context: str, question: str, alike: Sequence[re.Pattern[str]]) -> str:
    """``context`` with what ``question`` names in the place of the one thing of its kind.

    What is asked "of those" is asked of what was named before, which nothing takes the place of.
    """
    if _OF_THOSE.search(question):
        return context
    for kind in alike:
        named = {match.group().lower(): match.group() for match in kind.finditer(question)}
        before = {match.group().lower() for match in kind.finditer(context)}
        dates = _dates(kind, question) and not _dates(kind, context)
        if len(named) == len(before) == 1 and set(named) != before and not dates:
            context = kind.sub(next(iter(named.values())), context)
    return context


def _dates(kind: re.Pattern[str], text: str) -> bool:
    """Whether a thing only tells when another was: "was that before surgery?"."""
    return any(_BESIDE.search(text[: match.start()]) for match in kind.finditer(text))


def is_elliptic(question: str) -> bool:
    """Whether a question cannot be understood without the one before it."""
    own = _own_words(question)
    if (
        _OPENING.match(question)
        or _TAKES_NOTE.match(question)
        or _AS_BEFORE.search(question)
        or own <= 1
        or (CASE_NUMBER.search(question) and not find(question).named)
        or (_KNOWN.search(question) and not _WHOSE.search(question))
    ):
        return True
    first = _SECOND_CLAUSE.split(question, maxsplit=1)[0]
    leaning = first if _own_words(first) >= _FEW_WORDS else question
    return (bool(_PRONOUN.search(leaning)) and own <= 2 * _FEW_WORDS) or own < _FEW_WORDS


def may_mean_the_disease(question: str) -> bool:
    """Whether a question leans on nothing but "it", which is the disease as often as what was asked about before."""
    pronouns = {match.group().lower() for match in _PRONOUN.finditer(question)}
    return bool(pronouns) and pronouns <= {"it", "its"} and not _OPENING.match(question)


def _own_words(text: str) -> int:
    """How many words of a text carry content of their own."""
    return sum(word not in function_words() for word in re.findall(r"\w+(?:[-']\w+)*", text.lower()))
