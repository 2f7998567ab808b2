"""Export the ledger in the words of other bookkeeping programs, which check it from outside."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from operator import attrgetter

from royalties.domain.money import amount_text
from royalties.domain.people import Verb
from royalties.domain.spreadsheets import no_formula
from royalties.services.books import setup_in_force
from royalties.services.work import Work
from royalties.store.ledger import entries as ledger
from royalties.store.ledger.entries import PostedLine

FORMATS = ("beancount", "hledger", "csv")

_ROOTS = {
    "asset": "Assets",
    "liability": "Liabilities",
    "income": "Income",
    "expense": "Expenses",
    "equity": "Equity",
}


def journal(work: Work, format_: str) -> Iterator[str]:
    """The ledger as lines of text; ``format_`` is one of ``FORMATS``."""
    work.actor.require(Verb.READ)
    setup = setup_in_force(work)
    lines = list(ledger.journal(work.connection))
    match format_:
        case "beancount":
            return _beancount(lines, setup.publisher.name, setup.publisher.currency)
        case "hledger":
            return _hledger(lines)
        case _:
            return _csv(lines)


def _beancount(lines: Iterable[PostedLine], name: str, currency: str) -> Iterator[str]:
    lines = list(lines)
    first = min((line.dated for line in lines), default=date(1970, 1, 1))
    yield f'option "title" "{_quoted(name)}"'
    yield f'option "operating_currency" "{currency}"'
    yield ""
    for account in sorted({line.account for line in lines}):
        yield f"{first} open {beancount_account(account)}"
    for entry in _entries(lines):
        head = entry[0]
        yield ""
        yield f'{head.dated} * "{_quoted(head.subject)}" "{_quoted(_narration(head))}"'
        for line in entry:
            amount = amount_text(line.amount, line.currency)
            yield f"  {beancount_account(line.account)}  {amount} {line.currency}"


def beancount_account(account: str) -> str:
    """An account's name as beancount wants it: capitalised parts of letters, digits, dashes."""
    root, *parts = account.split(":")
    return ":".join([_ROOTS[root], *map(_component, parts)])


def _component(part: str) -> str:
    """A part made safe without making two parts alike: other characters go by their number.

    So does a dash that would be read as the beginning of such a number; and what begins with no
    small letter gets a ``K`` before it, as does what would then look the same.
    """
    safe = "".join(
        char
        if char.isascii() and (char.isalnum() or (char == "-" and not after.startswith("x")))
        else f"-x{ord(char):x}-"
        for char, after in ((char, part[place:]) for place, char in enumerate(part, 1))
    )
    return f"K{safe}" if _NOT_SMALL.match(safe) else f"{safe[0].upper()}{safe[1:]}"


_NOT_SMALL = re.compile(r"k*[A-Z0-9-]", re.ASCII)


def _hledger(lines: Iterable[PostedLine]) -> Iterator[str]:
    for entry in _entries(lines):
        head = entry[0]
        text = f"{head.subject} | {_narration(head)}".replace("\n", " ").replace(";", ",")
        yield f"{head.dated} * ({head.entry}) {text}"
        for line in entry:
            amount = amount_text(line.amount, line.currency)
            yield f"    {line.account}    {line.currency} {amount}"
        yield ""


def _csv(lines: Iterable[PostedLine]) -> Iterator[str]:
    yield _row(
        "entry",
        "date",
        "period",
        "event",
        "subject",
        "description",
        "account",
        "currency",
        "amount",
    )
    for line in lines:
        amount = amount_text(line.amount, line.currency)
        cells = (no_formula(each) if isinstance(each, str) else each for each in line[:-1])
        yield _row(*cells, amount)


def _row(*cells: object) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(cells)
    return buffer.getvalue()


def _entries(lines: Iterable[PostedLine]) -> Iterator[list[PostedLine]]:
    return (list(group) for _, group in groupby(lines, key=attrgetter("entry")))


def _narration(line: PostedLine) -> str:
    return f"{line.period} {line.event}: {line.description}"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
