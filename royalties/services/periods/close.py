"""Run a period: a draft as often as wanted, and a close in one transaction."""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from royalties.domain.approvals import Proposal, ProposalStatus
from royalties.domain.json_values import canonical
from royalties.domain.people import Verb
from royalties.domain.royalties.postings import LedgerBefore, advances_account, entries_of_close
from royalties.domain.royalties.results import Run
from royalties.domain.royalties.run import run
from royalties.domain.royalties.run_document import in_todays_words, run_document
from royalties.services import approvals
from royalties.services.books import Setup, books_of, left_before, require_next, setup_in_force
from royalties.services.periods.checklist import (
    Outlook,
    outlook_on,
    require_complete,
    require_confirmed,
    require_possible,
)
from royalties.services.periods.draft import RunView, draft, run_view
from royalties.services.periods.parallel import require_settled
from royalties.services.statements.numbering import number_statements
from royalties.services.terms.warnings import warning_document, warnings_of_run
from royalties.services.uncollected import uncollected
from royalties.services.work import RefusedError, Work
from royalties.store.history import lock_setup, newest_revision
from royalties.store.ledger import entries as ledger
from royalties.store.periods import carrying, periods
from royalties.store.periods import runs as store
from royalties.store.sales import batches, cached_slices


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed period: its document, its statements' numbers, what waits, what was confirmed."""

    document: dict[str, Any]
    statements: tuple[str, ...]
    waiting: int
    confirmed: tuple[str, ...] = ()


def show_run(work: Work, text: str, *, with_lines: bool = True) -> dict[str, Any]:
    """The run document of a period: computed for an open one, as frozen for a closed one.

    ``warnings`` are about terms that never count; a closed run has none, since its terms stay.

    Args:
        work: the unit of work.
        text: the period.
        with_lines: whether to include the earned lines of an open one; there may be many thousands.
    """
    work.actor.require(Verb.READ)
    setup = setup_in_force(work)
    closed = store.find_closed(work.connection, setup.period(text).ordinal)
    if closed is not None:
        document: dict[str, Any] = json.loads(closed.document)
        return in_todays_words(document) | {"warnings": []}
    computed, used = draft(work, text)
    warnings = [warning_document(each) for each in warnings_of_run(work, used)]
    return run_document(computed, "draft", with_lines=with_lines) | {"warnings": warnings}


def before_close(work: Work, text: str, *, early: str = "") -> Outlook:
    """What a close would do now, and what it would go on in spite of; nothing is changed.

    Raises:
        RefusedError: it could not be closed, whatever is confirmed.
    """
    work.actor.require(Verb.CLOSE)
    setup = setup_in_force(work)
    require_next(work, setup, setup.period(text))
    view = run_view(work, text)
    outlook = outlook_on(work, view.period, view)
    require_possible(outlook, early)
    require_settled(work, outlook.period)
    return outlook


def close(
    work: Work, text: str, *, confirm: bool = False, seen: str | None = None, early: str = ""
) -> Closed:
    """Compute, post, freeze and number the statements of a period, all or nothing.

    The setup and the period's row are locked first. Terms that change, income that is entered and
    an import at the same moment are each either wholly inside or wholly after, and then find the
    period closed; so does the second of two closes. Who signed in closes
    what was prepared and approved by two people (``services/periods/approval.py``), with a
    sentence for everything that is missing, waits or jumps. At the command line there is one
    person, who confirms the same list.

    Args:
        work: the unit of work.
        text: the period.
        confirm: at the command line, go on in spite of what is missing, waits or jumps.
        seen: the fingerprint of the checklist that was confirmed; None: confirm whatever there is.
        early: why it is closed before its last day has passed; empty: it is not.

    Raises:
        RefusedError: there are exceptions, an earlier period is open, it is closed already, has not
            ended, lacks something that is not confirmed, or was not prepared and approved as it
            now stands.
    """
    work.actor.require(Verb.CLOSE)
    setup = lock_for_close(work)
    period = setup.period(text)
    require_next(work, setup, period)
    with uncollected():
        computed = run(books_of(work, setup, period))
    document = run_document(computed, "closed")
    frozen = canonical(document)
    fingerprint = sha256(frozen.encode()).hexdigest()
    checklist = outlook_on(work, period, RunView(period, computed, setup, fingerprint))
    early = "" if checklist.has_ended else early.strip()
    require_possible(checklist, early)
    require_settled(work, str(period))
    proposal = _require_approved(work, checklist, early)
    if work.actor.person is None:
        confirmed = require_confirmed(checklist, confirm=confirm, seen=seen)
    else:
        require_complete(checklist)
        confirmed = ()
    ledger_entries = entries_of_close(computed, _opening_state(work, computed))
    ledger.post(work.connection, period.ordinal, period.ends, ledger_entries)
    store.write_run(
        work.connection,
        computed,
        store.ClosedRun(
            period.ordinal,
            work.at,
            work.actor.name,
            frozen,
            fingerprint,
            newest_revision(work.connection),
            taxed_at_close=False,
        ),
        {
            contract.contract.key: store.UsedRevisions(
                setup.revisions["contracts", contract.contract.key],
                setup.revisions["plans", contract.contract.plan],
            )
            for contract in computed.contracts
        },
    )
    numbers = number_statements(work, setup, computed)
    carrying.carry_forward(work.connection, period)
    cached_slices.delete_period_sums(work.connection, period.ordinal)
    periods.mark_closed(work.connection, period.ordinal, work.at)
    periods.ensure_periods(work.connection, [period.shift(1)])
    waiting = sum(rows for _, _, rows, _ in batches.waiting_summary(work.connection))
    detail: dict[str, object] = {
        "period": str(period),
        "fingerprint": fingerprint,
        "statements": len(numbers),
        "entries": len(ledger_entries),
    }
    if proposal is not None:
        detail |= {"prepared_by": proposal.prepared_by}
    if confirmed:
        detail |= {"confirmed": list(confirmed)}
    if early:
        detail |= {"early": early}
    if early and proposal is None:
        approvals.notify_of_early_close(work, str(period), early)
    work.record(Verb.CLOSE, detail)
    return Closed(document, tuple(numbers), waiting, confirmed)


def lock_for_close(work: Work) -> Setup:
    """Hold the setup, then its earliest open period, alone; returns the setup that counts.

    Everybody who holds both takes the setup first, so that neither waits for the other.
    """
    lock_setup(work.connection)
    setup = setup_in_force(work)
    periods.lock_for_close(work.connection, setup.first_period)
    return setup


def _require_approved(work: Work, checklist: Outlook, early: str) -> Proposal | None:
    """A person closes what was approved just now, and what somebody else had prepared."""
    if work.actor.person is None:
        return None
    period = checklist.period
    proposal = next(
        (each for each in checklist.proposals if each.status == ProposalStatus.APPROVED), None
    )
    if early and (proposal is None or proposal.early != early):
        raise RefusedError(
            f"{period} has not ended: one person prepares its early close with the reason, "
            f"another one approves it"
        )
    if proposal is None:
        if approvals.two_people(work):
            raise RefusedError(
                f"{period} is closed by two people: one prepares it, another one approves it"
            )
        return None
    if approvals.takes_two(work, proposal) and proposal.prepared_by_id == work.actor.person:
        raise RefusedError(f"you prepared {period} yourself: another manager closes it")
    assert checklist.shown is not None  # noqa: S101 - it is being closed
    if proposal.fingerprint != checklist.shown.fingerprint:
        raise RefusedError(
            f"{period} has changed since {proposal.prepared_by} prepared it: look at the draft "
            f"again and prepare it again"
        )
    return proposal


def _opening_state(work: Work, computed: Run) -> LedgerBefore:
    """What the ledger and earlier closes already hold."""
    left = left_before(work, computed.period)
    balances = ledger.balances_now(work.connection)
    advanced = {}
    for each in computed.contracts:
        key, state = each.contract.key, left.states.get(each.contract.key)
        paid = balances.get((advances_account(key), each.contract.currency), 0)
        advanced[key] = paid + (state.recouped if state else 0)
    return LedgerBefore(advanced, frozenset(left.states), frozenset(left.balances))
