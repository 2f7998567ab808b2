"""A setup file at the desk: looked at entry by entry first, then saved as a whole, or prepared.

Where a second person approves terms, a file that changes any waits for one as a whole, since its
entries name each other. Into empty books it is loaded at once: nobody is there to approve.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from royalties.domain.approvals import APPROVED_BY_TWO, Proposal, ProposalKind, ProposalStatus
from royalties.domain.json_values import canonical
from royalties.domain.people import Verb
from royalties.domain.royalties.warnings import TermsWarning
from royalties.domain.terms.changes import Change, changes
from royalties.domain.terms.entry_words import ENTRY_WORDS
from royalties.domain.terms.replacing import Replaced
from royalties.ingest.setup import Entry, SetupError
from royalties.services import approvals, pending
from royalties.services.dependencies import require_dependencies
from royalties.services.names import names_of
from royalties.services.terms import amending, setup
from royalties.services.terms.amending import Saved
from royalties.services.terms.replacing import UnconfirmedError, require_confirmed
from royalties.services.terms.setup import Comparison
from royalties.services.work import RefusedError, Work
from royalties.store.history import lock_setup

LARGEST = 10 * 1024 * 1024
"""Bytes of a setup file."""

_SUBJECT = "setup-file "

_NOT_AGAIN = {
    ProposalStatus.WAITING: "waits for a decision",
    ProposalStatus.APPROVED: "was approved",
}

WORDS = {**ENTRY_WORDS, "publisher": "house", "income": "income"}
"""What one entry of each part is called."""


class BooksChangedError(RefusedError):
    """The books say something else than when the file was looked at."""

    def __init__(self) -> None:
        super().__init__(
            "somebody changed the books after you had looked: look again at what the file "
            "changes, then save it"
        )


@dataclass(frozen=True, slots=True)
class EntryDifference:
    """One entry of the file beside what is in force.

    Attributes:
        part: of the setup file.
        key: within its part.
        name: as people call it.
        is_new: whether the books have no such entry.
        changes: field by field; none: it says what is in force.
    """

    part: str
    key: str
    name: str
    is_new: bool
    changes: tuple[Change, ...]

    @property
    def word(self) -> str:
        """What an entry of this part is called."""
        return WORDS[self.part]


@dataclass(frozen=True, slots=True)
class FileDifference:
    """What a setup file would add, change and leave.

    Attributes:
        entries: all that it names.
        replaced: what it would replace that has counted already.
        token: confirms exactly that.
        warnings: what of it would never count.
        seen: a fingerprint of this state of file and books.
        waits: whether a second person approves it.
        named: the entries themselves, so that messages about new ones call them by name.
    """

    entries: tuple[EntryDifference, ...]
    replaced: tuple[Replaced, ...]
    token: str
    warnings: tuple[TermsWarning, ...]
    seen: str
    waits: bool
    named: tuple[Entry, ...]

    @property
    def added(self) -> list[EntryDifference]:
        """Entries that the books have not."""
        return [each for each in self.entries if each.is_new]

    @property
    def changed(self) -> list[EntryDifference]:
        """Entries that would say something else."""
        return [each for each in self.entries if not each.is_new and each.changes]

    @property
    def retired(self) -> list[EntryDifference]:
        """Those that change of which something is retired."""
        return [
            entry
            for entry in self.changed
            if any(change.after and change.key == "retired" for change in entry.changes)
        ]

    @property
    def left(self) -> list[EntryDifference]:
        """Entries that say what is in force."""
        return [each for each in self.entries if not each.is_new and not each.changes]


def preview(
    work: Work, path: Path, name: str, number: Callable[[str | int], str] = str
) -> FileDifference:
    """What a setup file would do; nothing is recorded.

    Args:
        path: where its bytes are.
        name: as it was sent.
        number: how who reads it writes numbers.

    Raises:
        SetupError: with every fault of the file, each with its path.
        NotAllowedError: it changes the house, which an administrator does.
    """
    work.actor.require(Verb.LOAD)
    return difference(work, _compared(work, path, name), number)


def save(work: Work, path: Path, name: str, *, seen: str, confirmed: str = "") -> Saved:
    """Load a setup file that was looked at, or put it before a second person.

    Args:
        path: where its bytes are.
        name: as it was sent.
        seen: the state that ``look`` returned.
        confirmed: the token of what was asked.

    Raises:
        SetupError: with every fault of the file.
        BooksChangedError: it would do something else by now.
        UnconfirmedError: it replaces what has counted already, which is to be confirmed.
    """
    work.actor.require(Verb.LOAD)
    lock_setup(work.connection)
    return save_compared(work, _compared(work, path, name), name, seen, confirmed)


def _compared(work: Work, path: Path, name: str) -> Comparison:
    return _as_usable(work, lambda beside: setup.compare(work, path, name, beside))


def _as_usable(
    work: Work, compared: Callable[[setup.BodiesBeside | None], Comparison]
) -> Comparison:
    """A file beside the books; what waits for a second person may name what waits as well."""
    if amending.acts_at_once(work):
        return compared(None)
    comparison = compared(pending.usable_bodies(work))
    if not _waits(work, comparison) and pending.proposals_named_in(work, comparison.changed):
        return compared(None)  # it is saved at once, so that is a fault
    return comparison


def save_compared(
    work: Work, comparison: Comparison, name: str, seen: str, confirmed: str = ""
) -> Saved:
    """The same of what was compared in this transaction, which holds the setup.

    Raises:
        BooksChangedError: it would do something else by now.
        UnconfirmedError: it replaces what has counted already, which is to be confirmed.
    """
    work.actor.require(Verb.LOAD)
    if _seen(comparison) != seen:
        raise BooksChangedError
    if not comparison.changed:
        return Saved(changed=False)
    _require_house(work, comparison)
    require_confirmed(comparison.loaded.replaced, confirmed)
    if not _waits(work, comparison):
        setup.save(work, name, comparison)
        return Saved(changed=True)
    proposed = {
        "file": name,
        "entries": [list(each) for each in comparison.changed],
        **pending.dependencies(work, comparison.changed),
    }
    number = approvals.prepare(
        work,
        ProposalKind.SETUP,
        f"{_SUBJECT}{name}"[:200],
        proposed,
        fingerprint=_before(comparison),
    )
    return Saved(changed=True, proposal=number)


def preview_again(
    work: Work, proposal: Proposal, number: Callable[[str | int], str] = str
) -> FileDifference:
    """What a file would do now that was sent back, withdrawn or left behind.

    Raises:
        SetupError: what changed elsewhere no longer goes with it.
        RefusedError: it still waits, or was approved.
    """
    work.actor.require(Verb.LOAD)
    return difference(work, _compared_again(work, proposal), number)


def prepare_again(work: Work, proposal: Proposal, *, seen: str, confirmed: str = "") -> Saved:
    """Put such a file before a second person again, or save it; raises what ``save`` does."""
    work.actor.require(Verb.LOAD)
    lock_setup(work.connection)
    comparison = _compared_again(work, proposal)
    return save_compared(work, comparison, file_name(proposal), seen, confirmed)


def _compared_again(work: Work, proposal: Proposal) -> Comparison:
    if proposal.status not in (ProposalStatus.REFUSED, ProposalStatus.WITHDRAWN):
        raise RefusedError(f"this file {_NOT_AGAIN[proposal.status]}: it is not prepared again")
    entries, name = _entries(proposal), file_name(proposal)
    return _as_usable(work, lambda beside: setup.compare_entries(work, entries, name, beside))


def is_file(proposal: Proposal) -> bool:
    """Whether a proposal is a whole setup file."""
    return proposal.kind is ProposalKind.SETUP and proposal.subject.startswith(_SUBJECT)


def file_name(proposal: Proposal) -> str:
    """The name of a proposed setup file."""
    return proposal.subject.removeprefix(_SUBJECT)


@dataclass(frozen=True, slots=True)
class ProposedFile:
    """A proposed setup file against what is in force; ``fault`` says why it no longer goes."""

    difference: FileDifference | None
    is_stale: bool
    fault: str = ""


def proposed(
    work: Work, proposal: Proposal, number: Callable[[str | int], str] = str
) -> ProposedFile:
    """What a proposed setup file would change."""
    work.actor.require(Verb.READ)
    try:
        comparison = setup.compare_entries(
            work, _entries(proposal), file_name(proposal), pending.usable_bodies(work)
        )
    except SetupError as error:
        return ProposedFile(None, is_stale=True, fault=str(error))
    stale = _before(comparison) != proposal.fingerprint
    return ProposedFile(difference(work, comparison, number), stale)


def approve(work: Work, number: int) -> Proposal:
    """Approve a setup file that somebody else prepared, and record it.

    Raises:
        RefusedError: an entry changed meanwhile, it was decided, or one prepared it oneself.
        SetupError: what changed elsewhere no longer goes with it.
    """
    lock_setup(work.connection)
    proposal = approvals.approve(work, number)
    require_dependencies(work, proposal)
    comparison = setup.compare_entries(work, _entries(proposal), file_name(proposal))
    if _before(comparison) != proposal.fingerprint:
        raise RefusedError(
            "an entry of the file was changed after this was prepared: refuse it, and let the "
            "file be loaded again on what stands now"
        )
    setup.save(work, file_name(proposal), comparison, proposal.prepared_by)
    return proposal


def _entries(proposal: Proposal) -> list[Entry]:
    body: Any = proposal.body
    if not is_file(proposal):
        raise RefusedError(f"proposal {proposal.id} is no setup file")
    return [(part, key, entry) for part, key, entry in body["entries"]]


def difference(
    work: Work, comparison: Comparison, number: Callable[[str | int], str] = str
) -> FileDifference:
    """What a comparison would add, change and leave."""
    replaced = comparison.loaded.replaced
    return FileDifference(
        tuple(_entry_differences(work, comparison, number)),
        tuple(replaced),
        UnconfirmedError(replaced).token if replaced else "",
        tuple(comparison.loaded.warnings),
        _seen(comparison),
        _waits(work, comparison),
        tuple(comparison.entries),
    )


def _entry_differences(
    work: Work, comparison: Comparison, number: Callable[[str | int], str]
) -> Iterable[EntryDifference]:
    names = names_of(work).beside(comparison.entries)
    for part, key, body in comparison.entries:
        old = comparison.before[part].get(key)
        yield EntryDifference(
            part,
            key,
            names.of_body(part, body),
            old is None,
            tuple(changes(names.in_body(part, old), names.in_body(part, body), number))
            if old != body
            else (),
        )


def _waits(work: Work, comparison: Comparison) -> bool:
    if not comparison.before["publisher"] or amending.acts_at_once(work):
        return False
    return any(part in APPROVED_BY_TWO for part, _, _ in comparison.changed)


def _require_house(work: Work, comparison: Comparison) -> None:
    """An administrator changes the house, by a file as well."""
    if any(part == "publisher" for part, _, _ in comparison.changed):
        work.actor.require(Verb.SET)


def _before(comparison: Comparison) -> str:
    """A fingerprint of the bodies in force of the entries that change."""
    facts = [
        [part, key, comparison.before[part].get(key)]
        for part, key, _ in sorted(comparison.changed, key=lambda each: each[:2])
    ]
    return sha256(canonical(facts).encode()).hexdigest()


def _seen(comparison: Comparison) -> str:
    facts = [[part, key, body] for part, key, body in comparison.changed]
    return sha256(f"{_before(comparison)}{canonical(facts)}".encode()).hexdigest()
