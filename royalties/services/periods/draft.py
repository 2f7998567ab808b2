"""A period's run as it is looked at: the draft of an open period, or a closed one as it was frozen.

A draft over a million sale lines takes seconds, so read-only work remembers the newest one for as
long as nothing was recorded that might change it.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from operator import add
from typing import NamedTuple

from royalties.domain.json_values import canonical
from royalties.domain.people import Verb
from royalties.domain.periods import Period
from royalties.domain.royalties.results import ContractRun, Run
from royalties.domain.royalties.run import run
from royalties.domain.royalties.run_document import run_document
from royalties.domain.royalties.statements import Statement
from royalties.domain.royalties.warnings import TermsWarning
from royalties.services.books import (
    LAST_CLOSED,
    Setup,
    books_of,
    came_back,
    last_change_of_figures,
    require_next,
    setup_in_force,
    setup_used_by,
)
from royalties.services.cache import cached, cached_value, refuse_slow_calculation
from royalties.services.closed_run import frozen_run
from royalties.services.statements.composing import Composer
from royalties.services.statements.numbering import NoStatementError
from royalties.services.terms.warnings import warnings_of_run
from royalties.services.uncollected import uncollected
from royalties.services.work import Work
from royalties.store.payments.taxed import NOTHING_CAME_BACK
from royalties.store.periods import runs

_KEPT_RUNS = 3


@dataclass(frozen=True, slots=True)
class RunView:
    """A period's run with the setup it used.

    ``fingerprint`` is that of the document which a close freezes; ``closed_at`` and
    ``closed_by`` are left out while the period is open; then ``warnings`` are about terms that
    never count.
    """

    period: Period
    run: Run
    setup: Setup
    fingerprint: str
    closed_at: datetime | None = None
    closed_by: str = ""

    @property
    def is_final(self) -> bool:
        """Whether its figures will never change."""
        return bool(self.closed_at)


def draft(work: Work, text: str) -> tuple[Run, Setup]:
    """Calculate an open period; nothing is written, and the result is always the same.

    Raises:
        RefusedError: an earlier period is still open, or this one is closed.
    """
    work.actor.require(Verb.READ)
    with uncollected():
        setup = setup_in_force(work)
        period = setup.period(text)
        require_next(work, setup, period)
        return run(books_of(work, setup, period)), setup


def run_view(work: Work, text: str) -> RunView:
    """The run of a period, computed if it is open and read if it is closed.

    Raises:
        RefusedError: an earlier period is still open, or the period lies outside of the books.
    """
    work.actor.require(Verb.READ)
    period = setup_in_force(work).period(text)
    closed = shown_closed(work, period)
    if closed is None:
        state = state_of(work, period)
        refuse_slow_calculation(
            work,
            "draft",
            state,
            lambda patient: run_view(patient, text),
            words=f"the draft of {period}",
            periods=(period.ordinal,),
        )
        return cached(work, "draft", state, lambda: _drafted(work, period))
    return closed


def draft_at_hand(work: Work, period: Period) -> RunView | None:
    """The draft of an open period as it is now, if somebody looked at it; None: nobody did."""
    known = cached_value(work, "draft", state_of(work, period))
    return known if isinstance(known, RunView) else None


def shown_closed(work: Work, period: Period) -> RunView | None:
    """The run of a closed period, for verbs that have asked who may see it; None: it is open."""
    closes = runs.closing_and_last(work.connection, period.ordinal)
    closed = closes.closing
    work.know(LAST_CLOSED, closes.last)
    if not closes.is_anything_back:
        work.know(came_back(period), NOTHING_CAME_BACK)
    if closed is None:
        return None

    def read() -> RunView:
        setup = setup_used_by(work, closed.revision)
        frozen = frozen_run(work, setup, period)
        return RunView(
            period, frozen, setup, closed.fingerprint, closed.closed_at, closed.closed_by
        )

    refuse_slow_calculation(
        work,
        "closed run",
        period,
        lambda patient: shown_closed(patient, period),
        words=f"the run of {period}",
        periods=(period.ordinal,),
    )
    return cached(work, "closed run", period, read, most=_KEPT_RUNS)


class AccountFigures(NamedTuple):
    """A contract's account in minor units, or the sum of several in one currency."""

    earned: int = 0
    withheld: int = 0
    released: int = 0
    recouped: int = 0
    payable: int = 0
    carried_forward: int = 0


def account_of(contract_run: ContractRun) -> AccountFigures:
    """A contract's account as a list shows it."""
    return AccountFigures(
        contract_run.earned,
        contract_run.reserve.withheld,
        contract_run.reserve.released,
        contract_run.recouped,
        contract_run.payable,
        contract_run.carried_forward,
    )


def totals_of(run: Run) -> dict[str, AccountFigures]:
    """The contracts' accounts summed by currency."""
    totals: dict[str, AccountFigures] = {}
    for contract_run in run.contracts:
        known = totals.get(contract_run.contract.currency, AccountFigures())
        totals[contract_run.contract.currency] = AccountFigures(
            *map(add, known, account_of(contract_run))
        )
    return dict(sorted(totals.items()))


def to_pay_of(run: Run) -> dict[str, int]:
    """What a run sets aside to pay, by currency."""
    to_pay: dict[str, int] = {}
    for each in run.settlements:
        to_pay[each.currency] = to_pay.get(each.currency, 0) + each.to_pay
    return dict(sorted(to_pay.items()))


def fingerprint_of(run: Run) -> str:
    """The fingerprint that a close of this run would freeze."""
    return sha256(canonical(run_document(run, "closed")).encode()).hexdigest()


def draft_statement(work: Work, text: str, beneficiary: str, currency: str) -> Statement:
    """What a beneficiary's statement would say if the period were closed now.

    Raises:
        NoStatementError: the period is closed, or the draft has nothing for them.
    """
    draft = run_view(work, text)
    settlement = next(
        (
            each
            for each in draft.run.settlements
            if (each.beneficiary, each.currency) == (beneficiary, currency)
        ),
        None,
    )
    if settlement is None or draft.is_final:
        raise NoStatementError(f"there is no draft statement of {beneficiary} for {text}")

    def read_composer() -> Composer:
        composer = Composer(work, draft.setup, draft.run)
        composer.read_all()
        return composer

    key = (state_of(work, draft.period), draft.fingerprint)
    refuse_slow_calculation(
        work,
        "draft statements",
        key,
        lambda patient: draft_statement(patient, text, beneficiary, currency),
        words=f"what statements of {draft.period} say",
        periods=(draft.period.ordinal,),
    )
    composer = cached(work, "draft statements", key, read_composer)
    return composer.statement(settlement, None, draft.period.ends)


def _drafted(work: Work, period: Period) -> RunView:
    computed, setup = draft(work, str(period))
    return RunView(period, computed, setup, fingerprint_of(computed))


def draft_warnings(work: Work, run_view: RunView) -> tuple[TermsWarning, ...]:
    """What the terms that a draft reads say that never counts; nothing of a closed period."""
    work.actor.require(Verb.READ)
    if run_view.is_final:
        return ()
    state = state_of(work, run_view.period)
    refuse_slow_calculation(
        work,
        "draft warnings",
        state,
        lambda patient: draft_warnings(patient, run_view),
        words=f"the draft of {run_view.period}",
        periods=(run_view.period.ordinal,),
    )
    return cached(
        work, "draft warnings", state, lambda: tuple(warnings_of_run(work, run_view.setup))
    )


def state_of(work: Work, period: Period) -> tuple[Period, int]:
    """A period and the newest change that its draft may depend on."""
    return period, last_change_of_figures(work)
