"""Run a period: a draft as often as wanted, and a close in one transaction."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from royalties.domain.counting import counted
from royalties.domain.people import Verb
from royalties.domain.periods import Period
from royalties.domain.postings import Standing, advances_account, entries_of_close
from royalties.domain.run import ContractRun, Run, run
from royalties.domain.run_document import run_document
from royalties.services import approvals
from royalties.services.books import Setup, books_of, require_next, setup_in_force
from royalties.services.statements.issuing import number_statements
from royalties.services.work import RefusedError, Work
from royalties.store import batches, ledger, periods
from royalties.store import runs as store
from royalties.store.history import canonical, newest_revision


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed period: its document, its statements' numbers, and what still waits."""

    document: dict[str, Any]
    statements: tuple[str, ...]
    waiting: int


def draft(work: Work, text: str) -> tuple[Run, Setup]:
    """Calculate an open period; nothing is written, and the result is always the same.

    Raises:
        RefusedError: an earlier period is still open, or this one is closed.
    """
    work.actor.require(Verb.READ)
    setup = setup_in_force(work)
    period = setup.period(text)
    require_next(work, setup, period)
    return run(books_of(work, setup, period)), setup


def show_run(work: Work, text: str) -> dict[str, Any]:
    """The run document of a period: computed for an open one, as frozen for a closed one."""
    work.actor.require(Verb.READ)
    setup = setup_in_force(work)
    closed = store.find_closed(work.connection, setup.period(text).ordinal)
    if closed is not None:
        document: dict[str, Any] = json.loads(closed.document)
        return document
    return run_document(draft(work, text)[0], "draft")


def close(work: Work, text: str) -> Closed:
    """Compute, post, freeze and number the statements of a period, all or nothing.

    The period's row is locked first, so an import running at the same moment is either wholly
    inside or wholly after, and of two closes one finds the period closed. Who signed in closes
    what was prepared and approved by two people (``services/runs/closing.py``); at the command line
    there is one.

    Raises:
        RefusedError: exceptions stand, an earlier period is open, it is closed already, or it
            was not prepared and approved as it now stands.
    """
    work.actor.require(Verb.CLOSE)
    setup = setup_in_force(work)
    period = setup.period(text)
    periods.lock_for_close(work.connection, setup.first_period)
    require_next(work, setup, period)
    done = run(books_of(work, setup, period))
    if done.exceptions:
        raise RefusedError(_exceptions_text(done))
    document = run_document(done, "closed")
    frozen = canonical(document)
    fingerprint = sha256(frozen.encode()).hexdigest()
    _require_approved(work, period, fingerprint)
    ledger_entries = entries_of_close(done, _standing(work, done.contracts))
    ledger.post(work.connection, period.ordinal, period.ends.isoformat(), ledger_entries)
    store.write_run(
        work.connection,
        done,
        store.ClosedRun(
            period.ordinal,
            work.at,
            work.actor.name,
            frozen,
            fingerprint,
            newest_revision(work.connection),
        ),
        {
            contract.contract.key: store.UsedRevisions(
                setup.revisions["contracts", contract.contract.key],
                setup.revisions["plans", contract.contract.plan],
            )
            for contract in done.contracts
        },
    )
    numbers = number_statements(work, setup, done)
    periods.mark_closed(work.connection, period.ordinal, work.at)
    periods.ensure_periods(work.connection, [period.shift(1)])
    waiting = sum(rows for _, _, rows, _ in batches.waiting_summary(work.connection))
    work.record(
        Verb.CLOSE,
        {
            "period": str(period),
            "fingerprint": fingerprint,
            "statements": len(numbers),
            "entries": len(ledger_entries),
        },
    )
    return Closed(document, tuple(numbers), waiting)


def _require_approved(work: Work, period: Period, fingerprint: str) -> None:
    """A person closes what was approved just now, and what somebody else had prepared."""
    if work.actor.person is None:
        return
    found = approvals.proposals(work, status="approved", kind="close", subject=str(period))
    if not found:
        if approvals.two_people(work):
            raise RefusedError(
                f"{period} is closed by two people: one prepares it, another one approves it"
            )
        return
    if approvals.two_people(work) and found[0].prepared_by_id == work.actor.person:
        raise RefusedError(f"you prepared {period} yourself: another manager closes it")
    if found[0].fingerprint != fingerprint:
        raise RefusedError(
            f"{period} has changed since it was prepared: look at the draft and prepare it again"
        )


def _standing(work: Work, contracts: Sequence[ContractRun]) -> Standing:
    """What the ledger and earlier closes already hold."""
    balances = ledger.balances(work.connection)
    recouped = {row.contract: 0 for row in store.period_rows(work.connection, "contract_close")}
    for row in store.period_rows(work.connection, "contract_close"):
        recouped[row.contract] += row.recouped
    advanced = {
        done.contract.key: balances.get(
            (advances_account(done.contract.key), done.contract.currency), 0
        )
        + recouped.get(done.contract.key, 0)
        for done in contracts
    }
    settled = store.period_rows(work.connection, "settlement")
    return Standing(
        advanced,
        frozenset(recouped),
        frozenset((row.beneficiary, row.currency) for row in settled),
    )


def _exceptions_text(done: Run) -> str:
    shown = "; ".join(
        f"{each.isbn} at {each.retailer}"
        + (f" (contract {each.contract})" if each.contract else "")
        + f": {each.reason}, {counted(each.units, 'copy')}"
        for each in done.exceptions[:5]
    )
    more = len(done.exceptions) - 5
    return (
        f"{done.period} cannot be closed while {len(done.exceptions)} "
        f"{'exception stands' if len(done.exceptions) == 1 else 'exceptions stand'}: {shown}"
        + (f"; and {more} more" if more > 0 else "")
        + ". Add a rule, a contract or a price to the setup file and load it"
    )
