"""Contracts: how the sales of titles earn, what is withheld, what was paid ahead."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

Words = frozenset[str] | None
"""A condition's allowed values; None where it is absent and matches everything."""


class Basis(StrEnum):
    """What a rule's rate is applied to (calculation.md, "1. Earned")."""

    LIST = "list"
    NET = "net"
    UNIT = "unit"
    PROFIT = "profit"


class Resets(StrEnum):
    """When a counter starts again."""

    NEVER = "never"
    PERIOD = "period"
    YEAR = "year"


class Counts(StrEnum):
    """What a counter counts: net copies, or amounts in the contract's currency."""

    UNITS = "units"
    LIST = "list"
    NET = "net"


@dataclass(frozen=True, slots=True)
class DiscountRange:
    """Discounts from (≥) or above (>) one limit and below (<) or up to (≤) another."""

    from_: Fraction | None = None
    above: Fraction | None = None
    below: Fraction | None = None
    up_to: Fraction | None = None

    def contains(self, discount: Fraction) -> bool:
        """Whether a discount lies in the range."""
        return (
            (self.from_ is None or discount >= self.from_)
            and (self.above is None or discount > self.above)
            and (self.below is None or discount < self.below)
            and (self.up_to is None or discount <= self.up_to)
        )


@dataclass(frozen=True, slots=True)
class Tier:
    """A rate up to a limit of the counter; the last tier has none.

    ``rate`` is a fraction of the base or, for basis ``unit``, an amount in the contract's
    currency.
    """

    rate: Fraction
    up_to: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Counter:
    """What an escalator has counted; rules that name one counter share it."""

    name: str
    resets: Resets = Resets.NEVER
    opening: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Rule:
    """One royalty rule; an absent condition matches everything."""

    name: str
    basis: Basis
    tiers: tuple[Tier, ...]
    counter: Counter
    counts: Counts = Counts.UNITS
    formats: Words = None
    channels: Words = None
    retailers: Words = None
    countries: Words = None
    discount: DiscountRange | None = None


@dataclass(frozen=True, slots=True)
class Reserve:
    """What is withheld against returns: one rate, or one by each of a title's periods."""

    rates: tuple[Fraction, ...]
    by_period: bool
    hold_periods: int
    formats: Words = None
    channels: Words = None


@dataclass(frozen=True, slots=True)
class Advance:
    """Paid ahead; amounts are minor units of the contract's currency."""

    amount: int
    paid_on: date
    recouped: int = 0


@dataclass(frozen=True, slots=True)
class ReserveBroughtIn:
    """Withheld before the books, in minor units; periods by name, such as ``2024-H2``.

    ``released_in`` is empty where the contract's terms say when it is released.
    """

    withheld_in: str
    amount: int
    released_in: str = ""


@dataclass(frozen=True, slots=True)
class CapUsed:
    """What a cap let through before the books, as far as its time counts, in minor units.

    It is the cap of that ``name``, or the one at ``path`` in the plan's version from ``version``.
    """

    amount: int
    name: str = ""
    version: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class EditionBroughtIn:
    """Net copies of an edition before the books, and what they earned in minor units."""

    isbn: str
    units: int
    earned: int


@dataclass(frozen=True, slots=True)
class ContractBroughtIn:
    """What a contract brings into the books beside its debit balance, counters and advances.

    Amounts are minor units of the contract's currency; ``undistributed`` is what the plan could
    not place.
    """

    undistributed: int = 0
    reserves: tuple[ReserveBroughtIn, ...] = ()
    caps: tuple[CapUsed, ...] = ()
    editions: tuple[EditionBroughtIn, ...] = ()

    def __bool__(self) -> bool:
        """Whether it says anything."""
        return self != _NOTHING


_NOTHING = ContractBroughtIn()


@dataclass(frozen=True, slots=True)
class Contract:
    """The agreement; ``opening_balance`` is a debit balance (≤ 0) in minor units."""

    key: str
    titles: tuple[str, ...]
    currency: str
    starts: date
    rules: tuple[Rule, ...]
    plan: str
    author: str = ""
    rights: tuple[tuple[str, Fraction], ...] = ()
    reserve: Reserve | None = None
    advances: tuple[Advance, ...] = ()
    opening_balance: int = 0
    order_charges: tuple[str, ...] = ("option-copies",)
    """What of an order counts into net receipts beside copies, as ``pricing.LineKind`` says it."""
    brought_in: ContractBroughtIn = _NOTHING
    ends: date | None = None
    sell_off_until: date | None = None
    rights_ended: tuple[tuple[str, date], ...] = ()
    """Rights that ended, each with its last day."""

    @property
    def last_day(self) -> date | None:
        """The last day on which sales count: the end, or that of the sell-off; None: it goes on."""
        return self.sell_off_until or self.ends

    def contains(self, day: date) -> bool:
        """Whether a day lies between the start and the end of the sell-off, both included."""
        return self.starts <= day and (self.last_day is None or day <= self.last_day)

    def rights_on(self, day: date) -> list[str]:
        """The rights that have not ended before a day."""
        ended = dict(self.rights_ended)
        return [right for right, _ in self.rights if right not in ended or day <= ended[right]]

    def share_of(self, right: str) -> Fraction | None:
        """The author's share of a subsidiary right's income, if the contract has it."""
        return dict(self.rights).get(right)


@dataclass(frozen=True, slots=True)
class Income:
    """Money for a subsidiary right, in minor units of the contract's currency."""

    contract: str
    period: str
    right: str
    amount: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """What one unit of ``source`` is worth in ``target`` in a period; never inverted."""

    period: str
    source: str
    target: str
    rate: Fraction
