"""How an upload's check is told to a person: its state, its questions, its problems by cause."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from hashlib import sha256
from typing import Any, TypeAlias

from royalties.domain.counting import change
from royalties.services.sales.uploads import Earlier, Upload, UploadSummary
from royalties.web.core.formats import plural

Document: TypeAlias = Mapping[str, Any]

_PATIENCE = timedelta(minutes=1)

_QUESTIONS = {
    "currency": "Which currency?",
    "date_language": "In which language are the months?",
    "date_order": "Which comes first in a date?",
    "date_range": "Which day of a range counts?",
    "decimal": "Which sign parts the decimals?",
    "discount": "Which discount?",
    "encoding": "How is the text encoded?",
    "period": "Which period does it cover?",
    "report": "Which report is it?",
    "retailer": "Whose sales are these?",
    "second_table": "What is the second table?",
    "sheet": "Which sheet counts?",
    "week": "Which week does it cover?",
}

_OPTIONS = {
    ("date_order", "dmy"): "day first: 03/04/2026 is 3 April",
    ("date_order", "mdy"): "month first: 03/04/2026 is March 4",
    ("date_range", "start"): "its first day",
    ("date_range", "end"): "its last day",
    ("decimal", "."): "a point: 1,234 is one thousand two hundred and thirty-four",
    ("decimal", ","): "a comma: 1,234 is one and a bit",
    ("encoding", "utf-8"): "UTF-8",
    ("encoding", "utf-16-le"): "UTF-16, as Windows programs save “Unicode text”",
    ("encoding", "utf-16-be"): "UTF-16, the other byte order (rare)",
    ("encoding", "cp1252"): "Windows, Western Europe and America",
    ("encoding", "latin-1"): "ISO 8859-1, older Unix programs",
    ("encoding", "mac-roman"): "old Macintosh programs",
    ("second_table", "returns"): "returns: its copies came back",
    ("second_table", "sales"): "more sales",
    ("second_table", "ignore"): "something else: leave its rows out",
    ("sheet", "all"): "all of them",
}

_AT_THE_DESK = (("leave the report's name out to have it recognised", "let it be recognised"),)

_VALUE = re.compile(r"'[^']*'|\"[^\"]*\"|\d[\d.,:/+E-]*\d|\d")


@dataclass(frozen=True, slots=True)
class Question:
    """Something that the report does not say; options are (answer, meaning)."""

    key: str
    words: str
    message: str
    options: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Cause:
    """Problems that are the same but for their values."""

    key: str
    words: str
    remedy: str
    rows: int = 0
    columns: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure beside that of the import before; ``currency`` makes it money."""

    words: str
    now: int | str
    before: int | str | None
    currency: str = ""

    @property
    def change(self) -> Fraction | None:
        """What it is more or less than before, where a percentage says something."""
        return change(Fraction(self.before or 0), Fraction(self.now))


def at_the_desk(message: str, retailers: Mapping[str, str] | None = None) -> str:
    """A message that was written for the command line, as a page says it."""
    for words, instead in _AT_THE_DESK:
        message = message.replace(words, instead)
    first, space, rest = message.partition(" ")
    if retailers and first in retailers:
        return f"{retailers[first]}{space}{rest}"
    return message[:1].upper() + message[1:]


def state(upload: Upload | UploadSummary) -> tuple[str, str]:
    """What has come of an upload in words, and the badge's kind."""
    if upload.is_busy:
        return work_words(upload), ""
    found = upload.document if isinstance(upload, Upload) else upload.summary
    if found is None:
        return "Not checked", "warn"
    if found["outcome"] == "refused" and not found["report"]:
        return "Refused", "bad"
    warnings = found["warnings"]
    count = warnings if isinstance(warnings, int) else len(warnings)
    return {
        "recorded": ("Ready to record", "good"),
        "confirm": (f"Ready, {plural(count, 'warning')}", "warn"),
        "choose": ("Asks something", "warn"),
        "refused": (f"Refused, {plural(found['problem_count'], 'problem')}", "bad"),
        "nothing-new": ("Nothing new", ""),
    }[found["outcome"]]


def work_words(upload: Upload | UploadSummary) -> str:
    """What long work does just now."""
    if upload.job is None or upload.job.status == "queued":
        return "Waits for its turn"
    return "Being checked" if upload.job.kind == "check" else "Being recorded"


def is_forgotten(upload: Upload | UploadSummary, now: datetime) -> bool:
    """Whether long work has waited so long that nobody seems to do it."""
    job = upload.job
    if job is None or job.status != "queued":
        return False
    return now - datetime.fromisoformat(job.created_at) > _PATIENCE


def questions(
    document: Document, retailers: Mapping[str, str], reports: Mapping[str, str]
) -> list[Question]:
    """What the report does not say, each answer with its meaning."""
    meanings = {"retailer": retailers, "report": reports}
    return [
        Question(
            each["key"],
            question_words(each["key"]),
            at_the_desk(each["message"]),
            tuple(
                (option, meanings.get(each["key"], {}).get(option) or meaning(each["key"], option))
                for option in each["options"]
            ),
        )
        for each in document["choices"]
    ]


def question_words(key: str) -> str:
    """A question in words."""
    return _QUESTIONS.get(key, key.replace("_", " ").capitalize())


def meaning(key: str, answer: str) -> str:
    """What an answer means."""
    return _OPTIONS.get((key, answer), answer)


def causes(problems: Iterable[Mapping[str, Any]]) -> list[Cause]:
    """Problems by cause, the most frequent first."""
    found: dict[str, Cause] = {}
    for each in problems:
        key = cause_of(each)
        if key not in found:
            found[key] = Cause(key, _general(each["message"]), at_the_desk(each["remedy"]))
        found[key].rows += 1
        found[key].columns.setdefault(each["column"])
    return sorted(found.values(), key=lambda cause: -cause.rows)


def cause_of(problem: Mapping[str, Any]) -> str:
    """A short name of a problem's cause, for addresses."""
    return sha256(_general(problem["message"]).encode()).hexdigest()[:8]


def _general(message: str) -> str:
    """A message without the values of its row."""
    return at_the_desk(_VALUE.sub("…", message))


def compared(document: Document, earlier: Earlier | None) -> list[Compared]:
    """Control totals, beside those of the import before."""
    before = earlier.document if earlier else None
    lines = [
        Compared(label, count(document), None if before is None else count(before))
        for label, count in _COUNTS.items()
    ]
    for currency in dict.fromkeys([*document["net"], *(before or document)["net"]]):
        then = None if before is None else before["net"].get(currency, "0")
        lines.append(Compared("Net receipts", document["net"].get(currency, "0"), then, currency))
    return lines


def _rows(document: Document, name: str) -> int:
    return sum(each["rows"] for each in document[name])


_COUNTS: dict[str, Callable[[Document], int]] = {
    "Rows in the file": lambda document: document["rows"],
    "Sale lines": lambda document: document["sale_lines"],
    "Rows skipped": lambda document: _rows(document, "skipped"),
    "Rows waiting for their edition": lambda document: _rows(document, "waiting"),
    "Copies sold": lambda document: document["units"]["sold"],
    "Copies returned": lambda document: document["units"]["returned"],
    "Free copies": lambda document: document["units"]["free"],
}
