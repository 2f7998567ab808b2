"""A second pair of eyes: what one person prepared, another one approves.

Closing a period, and changing a contract, a plan or a beneficiary, moves money of others; a price
below the price list, money that came in, and who may act for an organization decide what is owed.
So whoever prepared it may not approve it, unless an administrator has switched that off, which
every page then says. Closing a period before it ends always takes two. Those who may approve are
notified by e-mail, and whoever prepared it is notified of the decision.
"""

from collections.abc import Iterable
from datetime import datetime

from royalties.domain.approvals import (
    APPROVED_BY_TWO,
    Proposal,
    ProposalKind,
    ProposalStatus,
    words_of,
)
from royalties.domain.events import StaffEvent
from royalties.domain.people import ALLOWED, PersonStatus, Verb
from royalties.ingest.setup import Entry
from royalties.services.frame import TWO_PEOPLE, frame_of
from royalties.services.mail import telling
from royalties.services.mail.outbox import Message, write
from royalties.services.names import names_of
from royalties.services.work import RefusedError, Work
from royalties.store import work as store
from royalties.store.people import mail_choices, people

_WAITING = "waiting proposals"
_LONGEST_REASON = 1000


class SecondPersonError(RefusedError):
    """Something that nobody does alone: it is to be prepared, and another manager approves it."""


class ProposedAlreadyError(RefusedError):
    """Something of the same subject waits already."""


def in_words(work: Work, proposal: Proposal, beside: Iterable[Entry] = ()) -> str:
    """What a proposal is about: a close, or a change of an entry by its name.

    Args:
        work: the unit of work.
        proposal: which.
        beside: entries that it may name although they are neither in force nor wait.
    """
    name = entry_name(work, proposal, beside)
    return words_of(
        proposal.kind,
        proposal.subject,
        name=f"“{name}”" if name else "",
        early=bool(proposal.early),
        is_new=proposal.is_new,
    )


def entry_name(work: Work, proposal: Proposal, beside: Iterable[Entry] = ()) -> str:
    """What the entry is called that a proposal changes; empty where it is about no entry."""
    part, _, key = proposal.subject.partition(" ")
    body = proposal.body
    if proposal.kind is not ProposalKind.SETUP or part not in APPROVED_BY_TWO:
        return ""
    entry = body.get("body") if isinstance(body, dict) else None
    known = names_of(work)
    names = known.beside([*beside, (part, key, entry)]) if isinstance(entry, dict) else known
    return names.of(part, key)


def two_people(work: Work) -> bool:
    """Whether maker and checker are two people; they are, unless switched off."""
    return frame_of(work).two_people


def set_two_people(work: Work, *, on: bool) -> None:
    """Switch the second pair of eyes on or off; the log records who did."""
    work.actor.require(Verb.SET)
    store.write_setting(work.connection, TWO_PEOPLE, on, work.at, work.actor.name)
    work.record(Verb.SET, {TWO_PEOPLE: on})


def takes_two(work: Work, proposal: Proposal) -> bool:
    """Whether whoever prepared it may not approve it; nobody closes early alone."""
    return bool(proposal.early) or two_people(work)


def acts_at_once(work: Work) -> bool:
    """Whether what this person does needs nobody else.

    So it is at the command line, which is the operator's, and for a manager where an administrator
    has switched the second pair of eyes off.
    """
    return work.actor.may(Verb.APPROVE) and (work.actor.person is None or not two_people(work))


def prepare(
    work: Work,
    kind: ProposalKind,
    subject: str,
    body: object,
    *,
    fingerprint: str = "",
    note: str = "",
) -> int:
    """Put something before a second person, and notify those who may approve; returns its number.

    Raises:
        ProposedAlreadyError: the same subject waits already.
    """
    work.actor.require(Verb.PREPARE)
    if work.actor.person is None:
        raise RefusedError("at the command line nothing waits for approval: it is done at once")
    waiting = store.proposals(
        work.connection, status=ProposalStatus.WAITING, kind=kind, subject=subject
    )
    if waiting:
        first = waiting[0]
        raise ProposedAlreadyError(
            f"{in_words(work, first)} was prepared by {first.prepared_by} and waits for "
            f"a decision: have it approved, refused or withdrawn first"
        )
    number = store.add_proposal(
        work.connection,
        {
            "kind": kind,
            "subject": subject,
            "body": body,
            "fingerprint": fingerprint,
            "note": note,
            "status": ProposalStatus.WAITING,
            "prepared_at": work.at,
            "prepared_by": work.actor.name,
            "prepared_by_id": work.actor.person,
            "reason": "",
        },
    )
    proposal = find(work, number)
    assert proposal is not None  # noqa: S101 - it was added above
    what = {"proposal": number, "kind": kind, "subject": subject}
    work.record(Verb.PREPARE, what | _marks(proposal))
    _notify_approvers(work, proposal)
    return number


def find(work: Work, number: int) -> Proposal | None:
    """A proposal by its number."""
    work.actor.require(Verb.READ)
    return store.find_proposal(work.connection, number)


def numbered(work: Work, numbers: Iterable[int]) -> list[Proposal]:
    """Some proposals by their numbers, the first first; a number of none is left out."""
    work.actor.require(Verb.READ)
    distinct = set(numbers)
    return store.proposals_by_number(work.connection, distinct) if distinct else []


def approved_at(work: Work, moments: Iterable[datetime], subjects: Iterable[str]) -> list[Proposal]:
    """Changes of the setup approved at some moments: of some subjects, or whole files."""
    work.actor.require(Verb.READ)
    return store.setup_approved_at(work.connection, set(moments), set(subjects))


def waiting_numbers(work: Work) -> list[int]:
    """The numbers of all proposals that wait, the newest first."""
    work.actor.require(Verb.READ)
    return list(reversed(store.proposal_numbers(work.connection, ProposalStatus.WAITING)))


def proposals(
    work: Work,
    *,
    status: ProposalStatus | None = None,
    kind: ProposalKind | None = None,
    subject: str = "",
    beginning: str = "",
    limit: int = 100,
) -> list[Proposal]:
    """Proposals, the newest first; ``beginning`` is how their subjects begin."""
    work.actor.require(Verb.READ)
    return store.proposals(
        work.connection,
        status=status,
        kind=kind,
        subject=subject,
        beginning=beginning,
        limit=limit,
    )


def waiting_count(work: Work) -> int:
    """How many proposals wait; a number that the menu shows to the desk."""
    return work.once(
        _WAITING, lambda: store.count_proposals(work.connection, ProposalStatus.WAITING)
    )


def proposals_about(work: Work, kind: ProposalKind, subject: str) -> list[Proposal]:
    """What was ever prepared of one thing, the newest first; the menu's count comes with it."""
    work.actor.require(Verb.READ)
    proposals = store.proposals_about(work.connection, kind, subject, ProposalStatus.WAITING)
    work.know(_WAITING, sum(each.status == ProposalStatus.WAITING for each in proposals))
    return [each for each in proposals if (each.kind, each.subject) == (kind, subject)]


def may_approve(work: Work, proposal: Proposal) -> bool:
    """Whether this person is the second pair of eyes for it."""
    return work.actor.may(Verb.APPROVE) and (
        not takes_two(work, proposal) or proposal.prepared_by_id != work.actor.person
    )


def may_withdraw(work: Work, proposal: Proposal) -> bool:
    """Whether this person may take back what they prepared, or (a manager) what anybody did."""
    return proposal.prepared_by_id == work.actor.person or work.actor.may(Verb.APPROVE)


def hold(work: Work, numbers: Iterable[int]) -> list[Proposal]:
    """Proposals that wait, in the order in which they were prepared, held until the work is done.

    Raises:
        RefusedError: one was decided already, or there is none of a number.
    """
    work.actor.require(Verb.READ)
    return [_waiting(work, number) for number in sorted(set(numbers))]


def approve(work: Work, number: int) -> Proposal:
    """Approve what somebody else prepared; the caller then does it in the same transaction.

    Raises:
        RefusedError: it was decided already, or the same person prepared it.
    """
    work.actor.require(Verb.APPROVE)
    proposal = _waiting(work, number)
    if not may_approve(work, proposal):
        raise RefusedError(
            "you prepared this yourself: another manager approves it, so that two people have "
            "seen it"
        )
    return _decide(work, proposal, ProposalStatus.APPROVED, "")


def refuse(work: Work, number: int, reason: str) -> Proposal:
    """Send something back to who prepared it, with the reason."""
    work.actor.require(Verb.APPROVE)
    if not reason.strip():
        raise RefusedError("give a reason, so that the person who prepared it knows what to change")
    return _decide(work, _waiting(work, number), ProposalStatus.REFUSED, reason.strip())


def withdraw(work: Work, number: int, reason: str = "") -> Proposal:
    """Take back what one prepared oneself, or (a manager) what waits; with a reason."""
    work.actor.require(Verb.PREPARE)
    proposal = _waiting(work, number)
    if not may_withdraw(work, proposal):
        raise RefusedError("somebody else prepared this: they or a manager may withdraw it")
    reason = " ".join(reason.split())[:_LONGEST_REASON]
    return _decide(work, proposal, ProposalStatus.WITHDRAWN, reason)


def _waiting(work: Work, number: int) -> Proposal:
    proposal = store.find_proposal(work.connection, number, lock=True)
    if proposal is None:
        raise RefusedError(f"there is no proposal {number}")
    if proposal.status != ProposalStatus.WAITING:
        raise RefusedError(f"this was {proposal.status} by {proposal.decided_by} already")
    return proposal


def _decide(work: Work, proposal: Proposal, status: ProposalStatus, reason: str) -> Proposal:
    store.decide_proposal(work.connection, proposal.id, status, work.at, work.actor.name, reason)
    verb = Verb.PREPARE if status == ProposalStatus.WITHDRAWN else Verb.APPROVE
    work.record(
        verb,
        {
            "proposal": proposal.id,
            "kind": proposal.kind,
            "subject": proposal.subject,
            "status": status,
            "reason": reason,
            "prepared_by": proposal.prepared_by,
            **_marks(proposal),
        },
    )
    _notify_preparer(work, proposal, status, reason)
    return proposal


def _marks(proposal: Proposal) -> dict[str, object]:
    """What a line of the log keeps of a proposal, where there is any of it."""
    return {
        **({"early": proposal.early} if proposal.early else {}),
        **({"is_new": True} if proposal.is_new else {}),
    }


def _notify_approvers(work: Work, proposal: Proposal) -> None:
    """One message to each person who may approve it, but for whoever prepared it."""
    about = in_words(work, proposal)
    early = f"The period has not ended. Why it is to be closed early: “{proposal.early}”"
    paragraphs = (
        f"{proposal.prepared_by} prepared {about}. It waits for somebody else's approval.",
        *([early] if proposal.early else []),
        *([f"Their note: “{proposal.note}”"] if proposal.note else []),
        "Nothing changes until then. Look at it, then approve it or send it back.",
    )
    for person in mail_choices.people_notified_of(
        work.connection, StaffEvent.APPROVAL_WAITS, ALLOWED[Verb.APPROVE]
    ):
        if person.id != proposal.prepared_by_id:
            _write(work, person.email, f"To approve: {about}", paragraphs, proposal)


def notify_of_early_close(work: Work, period: str, reason: str) -> None:
    """Tell those who may approve that one person closed early, where nobody had to approve it."""
    paragraphs = (
        f"{work.actor.name} has closed {period} before its end. The reason given: “{reason}”",
        "At the command line one person can close alone; this tells a second pair of eyes.",
    )
    link = ("Look at what was closed", f"/finance/periods/{period}/closed")
    for person in _approvers(work):
        subject = f"{period} was closed early"
        write(work, Message(person.email, subject, paragraphs, "approval", period, link))


def _approvers(work: Work) -> list[people.RecipientRow]:
    roles = [role.value for role in ALLOWED[Verb.APPROVE]]
    return people.active_in_roles(work.connection, roles)


def _notify_preparer(work: Work, proposal: Proposal, status: ProposalStatus, reason: str) -> None:
    """What became of it, unless they decided it themselves."""
    person = people.find_person(work.connection, proposal.prepared_by_id)
    if person is None or person.status != PersonStatus.ACTIVE or person.id == work.actor.person:
        return
    if not telling.is_wanted(work, StaffEvent.DECIDED, person.id):
        return
    about = in_words(work, proposal)
    outcome = "sent back" if status == ProposalStatus.REFUSED else status
    paragraphs = (
        f"{work.actor.name} has {outcome} {about}, which you prepared.",
        *(["Nothing was changed."] if status != ProposalStatus.APPROVED else []),
        *([f"The reason: “{reason}”"] if reason else []),
    )
    _write(work, person.email, f"{outcome.capitalize()}: {about}", paragraphs, proposal)


def _write(
    work: Work, email: str, subject: str, paragraphs: tuple[str, ...], proposal: Proposal
) -> None:
    link = ("Open it at the desk", f"/finance/approvals/{proposal.id}")
    about = f"proposal {proposal.id}"
    write(work, Message(email, subject, paragraphs, kind="approval", about=about, link=link))
