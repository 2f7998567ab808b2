"""Search the desk: titles, ISBNs, terms, statements, imports, orders, people by a few letters."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from stdnum import isbn as isbn_numbers

from royalties.domain.people import Verb
from royalties.domain.terms.beneficiaries import Beneficiary
from royalties.domain.terms.organizations import Organization
from royalties.ingest import mailboxes, places
from royalties.services.books import Setup, setup_in_force
from royalties.services.names import Names, names_of
from royalties.services.work import RefusedError, Work
from royalties.store.desk import search as store

LONGEST = 100
_LEAST = 2


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found.

    Attributes:
        kind: title, edition, retailer, contract, beneficiary, plan, organization, statement,
            import, order, invoice, person.
        key: what names it in its page's address.
        words: what it is called.
        about: what tells it from others.
        exact: whether what was typed names this and nothing vaguer.
    """

    kind: str
    key: str
    words: str
    about: str = ""
    exact: bool = False


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
    for hit in _all(work, setup, text):
        by_kind.setdefault(hit.kind, []).append(hit)
    groups = tuple(
        HitGroup(kind, tuple(_best(hits)[: store.MOST]), len(hits) > store.MOST)
        for kind, hits in by_kind.items()
    )
    exact = [hit for hits in by_kind.values() for hit in hits if hit.exact]
    pages = {(_page_kind(hit), hit.key) for hit in exact}
    return SearchResult(text, groups, exact[0] if len(pages) == 1 else None)


def _page_kind(hit: Hit) -> str:
    """Editions stand on their title's page."""
    return "title" if hit.kind == "edition" else hit.kind


def _best(hits: list[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda hit: not hit.exact)


def _all(work: Work, setup: Setup, text: str) -> Iterator[Hit]:
    yield from _editions(work, setup, text)
    yield from _entries(setup, names_of(work), text)
    for row in store.statements(work.connection, text):
        payee = setup.beneficiaries.get(row.beneficiary)
        name = payee.name if payee else row.beneficiary
        yield Hit("statement", row.number, row.number, name, row.number == text.upper())
    for batch in store.batches(work.connection, text):
        about = f"{batch.status} {work.day_of(batch.recorded_at)}"
        exact = text in (str(batch.id), batch.file_name)
        yield Hit("import", str(batch.id), f"{batch.id}: {batch.file_name}", about, exact)
    yield from _orders(work, setup, text)
    if work.actor.may(Verb.AUDIT):
        for one in store.people(work.connection, text):
            exact = mailboxes.plain(text) == one.email
            yield Hit("person", str(one.id), one.name, f"{one.email}, {one.role}", exact)


def _orders(work: Work, setup: Setup, text: str) -> Iterator[Hit]:
    """Orders by number, purchase order or organization, and invoices by number."""
    known = setup.organizations
    part = text.casefold()
    keys = [each.key for each in known.values() if part in each.name.casefold()]
    for order in store.placed(work.connection, text, keys[: store.MOST]):
        title = setup.titles.get(order.title)
        about = [
            known[order.organization].name if order.organization in known else order.organization,
            title.title if title else order.title,
            *([f"purchase order {order.po_number}"] if order.po_number else []),
        ]
        exact = text.upper() == order.number or text == order.po_number
        yield Hit("order", order.number, order.number, ", ".join(about), exact)
    for invoice in store.invoices(work.connection, text):
        name = (
            known[invoice.organization].name
            if invoice.organization in known
            else invoice.organization
        )
        about_it = f"{name}, order {invoice.order}"
        yield Hit(
            "invoice", invoice.number, invoice.number, about_it, text.upper() == invoice.number
        )


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
    wanted = text.casefold().split()
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
            if all(word in hay for word in wanted):
                named = text.casefold() in (key.casefold(), words.casefold())
                yield Hit(kind, key, words, about, named)


def _town(of: Beneficiary | Organization) -> str:
    """Where somebody is, the region by its name."""
    region = places.region_name(of.country or "", of.region) if of.region else ""
    return ", ".join(filter(None, (of.city, region)))


def _titles(setup: Setup, keys: Iterable[str]) -> str:
    return ", ".join(setup.titles[key].title for key in keys if key in setup.titles)
