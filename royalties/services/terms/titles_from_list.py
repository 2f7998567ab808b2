"""What a list of titles makes of the books: whole entries, which retain what it does not name.

Rows are editions. Those that the books have belong to their title; others are joined by the work
that a list names, or by the same title and authors; what is left becomes a new title.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from royalties.ingest.lists.contents import ListFault, Record

Body = dict[str, Any]
_LONGEST_KEY = 48
_NO_LETTERS = re.compile(r"[^a-z0-9]+")


@dataclass(slots=True)
class Merged:
    """Entries as they would stand, where each comes from, and what stands in the way.

    Attributes:
        bodies: by key, in the order of the list.
        places: of the rows that each was made of, by key.
    """

    bodies: dict[str, Body] = field(default_factory=dict)
    places: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    faults: list[ListFault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def merge_titles(
    bodies: Mapping[str, Body], records: Sequence[Record], *, today: str, first_day: str
) -> Merged:
    """The titles that rows name, with what the books say of them already.

    Args:
        bodies: of all titles in force, by key.
        records: what the list says, an edition each.
        today: the first day of another price that names none.
        first_day: of the books; the first day of a price of an edition without a publication day.
    """
    merged = Merged()
    for key, of_title in _by_title(bodies, records).items():
        body = deepcopy(bodies.get(key, {"key": key}))
        merged.places[key] = [each["place"] for each in of_title]
        _name(merged, body, of_title)
        _publish(body, of_title)
        for record in of_title:
            if record.get("retire"):
                _retire(body, record, today)
            else:
                _put_edition(merged, body, record, today, first_day)
        merged.bodies[key] = body
    return merged


# Which title a row is of


def _by_title(bodies: Mapping[str, Body], records: Sequence[Record]) -> dict[str, list[Record]]:
    owners = {
        edition["isbn"]: key for key, body in bodies.items() for edition in body.get("editions", ())
    }
    called: dict[str, set[str]] = defaultdict(set)
    for key, body in bodies.items():
        for text in _texts(body):
            called[_called(text, body.get("authors", ()))].add(key)
            called[_called(text, ())].add(key)
    taken = set(bodies)
    groups = _groups(records)
    keys_by_record: dict[int, str] = {}
    for group in groups:
        known = [owners[isbn] for at in group if (isbn := records[at]["isbn"]) in owners]
        named = [key for at in group if (key := _same_name(called, records[at]))]
        key = next(iter((*known, *named)), "")
        if not key:
            titles = [title for at in group if (title := records[at].get("title"))]
            key = new_key(next(iter(titles), records[group[0]]["isbn"]), taken)
            taken.add(key)
        keys_by_record |= {at: owners.get(records[at]["isbn"], key) for at in group}
    by_title: dict[str, list[Record]] = defaultdict(list)
    for at, record in enumerate(records):
        by_title[keys_by_record[at]].append(record)
    return by_title


def _groups(records: Sequence[Record]) -> list[list[int]]:
    """Places of the rows that belong together, each group in the order of the list."""
    leader = list(range(len(records)))

    def lead(at: int) -> int:
        while leader[at] != at:
            leader[at] = at = leader[leader[at]]
        return at

    first: dict[str, int] = {}
    for at, record in enumerate(records):
        for token in _tokens(record):
            other = lead(first.setdefault(token, at))
            low, high = sorted((lead(at), other))
            leader[high] = low
    groups: dict[int, list[int]] = defaultdict(list)
    for at in range(len(records)):
        groups[lead(at)].append(at)
    return list(groups.values())


def _tokens(record: Record) -> Iterator[str]:
    yield f"isbn {record['isbn']}"
    works = record.get("works", ())
    yield from works
    # A work that is named parts even those that are called the same.
    if not any(each.startswith("work ") for each in works) and record.get("title"):
        yield f"called {_called(record['title'], record.get('authors', ()))}"


def _same_name(called: Mapping[str, set[str]], record: Record) -> str:
    """The one title that is called so; a row without authors may be of any."""
    if not record.get("title"):
        return ""
    keys = called.get(_called(record["title"], record.get("authors", ())), set())
    return next(iter(keys)) if len(keys) == 1 else ""


def _called(title: str, authors: Iterable[str]) -> str:
    names = " ".join(sorted(_plain(each) for each in authors))
    return f"{_plain(title)} by {names}"


def _plain(text: str) -> str:
    return " ".join(_NO_LETTERS.sub(" ", _ascii(text)).split()) or text.casefold()


def _ascii(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in folded if not unicodedata.combining(sign))


def _texts(body: Body) -> Iterator[str]:
    """The title of a title as lists may print it: with the subtitle that it ends with, or not."""
    yield body["title"]
    if subtitle := body.get("subtitle"):
        yield body["title"].removesuffix(f": {subtitle}")


def new_key(title: str, taken: Iterable[str]) -> str:
    """A key made of the words of a name that no other one has."""
    words = _NO_LETTERS.sub("-", _ascii(title)).strip("-")[:_LONGEST_KEY].rstrip("-") or "title"
    key, number = words, 1
    while key in taken:
        number += 1
        key = f"{words}-{number}"
    return key


# What becomes of it


def _name(merged: Merged, body: Body, records: Sequence[Record]) -> None:
    values_by_name = {
        name: [(record["place"], record[name]) for record in records if record.get(name)]
        for name in ("title", "subtitle", "authors", "royalties")
    }
    for name, values in values_by_name.items():
        if not values:
            continue
        place, first = values[0]
        other = next((each for each, value in values if value != first), None)
        if other is not None:
            merged.notes.append(
                f"{place} and {other} give different {name if name.endswith('s') else f'{name}s'}: "
                f"the first one counts."
            )
        if name == "title" and body.get("title") and first in _texts(body):
            continue
        body[name] = first
    for record in records:
        if record.get("royalties") is False:
            body["royalties"] = False
    if body.get("royalties"):
        del body["royalties"]  # as every title does that says nothing of it
    if not body.get("title"):
        merged.faults.append(ListFault(records[0]["place"], "the title is missing"))


def _publish(body: Body, records: Sequence[Record]) -> None:
    """A title is published with its first edition."""
    days = [each["published"] for each in records if each.get("published")]
    if not days:
        return
    ours = {each["isbn"] for each in records if each.get("published")}
    others = any(each["isbn"] not in ours for each in body.get("editions", ()))
    before = [body["published"]] if body.get("published") and others else []
    body["published"] = min([*days, *before])


def _put_edition(merged: Merged, body: Body, record: Record, today: str, first_day: str) -> None:
    editions = body.setdefault("editions", [])
    edition = next((each for each in editions if each["isbn"] == record["isbn"]), None)
    if edition is None:
        if not record.get("format"):
            merged.faults.append(
                ListFault(
                    record["place"],
                    "the format is missing: write hardcover, paperback, e-book or audiobook",
                )
            )
            return
        edition = {"isbn": record["isbn"], "format": record["format"]}
        editions.append(edition)
        starts = record.get("published") or body.get("published") or first_day
    else:
        starts = today
        if record.get("format"):
            edition["format"] = record["format"]
    if record.get("unit_cost"):
        edition["unit_cost"] = record["unit_cost"]
    if numbers := record.get("identifiers"):
        edition["identifiers"] = {**edition.get("identifiers", {}), **numbers}
    for price in record.get("prices", ()):
        _put_price(edition, price, starts, record.get("published") or first_day)


def _retire(body: Body, record: Record, today: str) -> None:
    """End an edition; a title whose editions all have ended ends with the last."""
    editions = body.get("editions", [])
    for edition in editions:
        if edition["isbn"] == record["isbn"]:
            edition.setdefault("retired", today)
    if all(edition.get("retired") for edition in editions):
        body.setdefault("retired", max(str(edition["retired"]) for edition in editions))


def _put_price(edition: Body, price: Record, starts: str, since: str) -> None:
    """A price from its day on; one that is in force on that day anyway changes nothing."""
    prices = edition.setdefault("prices", [])
    of_currency = [each for each in prices if each["currency"] == price["currency"]]
    day = price.get("from") or (starts if of_currency else min(starts, since))
    in_force = max(
        (each for each in of_currency if each["from"] <= day),
        key=lambda each: str(each["from"]),
        default=None,
    )
    if in_force and _number(in_force["amount"]) == _number(price["amount"]):
        return
    if in_force and in_force["from"] == day:
        in_force["amount"] = price["amount"]
        return
    prices.append({"currency": price["currency"], "amount": price["amount"], "from": day})


def _number(text: str) -> str:
    whole, _, rest = text.partition(".")
    return f"{whole.lstrip('0') or '0'}.{rest.rstrip('0')}"
