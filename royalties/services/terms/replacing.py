"""What changed entries would replace of what has counted, so that it can be asked."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from royalties.domain.periods import Period
from royalties.domain.terms.contracts import Basis, Contract
from royalties.domain.terms.plans import beneficiaries_of
from royalties.domain.terms.replacing import ASKED, Distributed, EntryUse, Replaced, replaced
from royalties.services.books import Setup, open_period_of, setup_in_force
from royalties.services.work import RefusedError, Work
from royalties.store.terms import balances as store

Body = Mapping[str, Any]
Amended = tuple[str, str, Body, Body]
"""An amended entry: part, key, body as it stands, body as it would stand."""


CONFIRMED = "everything"
"""Confirms whatever is asked, as ``load --confirm`` does."""


class UnconfirmedError(RefusedError):
    """Something that has counted would be replaced, and nobody has confirmed it.

    ``token`` confirms exactly what was asked: if something else is replaced by then, it is asked.
    """

    def __init__(self, replaced: list[Replaced]) -> None:
        self.replaced = replaced
        self.token = sha256("\n".join(map(str, replaced)).encode()).hexdigest()
        super().__init__(" ".join(map(str, replaced)))


def require_confirmed(replaced: list[Replaced], confirmed: str) -> None:
    """Refuse what somebody has to confirm first.

    Raises:
        UnconfirmedError: with what is asked.
    """
    error = UnconfirmedError(replaced)
    if replaced and confirmed not in (CONFIRMED, error.token):
        raise error


def replaced_by(work: Work, amended: Iterable[Amended]) -> list[Replaced]:
    """What amended entries would replace of what closed periods used, or open ones will."""
    entries = [entry for entry in amended if entry[0] in ASKED]
    if not entries:
        return []
    uses = _Uses(work, setup_in_force(work))
    all_replaced = (
        replaced(part, key, old, new, uses.of(part, key, old, new))
        for part, key, old, new in entries
    )
    return [replacement for replacement in all_replaced if replacement is not None]


class _Uses:
    """What each entry has counted for; all that the books say of it is read by five queries."""

    def __init__(self, work: Work, setup: Setup) -> None:
        self._setup = setup
        self._today = work.today
        self._open = open_period_of(work, setup)
        first_open = self._open.ordinal
        self._lines: Counter[tuple[str, ...]] = Counter()
        for sold in store.open_lines(work.connection, first_open):
            self._lines[()] += sold.lines
            self._lines["isbn", sold.isbn] += sold.lines
            self._lines["retailer", sold.retailer] += sold.lines
            if sold.period_id == first_open:
                self._lines["currency", sold.currency] += sold.lines
        self._unpriced: dict[str, list[tuple[str, str, str]]] = {}
        for unpriced in store.open_unpriced(work.connection, first_open):
            self._unpriced.setdefault(unpriced[0], []).append(unpriced)
        self._distributed: dict[str, list[Distributed]] = {}
        for plan, version, first, last in store.versions_distributed(work.connection):
            span = Distributed(version.isoformat(), self._period(first), self._period(last))
            self._distributed.setdefault(plan, []).append(span)
        self._contracts, self._beneficiaries = store.closed_keys(work.connection)
        self._of_title: dict[str, list[Contract]] = {}
        self._of_plan: dict[str, list[Contract]] = {}
        for contract in setup.contracts.values():
            self._of_plan.setdefault(contract.plan, []).append(contract)
            for title in contract.titles:
                self._of_title.setdefault(title, []).append(contract)

    def of(self, part: str, key: str, old: Body, new: Body) -> EntryUse:
        """What an entry has counted for."""
        use = EntryUse(self._open, self._today)
        match part:
            case "contracts":
                lines = self._lines_of({*old["titles"], *new["titles"]})
                use = replace(use, lines=lines, closed=key in self._contracts)
            case "plans":
                spans = self._distributed.get(key, [])
                lines = self._lines_under(self._of_plan.get(key, ()))
                use = replace(use, lines=lines, closed=bool(spans), distributed=spans)
            case "beneficiaries":
                lines = self._lines_under(self._giving_to(key))
                use = replace(use, lines=lines, closed=key in self._beneficiaries)
            case "titles":
                use = self._use_of_title(use, key)
            case "retailers":
                use = replace(use, lines=self._lines["retailer", key])
            case "exchange_rates" if old["period"] == str(self._open):
                use = replace(use, lines=self._lines["currency", old["from"]])
            case "price_lists":
                use = replace(use, lines=self._lines[()], closed=bool(self._contracts))
        return use

    def _use_of_title(self, use: EntryUse, key: str) -> EntryUse:
        contracts = self._of_title.get(key, [])
        editions = self._setup.titles[key].editions
        return replace(
            use,
            lines=self._lines_of({key}),
            closed=any(contract.key in self._contracts for contract in contracts),
            unpriced=[
                found for edition in editions for found in self._unpriced.get(edition.isbn, ())
            ],
            profit=any(
                rule.basis is Basis.PROFIT for contract in contracts for rule in contract.rules
            ),
            ages=any(contract.reserve and contract.reserve.by_period for contract in contracts),
        )

    def _lines_under(self, contracts: Iterable[Contract]) -> int:
        return self._lines_of({title for each in contracts for title in each.titles})

    def _lines_of(self, titles: set[str]) -> int:
        known = self._setup.titles
        isbns = {each.isbn for key in titles & known.keys() for each in known[key].editions}
        return sum(self._lines["isbn", isbn] for isbn in isbns)

    def _giving_to(self, beneficiary: str) -> Iterator[Contract]:
        for key, plan in self._setup.plans.items():
            if any(beneficiary in beneficiaries_of(version.steps) for version in plan.versions):
                yield from self._of_plan.get(key, ())

    def _period(self, ordinal: int) -> Period:
        return self._open.shift(ordinal - self._open.ordinal)
