"""What proposals that wait would add to the setup: shown, and named by other proposals already.

A new plan that waits can be chosen for a new contract. The contract's proposal then depends on the
plan's: it keeps that proposal's number, and is approved after it or together with it
(``desk/deciding``). Whatever counts at once cannot name what waits.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from royalties.domain.approvals import DEPENDS_ON, Proposal, ProposalKind, ProposalStatus
from royalties.domain.people import Verb
from royalties.domain.terms.references import named_in
from royalties.ingest import setup as setup_file
from royalties.ingest.setup import Bodies, Entry
from royalties.services.books import EmptyBooksError, Setup, setup_in_force
from royalties.services.cache import cached
from royalties.services.work import Work
from royalties.store import work as store

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class PendingEntry:
    """An entry as a proposal that waits would record it.

    Attributes:
        part: of the setup.
        key: within its part.
        body: the whole entry.
        proposal: number of the proposal.
        prepared_by: who prepared it, and ``prepared_at`` when.
        in_file: whether the proposal is a whole setup file.
    """

    part: str
    key: str
    body: dict[str, Any]
    proposal: int
    prepared_by: str
    prepared_at: datetime
    in_file: bool


def pending_entries(work: Work) -> tuple[PendingEntry, ...]:
    """All that proposals that wait say of the setup, what was prepared first first.

    Proposals are never changed, so read-only work remembers what those that wait say.
    """
    numbers = pending_numbers(work)
    if not numbers:
        return ()
    return cached(work, "pending entries", numbers, lambda: _read(work, numbers))


def pending_numbers(work: Work) -> tuple[int, ...]:
    """The numbers of the proposals of the setup that wait, in order."""
    work.actor.require(Verb.READ)
    return work.once(
        "pending setup",
        lambda: store.proposal_numbers(work.connection, ProposalStatus.WAITING, ProposalKind.SETUP),
    )


def _read(work: Work, numbers: tuple[int, ...]) -> tuple[PendingEntry, ...]:
    waiting = store.proposals(
        work.connection, status=ProposalStatus.WAITING, kind=ProposalKind.SETUP, limit=len(numbers)
    )
    return tuple(
        PendingEntry(part, key, body, each.id, each.prepared_by, each.prepared_at, _is_file(each))
        for each in reversed(waiting)
        for part, key, body in entries_of(each.body)
    )


def _is_file(proposal: Proposal) -> bool:
    return isinstance(proposal.body, dict) and "file" in proposal.body


def entries_of(body: object) -> list[Entry]:
    """The entries that a proposal of the setup would record, as (part, key, body)."""
    if not isinstance(body, dict):
        return []
    if "entries" in body:
        return [(part, key, dict(entry)) for part, key, entry in body["entries"]]
    if "part" in body:
        entry = dict(body["body"])
        return [(str(body["part"]), str(entry["key"]), entry)]
    return []


def added(work: Work) -> dict[tuple[str, str], PendingEntry]:
    """What waits and the books do not have yet, by part and key."""
    pending = pending_entries(work)
    if not pending:
        return {}
    known = _in_force(work)
    found: dict[tuple[str, str], PendingEntry] = {}
    for entry in pending:
        if (entry.part, entry.key) not in known:
            found.setdefault((entry.part, entry.key), entry)
    return found


def _in_force(work: Work) -> Iterable[tuple[str, str]]:
    try:
        return setup_in_force(work).revisions
    except EmptyBooksError:
        return ()


def added_in(work: Work, part: str) -> list[PendingEntry]:
    """The new entries of a part that wait, what was prepared first first."""
    return [entry for (of, _), entry in added(work).items() if of == part]


def changed_in(work: Work, part: str) -> dict[str, PendingEntry]:
    """By key, the changes that wait of a part's entries in force."""
    new = added(work)
    found: dict[str, PendingEntry] = {}
    for entry in pending_entries(work):
        if entry.part == part and (part, entry.key) not in new:
            found.setdefault(entry.key, entry)
    return found


def find_pending(work: Work, part: str, key: str) -> PendingEntry | None:
    """What waits of one entry, be it new or a change, if anything does."""
    return next(
        (each for each in pending_entries(work) if (each.part, each.key) == (part, key)), None
    )


def usable(work: Work) -> dict[tuple[str, str], PendingEntry]:
    """What of that may be named: not what names something that is neither there nor waits."""
    entries = added(work)
    if not entries:
        return entries
    known = set(_in_force(work))
    while True:
        there = known | set(entries)
        remaining = {
            key: entry
            for key, entry in entries.items()
            if named_in(entry.part, entry.body) <= there
        }
        if len(remaining) == len(entries):
            return remaining
        entries = remaining


def bodies_added(work: Work) -> Bodies:
    """The bodies of what waits and the books do not have yet, by part and key."""
    return _by_part(added(work))


def usable_bodies(work: Work) -> Bodies:
    """The bodies of what may be named although it waits, by part and key."""
    return _by_part(usable(work))


def _by_part(entries: Mapping[tuple[str, str], PendingEntry]) -> Bodies:
    bodies: Bodies = {}
    for (part, key), entry in entries.items():
        bodies.setdefault(part, {})[key] = entry.body
    return bodies


def proposals_named_in(work: Work, entries: Iterable[Entry]) -> list[int]:
    """The proposals that wait and would add what some entries name, in order."""
    new = usable(work)
    if not new:
        return []
    entries = list(entries)
    own = {(part, key) for part, key, _ in entries}
    named = {each for part, _, body in entries for each in named_in(part, body)} - own
    return sorted({new[each].proposal for each in named if each in new})


def dependencies(work: Work, entries: Iterable[Entry]) -> dict[str, list[int]]:
    """What a proposal's body stores of those that it depends on; nothing if it depends on none."""
    numbers = proposals_named_in(work, entries)
    return {DEPENDS_ON: numbers} if numbers else {}


def naming(work: Work, part: str, key: str) -> list[PendingEntry]:
    """What waits and names an entry, so that it could not be approved without that."""
    named = (part, key)
    return [
        entry
        for entry in pending_entries(work)
        if (entry.part, entry.key) != named and named in named_in(entry.part, entry.body)
    ]


def setup_beside(work: Work) -> Setup:
    """The setup in force and what waits beside it, for looking at what depends on that."""
    setup, bodies = setup_in_force(work), usable_bodies(work)
    if not bodies:
        return setup
    currency = setup.publisher.currency

    def beside(
        part: str, make: Callable[[Any], Made], known: Mapping[str, Made]
    ) -> dict[str, Made]:
        return {**{key: make(body) for key, body in bodies.get(part, {}).items()}, **known}

    return replace(
        setup,
        titles=beside("titles", setup_file.title_of, setup.titles),
        retailers=beside("retailers", setup_file.retailer_of, setup.retailers),
        contracts=beside("contracts", setup_file.contract_of, setup.contracts),
        plans=beside("plans", setup_file.plan_of, setup.plans),
        beneficiaries=beside(
            "beneficiaries",
            lambda body: setup_file.beneficiary_of(body, currency),
            setup.beneficiaries,
        ),
    )
