"""Contracts, plans and beneficiaries: what they are, what they were, and how they change.

A change of terms moves money of others, so a second person approves it where the house wants
that (``approvals``); saving against an older state than the one in force is refused.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from royalties.domain.approvals import APPROVED_BY_TWO, NEW, Proposal, ProposalKind, ProposalStatus
from royalties.domain.json_values import canonical
from royalties.domain.people import Verb
from royalties.domain.periods import period_of
from royalties.domain.problems import SetupFault
from royalties.domain.royalties.warnings import TermsWarning
from royalties.domain.terms.changes import Change, changes
from royalties.domain.terms.replacing import Replaced
from royalties.ingest import setup as setup_file
from royalties.services import approvals, pending
from royalties.services.books import last_closed_in, setup_in_force
from royalties.services.dependencies import require_dependencies
from royalties.services.names import names_of
from royalties.services.pending import PendingEntry, find_pending
from royalties.services.terms import setup
from royalties.services.terms.replacing import require_confirmed
from royalties.services.terms.warnings import warnings_about
from royalties.services.work import RefusedError, Work
from royalties.store.history import RevisionRow, find_revision, lock_setup, revisions_of
from royalties.store.terms import balances as store

Body = Mapping[str, Any]
RecordedEntry = RevisionRow
"""An entry as it is in force: its revision's number, body, and who recorded it when."""

_SHOWN = 50
_NONE: tuple[int, None] = (0, None)


class EntryChangedError(RefusedError):
    """Somebody else changed the entry since it was looked at."""

    def __init__(self, subject: str, now: RevisionRow | None) -> None:
        self.now = now
        by = f"{now.by} changed {subject}" if now else f"{subject} is not there any more"
        super().__init__(
            f"{by} after you had opened it: compare both, then save again if yours is to count"
        )


@dataclass(frozen=True, slots=True)
class EntryRevision:
    """A revision of an entry, and what it changed of the one before.

    ``by`` recorded it; ``prepared_by`` is whoever had proposed it, empty if nobody had.
    ``former_key`` is the key before, where it was changed; one that ``is_removed`` has ended.
    """

    revision: int
    at: datetime
    by: str
    changes: list[Change]
    is_first: bool
    prepared_by: str = ""
    reason: str = ""
    former_key: str = ""
    is_removed: bool = False


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a save: recorded at once, put before a second person, or nothing new."""

    changed: bool
    proposal: int | None = None


def find_entry(work: Work, part: str, key: str) -> RecordedEntry | None:
    """An entry as it is in force, with the number of its revision."""
    work.actor.require(Verb.READ)
    return _in_force(work, part, key)


def history(
    work: Work, part: str, key: str, number: Callable[[str | int], str] = str
) -> list[EntryRevision]:
    """An entry's revisions, the newest first, each with what it changed.

    It includes those under a key that it had before.

    Args:
        number: how who reads it writes numbers.
    """
    work.actor.require(Verb.READ)
    revisions = _revisions(work, part, key)
    approved = _approved(work, part, revisions)
    names = names_of(work)
    entries = [
        EntryRevision(
            new.id,
            new.at,
            new.by,
            changes(
                names.in_body(part, old.body if old else None),
                names.in_body(part, new.body),
                number,
            ),
            old is None or not old.body,
            approved.get((new.at, canonical(new.body)), ""),
            new.reason or "",
            new.former_key or "",
            not new.body,
        )
        for new, old in zip(revisions, [*revisions[1:], None], strict=True)
    ]
    return entries[:_SHOWN]


def _revisions(work: Work, part: str, key: str) -> list[RevisionRow]:
    """The newest revisions of an entry, under the keys that it had before as well."""
    revisions = revisions_of(work.connection, part, key, _SHOWN + 1)
    followed = {key}
    while revisions and (former := revisions[-1].former_key) and former not in followed:
        followed.add(former)
        earlier = revisions_of(work.connection, part, former, _SHOWN + 2)
        # The newest one there says that the key is gone.
        revisions += [each for each in earlier if each.body]
    return revisions[: _SHOWN + 1]


def _approved(
    work: Work, part: str, revisions: Sequence[RevisionRow]
) -> dict[tuple[datetime, str], str]:
    """By the moment and the body of a revision, who prepared it that another one approved.

    What is approved is recorded at that moment, alone or as a part of a file.
    """
    moments = {each.at for each in revisions}
    keys = {str(each.body["key"]) for each in revisions if "key" in each.body}
    return {
        (proposal.decided_at, canonical(body)): proposal.prepared_by
        for proposal in approvals.approved_at(work, moments, {f"{part} {key}" for key in keys})
        if proposal.decided_at is not None
        for of, _, body in pending.entries_of(proposal.body)
        if of == part
    }


def acts_at_once(work: Work) -> bool:
    """Whether this person's save is recorded without a second one."""
    return work.actor.may(Verb.LOAD) and (
        work.actor.person is None or not approvals.two_people(work)
    )


def canonical_body(part: str, body: Body) -> dict[str, Any]:
    """An entry as it would be stored.

    Raises:
        SetupError: it has faults in itself.
    """
    document = setup_file.parse_setup({part: [dict(body)]}, part)
    found: dict[str, Any] = next(iter(document.entries[part].values()))
    return found


def check(work: Work, part: str, body: Body, *, waits: bool = True) -> bool:
    """Whether a body may be saved and says anything new.

    Args:
        work: the unit of work.
        part: of the setup.
        body: the whole entry.
        waits: whether it waits for a second person, so that it may name what waits as well.

    Raises:
        SetupError: with every fault, those of what closed runs used among them.
    """
    work.actor.require(Verb.READ)
    changed = setup.check_entry(work, part, body, pending.usable_bodies(work) if waits else None)
    faults = _used_versions_of(work, part, canonical_body(part, body))
    if faults:
        raise setup_file.SetupError(part, faults)
    return changed


def save(
    work: Work,
    part: str,
    body: Body,
    *,
    revision: int,
    note: str = "",
    is_new: bool = False,
    confirmed: str = "",
) -> Saved:
    """Bring an entry to what its body says, or put it before a second person.

    Args:
        part: ``contracts``, ``plans``, ``beneficiaries`` or ``payment_details``.
        body: the whole entry.
        revision: the number of the revision that was looked at; 0 for a new entry.
        note: why, for who approves.
        is_new: whether an entry with this key must not exist yet.
        confirmed: the token of what was asked.

    Raises:
        SetupError: with every fault of the entry.
        UnconfirmedError: it replaces what has counted already, which is to be confirmed.
        EntryChangedError: another revision is in force by now.
    """
    work.actor.require(Verb.PREPARE)
    lock_setup(work.connection)
    key = str(body.get("key", ""))
    now = find_revision(work.connection, part, key)
    if is_new and now is not None:
        fault = SetupFault(
            f"{part}[0].key", "is taken already: choose another, or amend that entry"
        )
        raise setup_file.SetupError(part, [fault])
    if (now.id if now else 0) != revision:
        raise EntryChangedError(_named(work, part, key), now)
    alone = work.actor.may(Verb.LOAD) and not _wants_second_person(part, now, body)
    at_once = alone or acts_at_once(work)
    if not check(work, part, body, waits=not at_once):
        return Saved(changed=False)
    beside = None if at_once else pending.usable_bodies(work)
    require_confirmed(setup.replacements(work, part, body, beside), confirmed)
    if at_once:
        setup.amend(work, part, body, reason=note)
        return Saved(changed=True)
    canonical_entry = canonical_body(part, body)
    proposed = {
        "part": part,
        "body": canonical_entry,
        **pending.dependencies(work, [(part, key, canonical_entry)]),
    }
    number = approvals.prepare(
        work,
        ProposalKind.SETUP,
        f"{part} {key}",
        proposed,
        fingerprint=fingerprint_of(now),
        note=note,
    )
    return Saved(changed=True, proposal=number)


def _wants_second_person(part: str, now: RevisionRow | None, body: Body) -> bool:
    """Whether somebody else approves a change.

    Of an organization that is who speaks for it, and whether it pays later; of the rest all.
    """
    if part != "organizations":
        return True
    before = now.body if now else {"email": body.get("email")}
    return any(before.get(name, "") != body.get(name, "") for name in ("email", "net_terms"))


def approve(work: Work, number: int) -> Proposal:
    """Approve a change of terms that somebody else prepared, and record it.

    Raises:
        RefusedError: the entry changed meanwhile, it was decided, or one prepared it oneself.
        SetupError: what changed elsewhere no longer goes with it.
    """
    lock_setup(work.connection)
    proposal = approvals.approve(work, number)
    require_dependencies(work, proposal)
    part, body = proposed_entry(proposal)
    now = find_revision(work.connection, part, body["key"])
    if fingerprint_of(now) != proposal.fingerprint:
        by = f" by {now.by}" if now else ""
        raise RefusedError(
            f"{_named(work, part, body['key'])} was changed{by} after this was "
            f"prepared: refuse it, and let it be prepared again on what stands now"
        )
    check(work, part, body, waits=False)
    setup.amend(work, part, body, prepared_by=proposal.prepared_by, reason=proposal.note)
    return proposal


def proposed_entry(proposal: Proposal) -> tuple[str, dict[str, Any]]:
    """The part and the body that a change of terms would record.

    Raises:
        RefusedError: it is no change of terms.
    """
    body = proposal.body
    if proposal.kind is not ProposalKind.SETUP or not isinstance(body, dict):
        raise RefusedError(f"proposal {proposal.id} is no change of terms")
    return str(body["part"]), dict(body["body"])


def is_stale(work: Work, proposal: Proposal) -> bool:
    """Whether the entry of a change of terms has changed since it was prepared."""
    work.actor.require(Verb.READ)
    part, body = proposed_entry(proposal)
    now = setup_in_force(work).revisions.get((part, body["key"]))
    return (f"revision {now}" if now else NEW) != proposal.fingerprint


@dataclass(frozen=True, slots=True)
class Proposed:
    """A change of terms that waits or was decided, against what is in force.

    ``replaced`` is what it would replace that has counted; ``warnings`` are about what never
    counts.
    """

    part: str
    key: str
    changes: list[Change]
    is_new: bool
    is_stale: bool
    replaced: list[Replaced]
    warnings: list[TermsWarning]


def proposed(work: Work, proposal: Proposal, number: Callable[[str | int], str] = str) -> Proposed:
    """What a proposal would change; of a decided one, what it would change today.

    Args:
        number: how who reads it writes numbers.
    """
    work.actor.require(Verb.READ)
    part, body = proposed_entry(proposal)
    now, names = find_revision(work.connection, part, body["key"]), names_of(work)
    return Proposed(
        part,
        body["key"],
        changes(names.in_body(part, now.body if now else None), names.in_body(part, body), number),
        now is None,
        fingerprint_of(now) != proposal.fingerprint,
        *_consequences(work, proposal, part, body),
    )


def _consequences(
    work: Work, proposal: Proposal, part: str, body: Body
) -> tuple[list[Replaced], list[TermsWarning]]:
    if proposal.status != ProposalStatus.WAITING:
        return [], []
    try:
        replaced = setup.replacements(work, part, body, pending.usable_bodies(work))
    except setup_file.SetupError:
        return [], []  # what changed elsewhere no longer goes with it; approving it reports so
    return replaced, warnings_about(work, part, body["key"], body)


def waiting_for(work: Work, part: str, key: str) -> PendingEntry | None:
    """The change of an entry that waits for a second person, if one does."""
    return find_pending(work, part, key)


def _named(work: Work, part: str, key: str) -> str:
    return f"{APPROVED_BY_TWO.get(part, part)} “{names_of(work).of(part, key)}”"


def _in_force(work: Work, part: str, key: str) -> RevisionRow | None:
    return work.once(f"{part} {key}", lambda: find_revision(work.connection, part, key))


def fingerprint_of(now: RevisionRow | None) -> str:
    """The mark, in a proposal, of the revision on which it was prepared."""
    return f"revision {now.id}" if now else NEW


# What closed runs used


def _used_versions_of(work: Work, part: str, body: Body) -> list[SetupFault]:
    """A form changes one version of a plan, so it changes none that closed runs used."""
    return _used_versions(work, body, _in_force(work, part, body["key"])) if part == "plans" else []


def _used_versions(work: Work, body: Body, now: RevisionRow | None) -> list[SetupFault]:
    key = body["key"]
    used = store.used_versions(work.connection, key)
    versions, before = _by_first_day(body), _by_first_day(now.body) if now else {}
    faults = [
        SetupFault(
            f"plans[0].versions[{versions[day][0]}].from"
            if day in versions
            else "plans[0].versions",
            f"closed runs used the version from {day}: leave it as it was and add a version from "
            f"a later day",
        )
        for day in sorted(used)
        if versions.get(day, _NONE)[1] != before.get(day, _NONE)[1]
    ]
    last_day = _last_closed_day(work) if used else None
    faults += [
        SetupFault(
            f"plans[0].versions[{place}].from",
            f"lies in a closed period, which another version distributed: begin after {last_day}",
        )
        for day, (place, _) in versions.items()
        if last_day and day not in before and day <= last_day
    ]
    return faults


def _by_first_day(plan: Body) -> dict[date, tuple[int, Body]]:
    """A plan's versions with their places, by the days on which they begin."""
    return {
        date.fromisoformat(version["from"]): (place, version)
        for place, version in enumerate(plan["versions"])
    }


def _last_closed_day(work: Work) -> date | None:
    last = last_closed_in(work)
    if last is None:
        return None
    first = setup_in_force(work).first_period
    return first.shift(last - first.ordinal).ends


def versions_used(work: Work, plan: str) -> set[date]:
    """First days of a plan's versions that closed runs used: those stay as they are."""
    work.actor.require(Verb.READ)
    return store.used_versions(work.connection, plan)


def next_version_day(work: Work) -> date:
    """The first day that no closed period contains: where a plan's next version may begin."""
    work.actor.require(Verb.READ)
    last = _last_closed_day(work)
    if last is None:
        return setup_in_force(work).first_period.starts
    return period_of(last, setup_in_force(work).calendar).shift(1).starts
