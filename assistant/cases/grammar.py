"""The grammar of questions over rows: patterns of what stands between the phrases of ``phrases.toml``."""

from __future__ import annotations

import re

# A superlative without a noun means this column.
SUPERLATIVES = (
    (re.compile(r"\b(?:young|old)est\b"), "age"),
    (re.compile(r"\b(?:small|larg|bigg|bulki)est\b"), "size_mm"),
    (re.compile(r"\b(?:short|long)est\b"), "follow_up_months"),
    (re.compile(r"\b(?:earli|lat)est|most recent|first\b"), "year"),
)
# "... by sex": compare the values of a column.
BY_COLUMNS = {
    "sex": "sex", "gender": "sex", "margin": "margin", "margins": "margin", "grade": "grade", "site": "site",
    "side": "side", "outcome": "outcome", "country": "country", "operation": "operation",
}  # fmt: skip
BY = re.compile(
    r"\b(?:by|per|according to|split by|stratified by|for each|broken down by) (?:the )?"
    rf"(?:type of )?({'|'.join(BY_COLUMNS)})\b"
)
_UNIT = r"(?![ -]?(?:cm|mm|gy|months?|years?|percent|%))"
# "Patients 5 and 10"; not "patients 50 and older", "cases 50, 60 and 70 years old", "patients 20 to 40 years old".
CASE_NUMBER = re.compile(
    r"(?:\b(?:(?:case|patient|pt|row|entry)s?[.,]? ?(?:(?:no|nr)s?\.?|numbers?|#)?|(?:no|nr)s?\.?|numbers?)|#) ?"
    rf"(\d{{1,2}}(?:(?:,(?: and| or)? ?| ?& ?| and | or )\d{{1,2}}\b{_UNIT})*)\b{_UNIT}(?! ?(?:to|-) ?\d)"
    r"(?!(?:,? ?& ?|,? and |,? or )(?:\d{1,2}\b|older|over|above|younger|under|more))",
    re.IGNORECASE,
)
# How many there are to begin with: "of the thirteen patients", "all 57 cases", "of the 12". Fewer than five are
# picked out of them.
TOTAL = re.compile(
    r"\b(?:of|in|among(?:st)?|from|all) (?:all )?(?:of )?(?:the |these |those )?(?P<n>[5-9]|\d{2,3})"
    r"(?= (?:[a-z-]+ ){0,3}?(?:cases|patients|pts|people|persons|individuals|subjects|women|men|tumou?rs|sarcomas|"
    r"leiomyosarcomas|rows|entries|operations|resections|series)\b)|"
    r"\bof (?:the|these|those|all) (?P<alone>[5-9]|\d{2,3})\b"
    r"(?![- ]?(?:months?|years?|cm|mm|gy|percent|%|largest|youngest|oldest)\b)"
)
VERB = re.compile(
    r"\b(?:had|have|has|were|was|are|is|did|do|received|got|underwent|developed|died|survived|recurred|relapsed|"
    r"metastasi[sz]ed|showed|went|remained|presented|involved|arose|originated|came|spread|treated|followed|still)\b"
)
PARTICIPLES = frozenset({"treated", "followed"})  # of a subject: "of the women treated with ..."
# Before what the subject of a question has: "with radiotherapy", "who had metastases".
HAVING = re.compile(
    r"\b(?:with|having|given|receiving|who|who (?:had|have|got|received|were given|underwent|developed))"
    r"(?: (?:a|an|any|the))* $"
)
# "How many were women, and what was their mean age?": the first of two questions.
HOW_MANY_AND = re.compile(
    r"(?P<counted>\bhow many\b(?! (?:months|years|cm|mm|mo|gy)\b)[^?]+?)(?:[,;]|,? and) "
    r"(?=(?:what|how|at what|with what|their|(?:the )?(?:mean|median|average|range|youngest|oldest))\b)",
    re.IGNORECASE,
)
RATES = re.compile(r"\b(?:rates|shares|proportions|percentages|numbers) of\b")  # of several things, each by itself
RELATIVE = re.compile(r"(?:\b(?:who|that|which|whose \w+)|,)\s*$")
HOW_MANY = re.compile(
    r"\bhow many\b|\bhow often\b|\b(?:share|proportion|percentage|fraction|number)\b|"
    r"(?:^|, |\bwhat |\bwhich )(?:percent\b|%)"  # not the unit of an answer: "how many died, in percent?"
)
# "... than those without?": the last condition against its opposite.
CONTRAST = re.compile(
    r"(?:\b(?:than|versus|vs\.?|and|or|compared (?:with|to)|against) (?:in |of )?"
    r"(?:those |patients |people |cases |the (?:ones|others|rest) )*"
    r"(?:without(?: (?:it|them|any|one))?|who (?:did|had) not|with none)(?= ?(?:$|,|give|state|calculate|tell|in ))|"
    r"(?<=\bwith) (?:and|or|versus|vs) without\b|"
    r",? ?(?:and )?how many (?:had |got |have |received )?none\b|\b(?:than|versus|vs) (?:in )?the (?:others|rest)\b)"
)
NOT_STATED = re.compile(
    r"\b(?:(?:is|are|was|were) )?"
    r"(?:(?:not|never) (?:reported|stated|written|recorded|given|known|entered|available)(?! (?:to|as)\b)|"
    r"un(?:reported|stated|known|recorded)|missing)\b|\bmissingness\b|\b(?:no|without(?: any| a)?|lack(?:s|ing)?) "
    r"(?=(?:tumou?r )?(?:size|outcome|site|country|symptom|sex|age|side)s?\b)"
)
# What a question over rows calls its rows: "how are lung metastases treated?" asks about the disease instead.
ROWS = re.compile(
    r"\b(?:cases?|patients?|rows?|records?|entr(?:y|ies)|people|persons?|wom[ae]n|m[ae]n|males?|females?|boys?|girls?|"
    r"child(?:ren)?|infants?|toddlers?|bab(?:y|ies)|those|ones?|who|whose|which|any(?:one|body)|authors?|reports?|his|her)\b"
)
PICKS_ROWS = frozenset({"case", "author"})  # columns that pick rows, and make no groups
ABOUT_ROWS = frozenset({"case", "age", "sex", "country", "author", "year"})  # columns that tell rows apart
# What a question says that means the rows of a table rather than what its authors make of them.
OF_ROWS = re.compile(
    r"\b(?:57|own|rows?|tables?|tabulated|list(?:ed)?|entr(?:y|ies)|entered|records?)\b", re.IGNORECASE
)
# What asks for rows beside a number, or for the one that is the largest.
OF_WHICH = re.compile(r"\b(?:who|whose|which)\b(?! (?:share|proportion|percentage|fraction|part)\b)", re.IGNORECASE)
# What says that a figure is to be worked out from the rows, whether or not the authors print it.
ESTIMATE = re.compile(
    r"\b(?:kaplan|k-?m|product-limit|actuarial|estimat\w*|recalculat\w*|(?:re)?comput\w*|calculated? from|work out|"
    r"curves?|rows?|tables?|tabulated)\b|^(?:please )?calculate\b",
    re.IGNORECASE,
)
WHAT_HAPPENED = re.compile(r"\bwhat (?:happened|became)\b|\bhow did (?:[\w'-]+ ){1,10}?(?:do|fare)\b")
# A follow-up that means the time to what was spoken of before: "After how long?"
HOW_LONG = re.compile(r"(?:and )?(?:after )?how (?:long|soon|late|much later)(?: (?:after|later|was (?:it|that)))?$")
EARLY_OR_LATE = re.compile(r"\b(?:earli|lat|soon)est\b")
# Whom a case report is about, which tells it in sentences: not the one of 1991 from there, in a row of another's table.
OF_CASE_REPORT = re.compile(
    r"(?<!which )(?<!what )(?<!any )(?<!each )(?<!other )\b"
    r"(?:korean|chinese) (?:patient|pt|case|man|gentleman)\b"
    r"(?! (?:aged?|at|from|in|numbered|of|reported|treated|who|whose|with)\b)",
    re.IGNORECASE,
)
OF_THOSE = re.compile(r"\b(?:of|from|among) (?:those|these|them|whom|which)\b")
# A follow-up of those before, not of others: "and of those, women?", "also over 60?".
AS_WELL = re.compile(r"\b(?:(?:of|from|among) (?:those|these|them|whom|which)|also|too|as well|both|either)\b")
AGAINST = re.compile(r"\b(?:as against|versus|vs|compared (?:with|to)|(?<!done )(?<!given )(?<!used )against|than)\b")
# Where the next question begins: "What share had metastases? Those over 5 cm?"
NEXT_QUESTION = re.compile(r"\?\s+(?=\S)")
NEITHER = re.compile(r"\b(?:neither|nor)\b")
AMONG = re.compile(
    r"(?<!how many )(?<!number )\b(?:among(?:st)?|out of|after|following|(?:in|of) (?:the |all |those )*"
    r"(?=\w* ?(?:patients|cases|people|those|women|men)\b))(?P<clause>(?:(?! how many\b| what\b|,).)*)"
)
# Words that turn a question into another one, which rows do not answer.
DIFFERENT = re.compile(
    r"\b(?:turn(?:s|ed)? out|"
    r"how many (?:\w+ ){0,2}(?:metasta\w+|mets|deposits|nodules) (?:did|does|had|has) (?:the|this|he|she|his|her)\b|"
    r"\d+ (?:young|old|small|larg|bigg|short|long|earli|lat)est|except|apart from|other than|excluding|excluded|"
    r"unlike|besides|leaving aside|die of|die from|cause of death|"
    r"(?:treatment|therapy) (?:was |were )?(?:given |used )?for the|(?:treated|managed) (?:it|when|as))\b"
)
SHORT = (
    *(("w/o", "without"), ("w/?", "with"), ("tbl", "table"), (r"i\.?e\.?", "that is"), ("half a year", "6 months")),
    *(("adj", "adjuvant"), ("tx", "treatment")),
    (r"(\w+?)[- ]?y(?:(?:ea)?rs?)?[- ]os", r"\1-year survival"),
)
