"""How an upload's check is described: its state, its questions, its problems by cause."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, TypeAlias

from royalties.domain.counting import change
from royalties.domain.jobs import JobStatus
from royalties.domain.problems import Cause
from royalties.services.sales.uploads import Earlier, Upload, UploadSummary
from royalties.web.core.formats import plural
from royalties.web.core.formats import sentence as capitalised
from royalties.web.core.names import in_names

Document: TypeAlias = Mapping[str, Any]

_PATIENCE = timedelta(minutes=1)

_QUESTIONS = {
    "currency": "Which currency?",
    "date_language": "In which language are the months?",
    "date_order": "Which comes first in a date?",
    "date_range": "Which day of a range counts?",
    "discount_unit": "What are the discounts?",
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

_FIELDS = {"book": "ISBN", "net": "net receipts", "unit_net": "net receipts of a copy"}

_OPTIONS = {
    ("date_order", "dmy"): "day first: 03/04/2026 is 3 April",
    ("date_order", "mdy"): "month first: 03/04/2026 is March 4",
    ("date_range", "start"): "its first day",
    ("date_range", "end"): "its last day",
    ("discount_unit", "percent"): "per cent: 42 is 42 %",
    ("discount_unit", "fraction"): "fractions: 0.42 is 42 %",
    ("discount_unit", "mixed"): "both: those above 1 are per cent",
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
    ("state", "sale"): "sales: they are paid",
    ("state", "set-aside"): "not paid yet: set aside until a later export",
    ("state", "skip"): "no sales: skipped",
    ("sheet", "all"): "all of them",
}

_REMEDIES: Mapping[str, str] = {
    Cause.OTHER_REPORT: "Let it be recognised, or map the report",
    Cause.OTHER_COLUMNS: "Map its columns once; later files with the same ones are recognised",
}
"""Of problems whose remedy at the command line is another one."""

_WORK = {
    "check": "Being checked",
    "look": "Being looked at",
    "record": "Being recorded",
}

CAUSES: Mapping[str, str] = {
    Cause.CONTROL_CHARACTER: "A control character in a cell",
    Cause.COUNTS_DISAGREE: "Copies sold less returned are not the net copies",
    Cause.DAMAGED_ISBN: "An ISBN that a spreadsheet has damaged",
    Cause.DATE_AS_NUMBER: "A date where a number is expected",
    Cause.DATE_IN_FUTURE: "A date in the future",
    Cause.DATE_OUT_OF_RANGE: "A date before 1900",
    Cause.EMPTY: "An empty cell",
    Cause.ERROR_VALUE: "A formula that ended in an error",
    Cause.FORMULA_WITHOUT_VALUE: "A formula that was never calculated",
    Cause.MONEY_FOR_FREE_COPIES: "Money for free copies",
    Cause.MONEY_WITHOUT_UNITS: "Money without units",
    Cause.MONTH_WITHOUT_DAY: "A month where a day is expected",
    Cause.NEGATIVE_PRICE: "A price below zero",
    Cause.NO_DATE: "Not a date",
    Cause.NO_DISCOUNT: "Not a discount",
    Cause.NO_ISBN: "Not an ISBN",
    Cause.NO_LIST_PRICE: "No list price on that day to work the receipts out from",
    Cause.NO_NUMBER: "Not a number",
    Cause.NO_VALUE: "Not a value",
    Cause.NO_WHOLE_NUMBER: "Not a whole number",
    Cause.OPPOSITE_SIGNS: "Units and net receipts with opposite signs",
    Cause.OTHER_CURRENCY: "An amount marked with another currency than its row's",
    Cause.OTHER_DATE_ORDER: "Day and month the other way round than in the rest of the file",
    Cause.OTHER_DECIMAL_MARK: "Another decimal mark than in the rest of the file",
    Cause.OTHER_DIGITS: "Digits other than 0-9",
    Cause.SEVERAL_EDITIONS: "An identifier of several editions",
    Cause.SEVERAL_ISBNS: "Several ISBNs in one cell",
    Cause.SIGN_OF_UNITS: "Units whose sign does not fit the kind of sale",
    Cause.CHANGE_UNFIT: "A change that does not fit what the file holds",
    Cause.ORDER_CHANGED: "An order that stands otherwise in an earlier import",
    Cause.ORDER_STATE: "An order of which it is unclear whether it was paid",
    Cause.ORDER_TWICE: "An order that stands twice in the file",
    Cause.SUMS_DISAGREE: "An order whose figures do not add up",
    Cause.SURPLUS_VALUES: "More values in a row than the header has columns",
    Cause.TOO_LARGE: "Too large a number",
    Cause.UNITS_OF_USAGE: "Units where money is for use and not for copies",
    Cause.TOO_LONG: "Too long a text",
    Cause.TOO_MANY_DECIMALS: "More than six decimals",
    Cause.UNKNOWN_CURRENCY: "An unknown currency",
    Cause.UNKNOWN_KIND: "An unknown kind of sale",
    Cause.UNKNOWN_RETAILER: "An unknown retailer",
    Cause.WRONG_CHECK_DIGIT: "An ISBN whose check digit is wrong",
}
"""Headings of problems of the same cause."""


@dataclass(frozen=True, slots=True)
class UploadQuestion:
    """Something that the report does not say; options are (answer, meaning).

    ``proposed`` are likely answers where any may be given.
    """

    key: str
    words: str
    message: str
    options: tuple[tuple[str, str], ...]
    proposed: tuple[str, ...] = ()


@dataclass(slots=True)
class ProblemGroup:
    """Problems of one column with the same cause."""

    cause: str
    column: str
    words: str
    remedy: str
    rows: int = 0


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


def sentence(message: str) -> str:
    """A message as a line of its own."""
    return capitalised(in_names(message))


def remedy(problem: Mapping[str, Any]) -> str:
    """What to do about a problem at this desk."""
    return _REMEDIES.get(problem.get("code", ""), sentence(problem["remedy"]))


def is_readable(document: Document) -> bool:
    """Whether a refused file has rows and columns, so that somebody can say what they hold."""
    return bool(document["report"]) or any(
        problem.get("code") in (Cause.OTHER_REPORT, Cause.OTHER_COLUMNS)
        for problem in document["problems"]
    )


def state(upload: Upload | UploadSummary) -> tuple[str, str]:
    """What has come of an upload in words, and the badge's kind."""
    if upload.is_busy:
        return work_words(upload), ""
    outcome = upload.document if isinstance(upload, Upload) else upload.summary
    if outcome is None:
        return "Not checked", "warn"
    if outcome["outcome"] == "refused" and not outcome["report"]:
        return "Refused", "bad"
    warnings = outcome["warnings"]
    count = warnings if isinstance(warnings, int) else len(warnings)
    return {
        "recorded": ("Ready to record", "good"),
        "confirm": (f"Ready, {plural(count, 'warning')}", "warn"),
        "choose": ("Asks something", "warn"),
        "refused": (f"Refused, {plural(outcome['problem_count'], 'problem')}", "bad"),
        "nothing-new": ("Nothing new", ""),
    }[outcome["outcome"]]


def work_words(upload: Upload | UploadSummary) -> str:
    """What long work does just now."""
    if upload.job is None or upload.job.status == JobStatus.QUEUED:
        return "Waits for its turn"
    return _WORK.get(upload.job.kind, "Being worked on")


def is_forgotten(upload: Upload | UploadSummary, now: datetime) -> bool:
    """Whether long work has waited so long that nobody seems to do it."""
    job = upload.job
    if job is None or job.status != JobStatus.QUEUED:
        return False
    return now - job.created_at > _PATIENCE


def questions(
    document: Document, retailers: Mapping[str, str], reports: Mapping[str, str]
) -> list[UploadQuestion]:
    """What the report does not say, each answer with its meaning."""
    meanings = {"retailer": retailers, "report": reports}
    return [
        UploadQuestion(
            choice["key"],
            question_words(choice["key"]),
            sentence(choice["message"]),
            tuple(
                (
                    option,
                    meanings.get(choice["key"], {}).get(option) or meaning(choice["key"], option),
                )
                for option in choice["options"]
            ),
            tuple(choice.get("proposed", ())),
        )
        for choice in document["choices"]
    ]


def question_words(key: str) -> str:
    """A question in words."""
    if field := _field_of(key):
        return f"Which column has the {field}?"
    if (state := key.removeprefix("state_")) != key:
        return f"What are orders that are “{state.replace('_', ' ')}”?"
    return _QUESTIONS.get(key, key.replace("_", " ").capitalize())


def _field_of(key: str) -> str:
    """What a column holds that is asked about, in words; empty for other questions."""
    field = key.removeprefix("column_")
    return "" if field == key else _FIELDS.get(field, field.replace("_", " "))


def meaning(key: str, answer: str) -> str:
    """What an answer means."""
    if _field_of(key):
        return f"column {answer}"
    if key.startswith("state_"):
        key = "state"
    return _OPTIONS.get((key, answer), answer)


def by_cause(problems: Iterable[Mapping[str, Any]]) -> list[ProblemGroup]:
    """Problems by cause and column, the most frequent first."""
    groups: dict[tuple[str, str], ProblemGroup] = {}
    for problem in problems:
        cause, column = key = cause_of(problem)
        if key not in groups:
            heading = CAUSES.get(cause, sentence(problem["message"]))
            groups[key] = ProblemGroup(cause, column, heading, remedy(problem))
        groups[key].rows += 1
    return sorted(groups.values(), key=lambda group: -group.rows)


def cause_of(problem: Mapping[str, Any]) -> tuple[str, str]:
    """A problem's cause and column; without a cause where an older version checked the file."""
    return problem.get("code", ""), problem["column"]


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
    now, then_net = (_usage(each) for each in (document, before or {}))
    for currency in dict.fromkeys([*now, *then_net]):
        then = None if before is None else then_net.get(currency, "0")
        lines.append(Compared("Subscriptions and loans", now.get(currency, "0"), then, currency))
    return lines


def _usage(document: Document) -> dict[str, str]:
    """Receipts for use and not for copies; documents of earlier releases have none."""
    net: dict[str, str] = document.get("usage", {}).get("net", {})
    return net


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
