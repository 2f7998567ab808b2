"""Titles, retailers and rates at the desk: found, looked at, and amended one by one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from royalties.domain.people import Verb
from royalties.domain.problems import SetupFault
from royalties.domain.terms.catalogue import Title
from royalties.domain.terms.contracts import Contract
from royalties.ingest.setup import SetupError
from royalties.services.books import Setup, of_setup, setup_in_force
from royalties.services.terms import setup
from royalties.services.terms.amending import EntryChangedError, canonical_body, find_entry
from royalties.services.terms.replacing import require_confirmed
from royalties.services.work import RefusedError, Work
from royalties.store.history import find_revision, lock_setup
from royalties.store.periods import periods
from royalties.store.terms import catalogue as store
from royalties.store.terms import retailers

LARGEST_SAMPLE = 20_000_000
"""Bytes of a sample chapter."""

_PDF = b"%PDF-"


@dataclass(frozen=True, slots=True)
class Copies:
    """Net copies by ISBN that the last closed period earned royalties with."""

    period: str
    by_isbn: Mapping[str, int]

    def of(self, title: Title) -> int:
        """Copies of all editions of a title."""
        return sum(self.by_isbn.get(each.isbn, 0) for each in title.editions)


def search(work: Work, words: str = "") -> list[Title]:
    """Titles whose title, authors, key or ISBNs have all of these words, in alphabetical order."""
    work.actor.require(Verb.READ)
    asked = words.casefold().split()
    digits = words.replace("-", "").replace(" ", "")
    return [
        title
        for text, title in _index(work)
        if all(word in text for word in asked) or (len(digits) > 3 and digits in text)  # noqa: PLR2004
    ]


def amend(
    work: Work,
    part: str,
    body: Mapping[str, Any],
    looked_at: int,
    confirmed: str = "",
    reason: str = "",
) -> bool:
    """Add or amend an entry of the setup; returns whether anything changes.

    Args:
        part: titles or retailers.
        body: the entry as it would stand in a setup file.
        looked_at: the revision that was shown to who amends it; 0 for a new entry.
        confirmed: the token of what was asked.
        reason: why, for the entry's history.

    Raises:
        EntryChangedError: there is a newer revision.
        SetupError: with every fault of the entry.
        UnconfirmedError: it replaces what has counted already, which is to be confirmed.
    """
    work.actor.require(Verb.LOAD)
    key = canonical_body(part, body)["key"]
    lock_setup(work.connection)
    now = find_revision(work.connection, part, key)
    if now and not looked_at:
        fault = SetupFault(
            f"{part}[0].key", "is taken already: choose another, or amend that entry"
        )
        raise SetupError(part, [fault])
    if (now.id if now else 0) != looked_at:
        raise EntryChangedError(f"{part.removesuffix('s')} {key}", now)
    require_confirmed(setup.replacements(work, part, body), confirmed)
    return setup.amend(work, part, body, reason=reason).changed


def enter(work: Work, part: str, body: Mapping[str, Any], confirmed: str = "") -> setup.Loaded:
    """Enter a rate of exchange or income of a right; entered again, it is amended.

    Raises:
        SetupError: with every fault of the entry.
        UnconfirmedError: it replaces what has counted already, which is to be confirmed.
    """
    work.actor.require(Verb.LOAD)
    lock_setup(work.connection)
    require_confirmed(setup.replacements(work, part, body), confirmed)
    return setup.amend(work, part, body)


def aliases(work: Work, title: Title) -> dict[str, list[str]]:
    """Identifiers that were given to a title's editions by hand, by ISBN."""
    work.actor.require(Verb.READ)
    return store.aliases_of(work.connection, [each.isbn for each in title.editions])


def contracts_of(work: Work, key: str) -> list[Contract]:
    """The contracts that cover a title."""
    return _covering(work).get(key, [])


def copies(work: Work, titles: Iterable[Title]) -> Copies | None:
    """Copies of titles in the last closed period; None before the first close."""
    work.actor.require(Verb.READ)
    last = periods.last_closed(work.connection)
    if last is None:
        return None
    listed = list(titles)
    isbns = {edition.isbn for title in listed for edition in title.editions}
    covering = _covering(work)
    contracts = {each.key for title in listed for each in covering.get(title.key, ())}
    counted = store.copies_of(work.connection, last, contracts, isbns)
    first = setup_in_force(work).first_period
    name = str(first.shift(last - first.ordinal))
    return Copies(name, counted)


def save_sample(work: Work, key: str, place: int, data: bytes, looked_at: int) -> None:
    """Keep a PDF, and let it be the sample of a title's chapter; chapters count from 1.

    Raises:
        RefusedError: it is no PDF, too large, or there is no such chapter.
    """
    work.actor.require(Verb.LOAD)
    entry = find_entry(work, "titles", key)
    chapters: Sequence[dict[str, Any]] = entry.body.get("chapters", ()) if entry else ()
    if entry is None or not 1 <= place <= len(chapters):
        raise RefusedError("there is no such chapter any more: load the page again")
    if not data.startswith(_PDF):
        raise RefusedError("this is not a PDF: save the chapter as a PDF and send that")
    if len(data) > LARGEST_SAMPLE:
        raise RefusedError("this PDF is larger than 20 MB: make it smaller and send it again")
    name = f"{sha256(data).hexdigest()}.pdf"
    changed = [
        {**each, "sample": name} if number == place else each
        for number, each in enumerate(chapters, 1)
    ]
    amend(work, "titles", {**entry.body, "chapters": changed}, looked_at)
    work.files.keep_sample(name, data)


def reports_of(work: Work, key: str, before: int, limit: int) -> list[retailers.ReportRow]:
    """Imports with sales of a retailer, the newest first."""
    work.actor.require(Verb.READ)
    return retailers.reports_of(work.connection, key, before=before, limit=limit)


def _index(work: Work) -> list[tuple[str, Title]]:
    """What titles are found by, in alphabetical order."""
    return of_setup(work, "titles", lambda: _indexed(setup_in_force(work)))


def _indexed(now: Setup) -> list[tuple[str, Title]]:
    ordered = sorted(now.titles.values(), key=lambda each: (each.title.casefold(), each.key))
    return [(_words_of(title), title) for title in ordered]


def _covering(work: Work) -> dict[str, list[Contract]]:
    """Contracts by the titles that they cover."""
    return of_setup(work, "contracts of titles", lambda: _covered(setup_in_force(work)))


def _covered(now: Setup) -> dict[str, list[Contract]]:
    contracts_by_title: dict[str, list[Contract]] = {}
    for contract in now.contracts.values():
        for key in contract.titles:
            contracts_by_title.setdefault(key, []).append(contract)
    return contracts_by_title


def _words_of(title: Title) -> str:
    isbns = [edition.isbn for edition in title.editions]
    words = (title.key, title.title, title.shown.subtitle, *title.authors, *isbns)
    return "\n".join((*words, *map(_isbn_10, isbns))).casefold()


def _isbn_10(isbn: str) -> str:
    """The ISBN-10 of an ISBN-13, which people still search by; empty where there is none."""
    if not isbn.startswith("978"):
        return ""
    body = isbn[3:12]
    digit = sum((place + 1) * int(each) for place, each in enumerate(body)) % 11
    return body + ("x" if digit == 10 else str(digit))  # noqa: PLR2004 - Roman ten
