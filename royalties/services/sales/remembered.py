"""Remembered answers about a retailer's reports: no book, a bundle, an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from royalties.domain.people import Verb
from royalties.domain.sales.lines import SaleLine, WaitingLine
from royalties.domain.sales.remembered import AnswerKind, BundlePart, shared
from royalties.domain.terms.identifiers import EditionNames, identifier_key
from royalties.ingest.report.books import unlabelled, written_identifier
from royalties.services.books import Setup, setup_in_force
from royalties.services.sales.recording import record_lines
from royalties.services.sales.waiting import as_matched, receipts
from royalties.services.work import RefusedError, Work
from royalties.store.periods import periods
from royalties.store.sales import batches
from royalties.store.sales import remembered as store
from royalties.store.sales.remembered import RememberedRow
from royalties.store.terms import catalogue

_LONGEST = 200
_MOST_PARTS = 50
_ANSWER = "?"
"""Begins the keys of answers: no identifier's key does."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A remembered answer's number, and how many waiting rows it concerned.

    ``rows`` were set aside, or recorded as a bundle's; ``without_price`` still wait for the list
    price of an edition.
    """

    number: int
    rows: int
    without_price: int = 0


def remembered_list(work: Work) -> list[RememberedRow]:
    """All remembered answers, newest first, including those taken back."""
    work.actor.require(Verb.READ)
    return store.all_answers(work.connection)


def value_words(row: RememberedRow) -> str:
    """A remembered answer as text: the shares of a bundle by ISBN, or an answer and its report."""
    value = row.value
    if row.said is AnswerKind.BUNDLE:
        return ", ".join(f"{isbn} {share}" for isbn, share in value)
    return f"{value['answer']} ({value['report']})" if row.said is AnswerKind.ANSWER else ""


def retailers_waiting(work: Work, names: Sequence[str]) -> dict[str, list[str]]:
    """Keys of the retailers whose rows wait, by what they wait under."""
    work.actor.require(Verb.READ)
    return store.retailers_waiting(work.connection, names)


def say_no_book(work: Work, retailer: str, name: str) -> Decision:
    """Say that an identifier, or a title of rows without one, is no book in a retailer's reports.

    Rows that wait for it are set aside, and skipped in later reports.

    Raises:
        RefusedError: it names an edition, or another answer is remembered of it.
    """
    shop, name, key = _named(work, retailer, name)
    number = _remember(work, shop, AnswerKind.NO_BOOK, (name, key), [])
    rows = store.set_rows_aside(work.connection, number, shop, _waiting(work, shop, key))
    work.record(Verb.REMEMBER, {"what": "no-book", "name": name, "retailer": retailer})
    return Decision(number, rows)


def say_bundle(work: Work, retailer: str, name: str, shares: Sequence[tuple[str, str]]) -> Decision:
    """Say that an identifier of a retailer's reports is several editions together.

    ``shares`` of the price follow ISBNs: fractions or numbers, of whatever whole. Rows that
    wait for it are recorded, each as its editions with its units.

    Raises:
        RefusedError: it names an edition, another answer is remembered of it, an edition is
            unknown, or a share is none.
    """
    shop, name, key = _named(work, retailer, name)
    setup = setup_in_force(work)
    parts = _parts(work, shares)
    value = [[isbn, str(part.share)] for isbn, part in parts.items()]
    number = _remember(work, shop, AnswerKind.BUNDLE, (name, key), value)
    # The period's lock comes before the log's, as in a close, so that neither waits for the other.
    decision = _unbundle(work, setup, shop, (number, key), [*parts.values()])
    work.record(
        Verb.REMEMBER,
        {"what": "bundle", "name": name, "retailer": retailer, "shares": dict(value)},
    )
    return decision


def remember_answers(work: Work, retailer: int, report: str, answers: Mapping[str, str]) -> None:
    """Remember answers that a retailer's report needed; a new one takes the place of an old one."""
    standing = {
        row.key: row
        for row in store.all_answers(work.connection, standing=True)
        if row.retailer_id == retailer
    }
    for question, answer in answers.items():
        key = f"{_ANSWER}{report}/{question}"
        before = standing.get(key)
        if before is not None:
            if before.value["answer"] == answer:
                continue
            store.end_answer(work.connection, before.id, work.stored_at, work.actor.name)
        value = {"report": report, "answer": answer}
        store.add_answer(
            work.connection, _values(work, retailer, AnswerKind.ANSWER, (question, key), value)
        )


def forget(work: Work, number: int) -> Decision:
    """Take a remembered answer back: from now on rows wait again, and questions are asked again.

    Rows that waited when it was remembered as no book wait again; what was recorded of a bundle
    stays, until its import is undone or corrected.

    Raises:
        RefusedError: nothing has that number, or it was taken back already.
    """
    work.actor.require(Verb.REMEMBER)
    row = store.find_answer(work.connection, number)
    if row is None:
        raise RefusedError(f"nothing that is remembered has the number {number}")
    if row.ended_at is not None:
        raise RefusedError(f"{row.name!r} was taken back already")
    rows = store.end_answer(work.connection, number, work.stored_at, work.actor.name)
    work.record(
        Verb.REMEMBER,
        {"what": "forgotten", "name": row.name, "retailer": row.retailer, "said": row.said},
    )
    return Decision(number, rows)


def _named(work: Work, retailer: str, name: str) -> tuple[int, str, str]:
    """The retailer's number, the name as it is stored, and its key.

    Raises:
        RefusedError: there is no such retailer, or the name is none, or that of an edition.
    """
    work.actor.require(Verb.REMEMBER)
    shops = catalogue.retailer_ids(work.connection)
    if retailer not in setup_in_force(work).retailers:
        raise RefusedError(f"no retailer has the key {retailer!r}: look it up in the setup")
    name = as_matched(written_identifier(name))
    if not _waiting(work, shops[retailer], identifier_key(name)):
        name = as_matched(unlabelled(name))
    key = identifier_key(name)
    if not key or len(name) > _LONGEST or not name.isprintable():
        raise RefusedError(f"an identifier or a title has 1 to {_LONGEST} letters, digits or signs")
    if EditionNames(catalogue.names(work.connection)).find(name):
        raise RefusedError(f"{name!r} stands for an edition: it is a book")
    return shops[retailer], name, key


def _parts(work: Work, shares: Sequence[tuple[str, str]]) -> dict[str, BundlePart]:
    numbers = {row.isbn: row.id for row in catalogue.edition_rows(work.connection)}
    parts: dict[str, BundlePart] = {}
    for text, share in shares:
        isbn = as_matched(text)
        if isbn not in numbers:
            raise RefusedError(f"no edition has the ISBN {text!r}: add it to a title first")
        if isbn in parts:
            raise RefusedError(f"{isbn} stands twice in the bundle: give it one share")
        parts[isbn] = BundlePart(numbers[isbn], _share(share))
    if not 1 < len(parts) <= _MOST_PARTS:
        raise RefusedError(f"a bundle has 2 to {_MOST_PARTS} editions, each with its share")
    return parts


def _share(text: str) -> Fraction:
    """A share such as ``1/3``, ``0.4`` or ``40%``."""
    try:
        share = Fraction(text.strip().removesuffix("%").replace(",", "."))
    except (ValueError, ZeroDivisionError):
        share = Fraction(0)
    if not 0 < share <= 10**9 or share.denominator > 10**9:
        raise RefusedError(f"{text!r} is no share of a price: write 1/3, 0.4 or 40%")
    return share


def _remember(
    work: Work,
    shop: int,
    kind: AnswerKind,
    named: tuple[str, str],
    value: Any,  # noqa: ANN401 - JSON
) -> int:
    key = named[1]
    for row in store.all_answers(work.connection, standing=True):
        if row.retailer_id == shop and row.key == key:
            if row.said is kind and row.value == value:
                return row.id
            raise RefusedError(
                f"{row.name!r} is said to be {_WORDS[row.said]}: take that back first "
                f"('royalties forget {row.id}')"
            )
    return store.add_answer(work.connection, _values(work, shop, kind, named, value))


_WORDS = {
    AnswerKind.NO_BOOK: "no book",
    AnswerKind.BUNDLE: "a bundle",
    AnswerKind.ANSWER: "answered",
}


def _values(
    work: Work,
    shop: int,
    kind: AnswerKind,
    named: tuple[str, str],
    value: Any,  # noqa: ANN401 - JSON
) -> dict[str, object]:
    return {
        "retailer_id": shop,
        "said": kind,
        "name": named[0],
        "key": named[1],
        "value": value,
        "said_at": work.stored_at,
        "said_by": work.actor.name,
    }


def _waiting(work: Work, shop: int, key: str) -> list[str]:
    return [
        name for name in store.waiting_names(work.connection, shop) if identifier_key(name) == key
    ]


def _unbundle(
    work: Work, setup: Setup, shop: int, answer: tuple[int, str], parts: Sequence[BundlePart]
) -> Decision:
    """Record the rows that wait for a bundle."""
    number, key = answer
    rows = store.lines_waiting(work.connection, shop, _waiting(work, shop, key))
    if not rows:
        return Decision(number, 0)
    first = setup.first_period
    earliest = periods.lock_for_sales(work.connection, first)
    open_period = first.shift(earliest - first.ordinal)
    by_batch: dict[int, list[SaleLine]] = {}
    recorded, more = [], []
    for batch, line in rows:
        lines = lines_of_bundle(line, parts)
        if not lines:
            continue
        by_batch.setdefault(batch, []).extend(lines)
        place = (batch, line.sheet, line.row, line.kind)
        recorded.append(place)
        copies = sum(each.units for each in lines) - line.units
        named = dict(zip(("batch_id", "sheet", "row", "kind"), place, strict=True))
        more.append({**named, "lines": len(lines) - 1, "units": copies})
    record_lines(work, setup, open_period, by_batch)
    batches.delete_waiting(work.connection, recorded)
    store.note_unbundled(work.connection, more)
    return Decision(number, len(recorded), len(rows) - len(recorded))


def lines_of_bundle(line: WaitingLine, parts: Sequence[BundlePart]) -> list[SaleLine]:
    """A row of a bundle as lines of its editions; none if its money is unknown.

    Each edition has the row's units; its money and its list price are divided by the shares.
    """
    shares = [part.share for part in parts]
    net = line.net
    if net is None and line.list_price is not None:
        net = receipts(line.units, line.list_price, line.discount or 0)
    if net is None:
        return []
    nets = shared(net, shares)
    prices: Sequence[int | None] = (
        [None] * len(parts) if line.list_price is None else shared(line.list_price, shares)
    )
    return [
        line.of_edition(part.edition, its_net)._replace(list_price=price)
        for part, its_net, price in zip(parts, nets, prices, strict=True)
    ]
