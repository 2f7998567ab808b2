"""Which lists of the desk have filters, and what each of them may ask for.

A saved filter holds what its list's address asked for. It may be opened years later: whatever it
asks for that is not there any more, a column, a retailer, a period, is left out with a note.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from royalties.domain.currencies import EXPONENTS
from royalties.domain.orders.life import State, label_of
from royalties.domain.people import Verb
from royalties.domain.sales.slices import SaleKind
from royalties.ingest import places
from royalties.services.books import setup_in_force
from royalties.services.desk import saved_filters
from royalties.services.orders import board
from royalties.services.work import RefusedError
from royalties.web.core.formats import day, kind_words, period_words, sentence
from royalties.web.core.names import named
from royalties.web.core.visit import current_work
from royalties.web.finance.desk.log_words import verb_words
from royalties.web.finance.orders import values
from royalties.web.finance.periods import over_time as accounts
from royalties.web.finance.periods import reserves_and_advances as holdings
from royalties.web.finance.sales import importing, over_time

Word = TypeVar("Word", bound=StrEnum)

_LONGEST = 200
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])", re.ASCII)
_DAY = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that a list's address may ask for.

    Attributes:
        words: what it is called on the list's page.
        today: the value as it is today, of one that was saved; empty where it is there no more.
        said: the value in words.
    """

    words: str
    today: Callable[[str], str] = field(default=lambda value: value)
    said: Callable[[str], str] = field(default=lambda value: value)


@dataclass(frozen=True, slots=True)
class FilteredList:
    """A list with filters: its name, its page, what it may be asked for, and who sees it."""

    words: str
    endpoint: str
    asked: Mapping[str, Asked]
    verb: Verb = Verb.READ

    def of(self, args: Mapping[str, str]) -> dict[str, str]:
        """What an address asks of this list; blanks and the page that one is on fall away."""
        texts = {name: args[name].strip()[:_LONGEST] for name in self.asked if name in args}
        return {name: text for name, text in texts.items() if text}

    def still_there(self, query: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
        """What a saved filter asks for as it is today, and in words what is there no more."""
        there, gone = {}, []
        for name, value in query.items():
            asked = self.asked.get(name)
            today = asked.today(value) if asked else ""
            if today:
                there[name] = today
            else:
                gone.append(f"under “{asked.words}”" if asked else "by a filter of old")
        return there, list(dict.fromkeys(gone))

    def in_words(self, query: Mapping[str, str]) -> list[tuple[str, str]]:
        """What is asked for, as (what, value)."""
        return [
            (asked.words, asked.said(query[name]))
            for name, asked in self.asked.items()
            if name in query
        ]


def _matching(pattern: re.Pattern[str]) -> Callable[[str], str]:
    return lambda value: value if pattern.fullmatch(value) else ""


def _one_of(words: str, known: Mapping[str, str]) -> Asked:
    return Asked(
        words,
        lambda value: value if value in known else "",
        lambda value: sentence(known.get(value, value)),
    )


def _words(words: str, known: Mapping[Word, str]) -> Asked:
    return _one_of(words, {each.value: said for each, said in known.items()})


def _entry(words: str, part: str) -> Asked:
    """An entry of the setup, by its key; one that was renamed since then is found."""

    def today(value: str) -> str:
        known = getattr(setup_in_force(current_work()), part)
        return saved_filters.key_now(current_work(), part, value, known)

    return Asked(words, today, lambda value: named(value, part))


def _period(words: str) -> Asked:
    return Asked(
        words, _period_today, lambda value: "all" if value == "all" else period_words(value)
    )


def _period_today(value: str) -> str:
    if value == "all" or _MONTH.fullmatch(value):
        return value
    setup = setup_in_force(current_work())
    try:
        return str(setup.period(value))
    except RefusedError:
        return ""


def _sorting(columns: Iterable[str]) -> Asked:
    known = frozenset(columns)

    def said(value: str) -> str:
        name = value.removeprefix("-").replace("-", " ")
        return f"by {name}, {'from the last' if value.startswith('-') else 'from the first'}"

    return Asked("Sorting", lambda value: value if value.removeprefix("-") in known else "", said)


def _country(value: str) -> str:
    return value if places.country_name(value) != value else ""


def _staff(value: str) -> str:
    known = {str(number) for number, _ in board.staff(current_work())}
    return value if value == "mine" or value in known else ""


def _staff_words(value: str) -> str:
    known = {str(number): name for number, name in board.staff(current_work())}
    return "me" if value == "mine" else known.get(value, "somebody")


_TEXT = Asked("Text")
_COLUMNS = Asked("Columns", _matching(re.compile(r"\d{1,2}", re.ASCII)))
_CURRENCY = Asked("Currency", lambda value: value if value in EXPONENTS else "")
_MONTHS = (
    Asked("From", _matching(_MONTH), period_words),
    Asked("To", _matching(_MONTH), period_words),
)
_DAYS = (Asked("From", _matching(_DAY), day), Asked("Until", _matching(_DAY), day))
_KINDS = {each.word: kind_words(each.word) for each in SaleKind}
_STATES = {
    "all": "all",
    "ended": "ended",
    **{each.value: label_of(each) for each in State if each in board.ORDER},
}

_SALES_OVER_TIME = {
    "measure": _words("Show", over_time.MEASURES),
    "by": _words("By", over_time.BY),
    "per": _words("In columns of a", over_time.PER),
    "columns": _COLUMNS,
    "until": _period("Up to"),
    "against": _words("Compared with", over_time.AGAINST),
    "retailer": _entry("Retailer", "retailers"),
    "currency": _CURRENCY,
    "title": _entry("Title", "titles"),
    "country": Asked("Country", _country, places.place_name),
    "sort": _sorting(over_time.SORTED),
}
_BY_TEXT = {"q": _TEXT}

LISTS: Mapping[str, FilteredList] = {
    "sales": FilteredList(
        "Sales",
        "sales.sales",
        {
            "period": _period("Period"),
            "book": Asked("Title or ISBN"),
            "retailer": _entry("Retailer", "retailers"),
            "kind": _one_of("Kind", _KINDS),
            "month": Asked("Month", _matching(_MONTH), period_words),
            "import": Asked("Import", _matching(_NUMBER)),
            "reference": Asked("Reference"),
            "title": _entry("Title", "titles"),
        },
    ),
    "sales-over-time": FilteredList("Sales over time", "over_time.over_time", _SALES_OVER_TIME),
    "best-sellers": FilteredList("Best sellers", "over_time.best_sellers", _SALES_OVER_TIME),
    "imports": FilteredList(
        "Imports",
        "importing.uploads",
        {
            "retailer": _entry("Retailer", "retailers"),
            "period": _period("Counts in"),
            "status": _one_of("Status", importing.STATUSES),
        },
    ),
    "statements": FilteredList(
        "Statements",
        "closing.statements",
        {"period": _period("Period"), "beneficiary": _entry("Beneficiary", "beneficiaries")},
    ),
    "royalties-over-time": FilteredList(
        "Royalties over time",
        "accounts.over_time",
        {
            "by": _words("By", accounts.BY),
            "figure": _words("Show", accounts.FIGURE_WORDS),
            "columns": _COLUMNS,
            "until": _period("Up to"),
            "against": _words("Compared with", accounts.AGAINST),
            "currency": _CURRENCY,
            "name": Asked("Name contains"),
            "contract": _entry("Contract", "contracts"),
            "beneficiary": _entry("Beneficiary", "beneficiaries"),
            "sort": _sorting(accounts.SORTED),
        },
    ),
    "reserves": FilteredList(
        "Reserves held",
        "holdings.reserves",
        {
            "release": _period("Released in"),
            "currency": _CURRENCY,
            "name": Asked("Name contains"),
            "sort": _sorting(holdings.RESERVES_SORTED),
        },
    ),
    "advances": FilteredList(
        "Advances",
        "holdings.advances",
        {
            "which": _words("Show", holdings.WHICH),
            "currency": _CURRENCY,
            "name": Asked("Contract contains"),
            "sort": _sorting(holdings.ADVANCES_SORTED),
        },
    ),
    "entries": FilteredList(
        "Entries of the ledger",
        "ledger.entries",
        {
            "period": _period("Period"),
            "event": Asked("Event", said=lambda value: value.replace("-", " ")),
            "subject": Asked("Contract, beneficiary or order"),
        },
    ),
    "orders": FilteredList(
        "Orders",
        "orders.board",
        {
            "state": _one_of("State", _STATES),
            "organization": _entry("Organization", "organizations"),
            "person": Asked("Taken care of by", _staff, _staff_words),
            "late": _one_of("Late", {"1": "only late ones"}),
            "q": Asked("Number"),
            "view": _one_of("Shown as", {"columns": "columns"}),
        },
    ),
    "order-values": FilteredList(
        "Value of orders",
        "order_values.values",
        {
            "by": _words("By", values.BY),
            "which": _words("Of", values.WHICH),
            "since": _MONTHS[0],
            "until": _MONTHS[1],
            "organization": _entry("Organization", "organizations"),
            "title": _entry("Title", "titles"),
            "sort": _sorting(values.SORTED),
        },
    ),
    "invoices": FilteredList(
        "Invoices",
        "invoices.invoices",
        {
            "organization": _entry("Organization", "organizations"),
            "status": _one_of("Status", {"open": "open", "overdue": "overdue"}),
        },
    ),
    "organizations": FilteredList("Organizations", "organizations.organizations", _BY_TEXT),
    "titles": FilteredList("Titles", "catalogue.titles", _BY_TEXT),
    "contracts": FilteredList("Contracts", "terms.contracts", _BY_TEXT),
    "beneficiaries": FilteredList("Beneficiaries", "terms.beneficiaries", _BY_TEXT),
    "plans": FilteredList("Plans", "terms.plans", _BY_TEXT),
    "log": FilteredList(
        "Audit log",
        "people.audit",
        {
            "who": Asked("Who"),
            "what": _one_of("What", {each.value: verb_words(each.value) for each in Verb}),
            "from": _DAYS[0],
            "until": _DAYS[1],
            "q": _TEXT,
        },
        Verb.AUDIT,
    ),
}
"""Lists by the name under which filters of theirs are saved: names that are there stay the same."""

BY_ENDPOINT = {each.endpoint: name for name, each in LISTS.items()}
