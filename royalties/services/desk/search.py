"""Search the desk by a few letters, a number or an amount.

Titles, ISBNs, terms, statements, imports, orders and people have names and numbers; statements,
contracts' periods, entries, orders, invoices and receipts have amounts; sales and receipts have
references, and parcels numbers.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from stdnum import isbn as isbn_numbers

from royalties.domain.people import Verb
from royalties.domain.terms.beneficiaries import Beneficiary
from royalties.domain.terms.organizations import Organization
from royalties.ingest import mailboxes, places
from royalties.services.books import Setup, setup_in_force
from royalties.services.desk.searched_amounts import searched_amount
from royalties.services.names import Names, names_of
from royalties.services.work import RefusedError, Work
from royalties.store.desk import search as store
from royalties.store.desk.search import AmountQuery

LONGEST = 100
_LEAST = 2


Amount = tuple[str, int, str]
"""What an amount is, in minor units of which currency."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found.

    Attributes:
        kind: title, edition, retailer, contract, beneficiary, plan, organization, statement,
            contract-period, entry, import, sale, waiting, order, invoice, receipt, person.
        key: what names it in its page's address.
        words: what it is called.
        about: what distinguishes it from others.
        exact: whether what was typed names this and nothing vaguer.
        period: the period that it is of, where its name does not say so.
        day: the day that it is of, or the last of some (``since`` is the first).
        amounts: those that distinguish it from others.
        lines: how many sale lines it is, where it is some.
    """

    kind: str
    key: str
    words: str
    about: str = ""
    exact: bool = False
    period: str = ""
    since: date | None = None
    day: date | None = None
    amounts: tuple[Amount, ...] = ()
    lines: int = 0


@dataclass(frozen=True, slots=True)
class HitGroup:
    """Hits of one kind; ``more`` if some were left out."""

    kind: str
    hits: tuple[Hit, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found; ``only`` is the one thing that was named exactly, if it is one."""

    text: str
    groups: tuple[HitGroup, ...]
    only: Hit | None


def search(work: Work, text: str) -> SearchResult:
    """Search everything that has a page at the desk; a single letter finds nothing."""
    work.actor.require(Verb.READ)
    text = " ".join(text.split())[:LONGEST]
    if len(text) < _LEAST and not text.isdigit():
        return SearchResult(text, (), None)
    try:
        setup = setup_in_force(work)
    except RefusedError:
        return SearchResult(text, (), None)
    by_kind: dict[str, list[Hit]] = {}
    for hit in _hits(work, setup, text):
        by_kind.setdefault(hit.kind, []).append(hit)
    groups = tuple(
        HitGroup(kind, tuple(_best(hits)[: store.MOST]), len(hits) > store.MOST)
        for kind, hits in by_kind.items()
    )
    exact = [hit for hits in by_kind.values() for hit in hits if hit.exact]
    pages = {(_page_kind(hit), hit.key) for hit in exact}
    return SearchResult(text, groups, exact[0] if len(pages) == 1 else None)


def _page_kind(hit: Hit) -> str:
    """Editions are shown on their title's page."""
    return "title" if hit.kind == "edition" else hit.kind


def _best(hits: list[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda hit: not hit.exact)


def _hits(work: Work, setup: Setup, text: str) -> Iterator[Hit]:
    amount = searched_amount(text)
    names = names_of(work)
    yield from _editions(work, setup, text)
    yield from _entries(setup, names, text)
    yield from _statements(work, setup, text, amount)
    yield from _posted(work, names, amount)
    for batch in store.batches(work.connection, text):
        day = work.day_of(batch.recorded_at)
        exact = text in (str(batch.id), batch.file_name)
        words = f"{batch.id}: {batch.file_name}"
        yield Hit("import", str(batch.id), words, batch.status, exact, day=day)
    yield from _sales(work, setup, text)
    yield from _orders(work, setup, text, amount)
    yield from _bills(work, setup, text, amount)
    if work.actor.may(Verb.AUDIT) and not amount:  # nobody is called by a number
        for person in store.people(work.connection, text):
            exact = mailboxes.plain(text) == person.email
            yield Hit(
                "person", str(person.id), person.name, f"{person.email}, {person.role}", exact
            )


def _statements(work: Work, setup: Setup, text: str, amount: AmountQuery) -> Iterator[Hit]:
    """Statements by the beginning of their number, or by what is due or to pay."""
    for row in store.statements(work.connection, work.actor, text, amount):
        payee = setup.beneficiaries.get(row.beneficiary)
        name = payee.name if payee else row.beneficiary
        candidates = (("allocated", row.allocated), ("due", row.due), ("to pay", row.to_pay))
        amounts = _looked_for(amount, row.currency, candidates, "to pay")
        is_named = row.number == text.upper()
        yield Hit("statement", row.number, row.number, name, is_named, amounts=amounts)


def _posted(work: Work, names: Names, amount: AmountQuery) -> Iterator[Hit]:
    """What a contract came to in a period, and entries of the ledger, by an amount."""
    for row in store.contracts(work.connection, amount):
        of = ("earned", "withheld", "released", "available", "recouped", "payable")
        candidates = tuple((each, int(getattr(row, each))) for each in of)
        amounts = _looked_for(amount, row.currency, candidates, "payable")
        yield Hit(
            "contract-period",
            row.contract,
            names.of("contracts", row.contract),
            period=row.period,
            amounts=amounts,
        )
    for posted in store.entries(work.connection, amount):
        yield Hit(
            "entry",
            str(posted.number),
            f"Entry {posted.number}",
            posted.description,
            day=posted.dated,
            amounts=(("", abs(posted.amount), posted.currency),),
        )


def _looked_for(
    amount: AmountQuery, currency: str, candidates: Iterable[tuple[str, int]], otherwise: str
) -> tuple[Amount, ...]:
    """Those of some amounts that are the one looked for; if none is, the one to show anyway.

    Of those that are equal the last one represents all: what was earned is often payable as it is.
    """
    minors = {minor for currencies, minor in amount if currency in currencies}
    by_minor = {minor: what for what, minor in candidates if abs(minor) in minors}
    by_minor = by_minor or {minor: what for what, minor in candidates if what == otherwise}
    return tuple((what, minor, currency) for minor, what in by_minor.items())


def _sales(work: Work, setup: Setup, text: str) -> Iterator[Hit]:
    """Sale lines, and waiting rows, by their retailer's or an order's reference."""
    for row in store.references(work.connection, text):
        known = setup.retailers.get(row.retailer)
        name = known.name if known else row.retailer
        yield Hit(
            "waiting" if row.identifier else "sale",
            row.identifier or row.reference,
            row.reference,
            f"{name}, waits for the edition of {row.identifier}" if row.identifier else name,
            since=row.first if row.first != row.last else None,
            day=row.last,
            lines=row.lines,
        )


def _orders(work: Work, setup: Setup, text: str, amount: AmountQuery) -> Iterator[Hit]:
    """Orders by number, purchase order, parcel, organization or total."""
    part = text.casefold()
    keys = [each.key for each in setup.organizations.values() if part in each.name.casefold()]
    for order in store.order_hits(work.connection, work.actor, text, keys[: store.MOST], amount):
        title = setup.titles.get(order.title)
        about = [
            _organization(setup, order.organization),
            title.title if title else order.title,
            *([f"purchase order {order.po_number}"] if order.po_number else []),
            *([f"parcel {order.tracking}"] if order.tracking else []),
        ]
        exact = text.upper() == order.number or text in (order.po_number, order.tracking)
        amounts: tuple[Amount, ...] = ()
        if order.total is not None and order.currency is not None:
            amounts = (("total", order.total, order.currency),)
        yield Hit("order", order.number, order.number, ", ".join(about), exact, amounts=amounts)


def _bills(work: Work, setup: Setup, text: str, amount: AmountQuery) -> Iterator[Hit]:
    """Invoices by number or amount, and what came in for them by reference or amount."""
    for invoice in store.invoices(work.connection, work.actor, text, amount):
        about = f"{_organization(setup, invoice.organization)}, order {invoice.order}"
        amounts = (("total", invoice.total, invoice.currency),)
        is_named = text.upper() == invoice.number
        yield Hit("invoice", invoice.number, invoice.number, about, is_named, amounts=amounts)
    for receipt in store.receipts(work.connection, work.actor, text, amount):
        what = "paid back" if receipt.amount < 0 else "received"
        yield Hit(
            "receipt",
            receipt.invoice,
            receipt.reference or "Without a reference",
            f"{_organization(setup, receipt.organization)}, invoice {receipt.invoice}",
            day=receipt.received_on,
            amounts=((what, abs(receipt.amount), receipt.currency),),
        )


def _organization(setup: Setup, key: str) -> str:
    return setup.organizations[key].name if key in setup.organizations else key


def _editions(work: Work, setup: Setup, text: str) -> Iterator[Hit]:
    """Editions by ISBN, with or without hyphens and of either length, or another identifier."""
    digits = isbn_numbers.compact(text.upper())
    if isbn_numbers.is_valid(digits):
        digits = isbn_numbers.to_isbn13(digits)
    number = "".join(text.split()).upper()
    isbns = {isbn: value for value, isbn in store.aliases(work.connection, number)}
    part = digits if len(digits) >= _LEAST + 1 and digits.isdigit() else ""
    for title in setup.titles.values():
        for edition in title.editions:
            name = isbns.get(edition.isbn, "")
            if not name and not (part and part in edition.isbn):
                continue
            about = f"{title.title}, {edition.format.value}"
            exact = digits == edition.isbn or name == number
            if name:
                about += f", {name}"
            yield Hit("edition", title.key, edition.isbn, about, exact)


def _entries(setup: Setup, names: Names, text: str) -> Iterator[Hit]:
    """Entries of the setup by key or by words in their name."""
    query_words = text.casefold().split()
    titles = ((title.key, title.title, ", ".join(title.authors)) for title in setup.titles.values())
    retailers = (
        (retailer.key, retailer.name, retailer.channel.value)
        for retailer in setup.retailers.values()
    )
    contracts = (
        (contract.key, names.of("contracts", contract.key), _titles(setup, contract.titles))
        for contract in setup.contracts.values()
    )
    payees = ((payee.key, payee.name, _town(payee)) for payee in setup.beneficiaries.values())
    plans = ((plan.key, names.of("plans", plan.key), "") for plan in setup.plans.values())
    organizations = (
        (
            organization.key,
            organization.name,
            _town(organization),
        )
        for organization in setup.organizations.values()
    )
    for kind, entries in (
        ("title", titles),
        ("retailer", retailers),
        ("contract", contracts),
        ("beneficiary", payees),
        ("plan", plans),
        ("organization", organizations),
    ):
        for key, words, about in entries:
            hay = f"{key} {words} {about}".casefold()
            if all(word in hay for word in query_words):
                named = text.casefold() in (key.casefold(), words.casefold())
                yield Hit(kind, key, words, about, named)


def _town(of: Beneficiary | Organization) -> str:
    """Where somebody is, the region by its name."""
    region = places.region_name(of.country or "", of.region) if of.region else ""
    return ", ".join(filter(None, (of.city, region)))


def _titles(setup: Setup, keys: Iterable[str]) -> str:
    return ", ".join(setup.titles[key].title for key in keys if key in setup.titles)
