"""Beneficiaries: who gets royalties, and on what terms they are paid."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from royalties.domain.periods import Period


@dataclass(frozen=True, slots=True)
class WithholdingRate:
    """The part of what is to pay that is withheld as tax, from a day on."""

    starts: date
    rate: Fraction


@dataclass(frozen=True, slots=True)
class BalanceBroughtIn:
    """Owed before the first period (below zero: overpaid), in minor units of its currency.

    With a ``reason`` it is an adjustment, which statements show by itself.
    """

    currency: str
    amount: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """A nonprofit, author or agent.

    ``minimum_payment`` is a number of units of whatever currency is due; ``opening_balance``
    is minor units of the publisher's currency. Those that are ``private`` appear on no public page.
    """

    key: str
    name: str
    country: str = ""
    region: str = ""
    city: str = ""
    address: tuple[str, ...] = ()
    email: str = ""
    ein: str = ""
    minimum_payment: Fraction = Fraction(0)
    tax_rates: tuple[WithholdingRate, ...] = ()
    pay_out_at_year_end: bool = False
    on_hold: bool = False
    private: bool = False
    opening_balance: int = 0
    contact: str = ""
    phone: str = ""
    retired: date | None = None
    brought_in: tuple[BalanceBroughtIn, ...] = ()

    def brought_in_by(self, house: str) -> dict[str, int]:
        """All that is brought into the books, by currency; ``house`` is the publisher's."""
        sums = {house: self.opening_balance} if self.opening_balance else {}
        for each in self.brought_in:
            sums[each.currency] = sums.get(each.currency, 0) + each.amount
        return sums

    def adjustments(self, currency: str) -> tuple[BalanceBroughtIn, ...]:
        """What of it is an adjustment with a reason, in one currency."""
        return tuple(each for each in self.brought_in if each.reason and each.currency == currency)

    def tax_rate_on(self, day: date) -> Fraction:
        """The rate in force on a day; 0 where none is."""
        in_force = [tax for tax in self.tax_rates if tax.starts <= day]
        return max(in_force, key=lambda tax: tax.starts).rate if in_force else Fraction(0)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The house's name and address from a day on."""

    starts: date
    name: str
    address: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Publisher:
    """The house whose books these are; address and contact are printed on its statements.

    ``pays_within`` are the days from a period's end until its royalties are to be sent.
    """

    name: str
    currency: str
    calendar: str
    first_period: str
    address: tuple[str, ...] = ()
    email: str = ""
    phone: str = ""
    website: str = ""
    pays_within: int | None = None

    def pays_by(self, period: Period) -> date | None:
        """The day by which a period's royalties are to be sent, if the house says so."""
        return None if self.pays_within is None else period.ends + timedelta(self.pays_within)
