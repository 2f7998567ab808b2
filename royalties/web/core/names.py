"""What pages call entries of the setup: by their names, never by their keys.

``{{ contract.plan | named("plans") }}`` is a plan's name, ``{{ message | in_names }}`` a message
with names in place of the keys that it quotes, ``{{ "WA" | region_name("US") }}`` a place's name.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NoReturn

from flask import Flask, abort, g, redirect, url_for

from royalties.domain.people import Verb
from royalties.domain.terms.catalogue import is_offered
from royalties.domain.terms.names import contract_name, in_order
from royalties.ingest import places
from royalties.ingest.setup import Entry
from royalties.services import pending
from royalties.services.approvals import acts_at_once
from royalties.services.books import setup_in_force
from royalties.services.names import WORDS, Names, names_of
from royalties.web.core.formats import day
from royalties.web.core.visit import current_work, work

_DAY = re.compile(r"(?<![\w.-])\d{4}-\d\d-\d\d(?![\w-]| \d\d:|\.\w)")
"""A day in a message; one in a file's name is none."""


_FOR_THE_SHELL = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"\.? ?(?:If it was not, )?[Aa]dd --choose [^.]*$", ""),
        (r", on its page or by 'royalties alias [^']*'", " on its page"),
        (r" of a setup file and load that$", " first"),
        (r"bring a setup to the books with 'royalties load'", "load it as a setup file"),
        (r"is taken by 'royalties import'", "is imported"),
        (r"; 'royalties schema' lets an editor check while you type", ""),
        (r"name the override: at the command line --early, in the browser", "give"),
        (
            r"An administrator mends it with 'royalties places --mend'",
            "Whoever runs the desk mends it",
        ),
        (r" as 'royalties waiting' lists it", " that waits"),
        (r": 'royalties people' lists everybody", ""),
        (r" ?\('royalties [^']*'\)", ""),
        (r": say it with --choose", ""),
        (r" \(with --early and --reason\)", ""),
    )
)
"""What messages say to those who type commands, and what pages say instead."""

_WORD = re.compile(
    r"(?<=\b(?:to|by|of) )[a-z0-9][\w-]*(?=$|[:,;])|"
    r"(?<=\bfrom )[a-z0-9][\w-]*(?=$|[:,;])|"
    r"\b[A-Z]{2}-[A-Z0-9]{1,3}\b"
)
"""What may be a key or a code of a place in the words of a ledger's entry."""

_PLACE = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")


def names() -> Names:
    """The names in force as this request reads them."""
    known = g.get("names")
    if "work" in g:
        current_work()  # in the visitor's name: what waits is shown to the desk alone
    if known is None or known[0] is not g.get("work"):
        reading = current_work()
        known = g.names = (reading, names_of(reading))
    found: Names = known[1]
    return found


def name_beside(entries: Iterable[Entry]) -> None:
    """Let this request call entries by name that are neither in force nor wait."""
    known = names()
    g.names = (g.names[0], known.beside(entries))


def named(key: str | None, part: str) -> str:
    """What an entry is called; empty for no key."""
    return names().of(part, key) if key else ""


def in_names(message: object) -> str:
    """A message with names in place of quoted keys, and days as its reader writes them."""
    text = names().in_text(without_commands(str(message)))
    return _DAY.sub(lambda found: day(found[0]), text)


def without_commands(message: str) -> str:
    """A message with what a page says in place of hints for the command line."""
    for pattern, words in _FOR_THE_SHELL:
        message = pattern.sub(words, message)
    return message


def about(subject: str) -> str:
    """What a proposal is about, by its subject: ``plans cities`` is the plan “Cities”."""
    part, _, key = subject.partition(" ")
    if part in WORDS:
        return f"the {WORDS[part]} “{names().of(part, key)}”"
    return f"the setup file {key}" if part == "setup-file" else subject


def subject_name(subject: str) -> str:
    """Whose an entry of the ledger is: a name, or an order's number."""
    for part in ("contracts", "beneficiaries", "organizations"):
        if subject in names().all_of(part):
            return names().of(part, subject)
    return subject


def described(text: str) -> str:
    """What an entry of the ledger says, with names in place of keys and codes of places."""
    return _WORD.sub(_described, text)


def _described(found: re.Match[str]) -> str:
    word = found[0]
    name = subject_name(word)
    return places.place_name(word) if name == word and _PLACE.fullmatch(word) else name


def offered(part: str) -> list[tuple[str, str]]:
    """What may be chosen of a part, as (key, name) by name; what was retired is not offered."""
    if "offered" not in g:
        g.offered = {}
    if part not in g.offered:
        g.offered[part] = _offered(part)
    found: list[tuple[str, str]] = g.offered[part]
    return found


def _offered(part: str) -> list[tuple[str, str]]:
    setup = names().setup
    if setup is None:
        return []
    today = work().today
    entries = {} if part == "editions" else getattr(setup, part)
    choices = (
        (key, name)
        for key, name in names().all_of(part).items()
        if key not in entries or is_offered(getattr(entries[key], "retired", None), today)
    )
    return sorted(choices, key=lambda each: in_order(each[1]))


def offered_waiting(part: str) -> list[tuple[str, str]]:
    """New entries that wait for a second person and may be named by what waits as well.

    As (key, name) by name; none for somebody whose own entry would count at once.
    """
    if acts_at_once(current_work()):
        return []
    usable = pending.usable(current_work())
    found = names().waiting_of(part)
    return sorted(
        ((key, found[key]) for of, key in usable if of == part and key in found),
        key=lambda each: in_order(each[1]),
    )


@dataclass(frozen=True, slots=True)
class NamedPendingEntry:
    """A new entry, or a change of one, that waits for a second person, as a list shows it."""

    name: str
    entry: pending.PendingEntry


def waiting_new(part: str, words: str = "") -> list[NamedPendingEntry]:
    """The new entries of a part that wait and whose names have some words, the first first."""
    if not current_work().actor.may(Verb.READ):
        return []
    listed = [
        NamedPendingEntry(names().of_body(part, entry.body), entry)
        for entry in pending.added_in(current_work(), part)
    ]
    return [each for each in listed if words.casefold() in each.name.casefold()]


def abort_unknown(part: str, key: str) -> NoReturn:
    """End the request for an entry that is not there: where it waits, at its proposal; else 404."""
    found = pending.find_pending(current_work(), part, key)
    if found is None:
        abort(404)
    abort(redirect(url_for("approvals.proposal", number=found.proposal)))


def waiting_changes(part: str) -> Mapping[str, pending.PendingEntry]:
    """By key, the changes that wait of a part's entries."""
    if not current_work().actor.may(Verb.READ):
        return {}
    return pending.changed_in(current_work(), part)


def editions_of(titles: Iterable[str]) -> list[tuple[str, str]]:
    """The editions of some titles, as (ISBN, name)."""
    known = setup_in_force(work()).titles
    called = names().all_of("editions")
    return [
        (edition.isbn, called[edition.isbn])
        for key in titles
        if key in known
        for edition in known[key].editions
    ]


def country(code: str | None) -> str:
    """A country's name."""
    return places.country_name(code) if code else ""


def region(code: str | None, of: str | None) -> str:
    """A region's name within its country."""
    return places.region_name(of or "", code) if code else ""


def place(city: str | None, of_region: str | None, of: str | None) -> str:
    """A town, its region and country, as many as there are: Seattle, Washington, United States."""
    return ", ".join(filter(None, (city, region(of_region, of), country(of))))


def init_app(app: Flask) -> None:
    """Give templates the filters, and what may be chosen."""
    app.jinja_env.filters.update(
        {
            "named": named,
            "in_names": in_names,
            "about": about,
            "described": described,
            "subject_name": subject_name,
            "country": country,
            "region_name": region,
            "place_name": places.place_name,
        }
    )
    app.jinja_env.globals.update(
        {
            "offered": offered,
            "offered_waiting": offered_waiting,
            "waiting_new": waiting_new,
            "waiting_changes": waiting_changes,
            "editions_of": editions_of,
            "place_words": place,
            "contract_words": contract_name,
        }
    )
