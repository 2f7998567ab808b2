"""Editions, prices, identifiers and retailers as sales refer to them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import Column, Connection, Table, bindparam, delete, func, insert, select

from royalties.domain.terms.catalogue import Title
from royalties.store.tables import earned_line, edition, identifier, price, retailer, title


class EditionRow(NamedTuple):
    """An edition's number, with its title."""

    id: int
    isbn: str
    title: str


def edition_rows(connection: Connection) -> list[EditionRow]:
    """Every edition, by its number."""
    rows = connection.execute(
        select(edition.c.id, edition.c.isbn, title.c.key)
        .join(title, title.c.id == edition.c.title_id)
        .order_by(edition.c.id)
    )
    return [EditionRow(*row) for row in rows]


def isbns(connection: Connection) -> dict[int, str]:
    """Every edition's ISBN, by its number."""
    rows = connection.execute(select(edition.c.id, edition.c.isbn).order_by(edition.c.id))
    return {id_: isbn for id_, isbn in rows}  # noqa: C416 - rows are no pairs to the type checker


def retailer_ids(connection: Connection) -> dict[str, int]:
    """Retailers' numbers by key."""
    rows = connection.execute(select(retailer.c.key, retailer.c.id).order_by(retailer.c.id))
    return {row.key: row.id for row in rows}


def prices(connection: Connection) -> dict[int, dict[tuple[str, date], int]]:
    """List prices in millionths by edition number, then by (currency, first day)."""
    prices_by_edition: dict[int, dict[tuple[str, date], int]] = {}
    for row in connection.execute(select(price)):
        prices_by_edition.setdefault(row.edition_id, {})[row.currency, row.starts] = row.micro
    return prices_by_edition


def identifiers(connection: Connection) -> dict[str, int]:
    """Edition numbers by every identifier except the ISBN."""
    rows = connection.execute(select(identifier.c.value, identifier.c.edition_id))
    return {row.value: row.edition_id for row in rows}


def names(connection: Connection) -> dict[str, int]:
    """Edition numbers by ISBN and by every other identifier."""
    return {row.isbn: row.id for row in edition_rows(connection)} | identifiers(connection)


def aliases(connection: Connection) -> dict[str, str]:
    """ISBNs by the identifiers assigned by hand."""
    rows = connection.execute(
        select(identifier.c.value, edition.c.isbn)
        .join(edition, edition.c.id == identifier.c.edition_id)
        .where(identifier.c.kind == "alias")
    )
    return {row.value: row.isbn for row in rows}


def aliases_of(connection: Connection, isbns: Iterable[str]) -> dict[str, list[str]]:
    """Identifiers assigned by hand to some editions, by ISBN."""
    rows = connection.execute(
        select(identifier.c.value, edition.c.isbn)
        .join(edition, edition.c.id == identifier.c.edition_id)
        .where(identifier.c.kind == "alias", edition.c.isbn.in_(sorted(isbns)))
        .order_by(identifier.c.value)
    )
    aliases_by_isbn: dict[str, list[str]] = {}
    for row in rows:
        aliases_by_isbn.setdefault(row.isbn, []).append(row.value)
    return aliases_by_isbn


def copies_of(
    connection: Connection, period_id: int, contracts: Iterable[str], isbns: Iterable[str]
) -> dict[str, int]:
    """Net copies of editions on which a closed run earned royalties for these contracts.

    An edition's copies are counted once for each group of earned lines, whatever its tiers, and
    once if several contracts share it.
    """
    group = (
        earned_line.c.contract,
        earned_line.c.isbn,
        earned_line.c.rule_place,
        earned_line.c.retailer,
        earned_line.c.kind,
        earned_line.c.currency,
        earned_line.c.exchange_rate,
    )
    groups = (
        select(*group[:2], func.max(earned_line.c.units).label("units"))
        .where(
            earned_line.c.period_id == period_id,
            earned_line.c.contract.in_(sorted(contracts)),
            earned_line.c.isbn.in_(sorted(isbns)),
        )
        .group_by(*group)
        .subquery()
    )
    by_contract = (
        select(groups.c.isbn, func.sum(groups.c.units).label("units"))
        .group_by(groups.c.contract, groups.c.isbn)
        .subquery()
    )
    rows = connection.execute(
        select(by_contract.c.isbn, func.max(by_contract.c.units)).group_by(by_contract.c.isbn)
    )
    return {row[0]: int(row[1]) for row in rows}


def ensure_retailers(connection: Connection, keys: Iterable[str]) -> None:
    """Give every retailer a number."""
    known = retailer_ids(connection)
    new = [{"key": key} for key in dict.fromkeys(keys) if key not in known]
    if new:
        connection.execute(insert(retailer), new)


def record_titles(connection: Connection, titles: Iterable[Title]) -> None:
    """Make titles' editions, prices and identifiers match their setup entries."""
    listed = list(titles)
    of_title = {row.key: row.id for row in connection.execute(select(title.c.key, title.c.id))}
    new = dict.fromkeys(title_.key for title_ in listed if title_.key not in of_title)
    of_title |= _numbered(connection, title, title.c.key, [{"key": key} for key in new])
    ids = {row.isbn: row.id for row in edition_rows(connection)}
    editions = {
        edition_.isbn: {"isbn": edition_.isbn, "title_id": of_title[title_.key]}
        for title_ in listed
        for edition_ in title_.editions
        if edition_.isbn not in ids
    }
    ids |= _numbered(connection, edition, edition.c.isbn, list(editions.values()))
    _record_terms(connection, listed, ids)


def _numbered(
    connection: Connection, table: Table, name: Column[str], rows: list[dict[str, object]]
) -> dict[str, int]:
    """Record many rows at once; their numbers by their names.

    Both engines number the rows of one statement in its order; only the order of lists depends on
    it.
    """
    if not rows:
        return {}
    query = insert(table).returning(name, table.c.id)
    return {row[0]: row[1] for row in connection.execute(query, rows)}


def _record_terms(connection: Connection, titles: Iterable[Title], ids: Mapping[str, int]) -> None:
    editions = [(ids[edition_.isbn], edition_) for title_ in titles for edition_ in title_.editions]
    prices = [
        {
            "edition_id": number,
            "currency": price_.currency,
            "starts": price_.starts,
            "micro": price_.micro,
        }
        for number, edition_ in editions
        for price_ in edition_.prices
    ]
    by_hand = set(aliases(connection))
    names = {
        value.upper(): {"edition_id": number, "kind": kind, "value": value.upper()}
        for number, edition_ in editions
        for kind, value in edition_.identifiers
        if value.upper() not in by_hand
    }
    if editions:
        parameters = [{"number": number} for number, _ in editions]
        of_price, of_name = price.c.edition_id, identifier.c.edition_id
        connection.execute(delete(price).where(of_price == bindparam("number")), parameters)
        own = (of_name == bindparam("number")) & (identifier.c.kind != "alias")
        connection.execute(delete(identifier).where(own), parameters)
    if prices:
        connection.execute(insert(price), prices)
    if names:
        connection.execute(insert(identifier), list(names.values()))


def add_alias(connection: Connection, value: str, edition_id: int) -> None:
    """Assign another identifier to an edition by hand."""
    connection.execute(
        insert(identifier).values(value=value.upper(), edition_id=edition_id, kind="alias")
    )
