"""What was paid in a calendar year, by day of payment, and on which form it is reported.

A payment counts in the year in which it was sent. One that came back in that year counts nothing;
one that came back later stays counted, and what an earlier year's payment was taxed for is not
counted again. Sources: Internal Revenue Service, Instructions for Forms 1099-MISC (box 2: royalties
of at least $10; box 4: backup withholding, whatever the amount) and 1042-S (income code 12).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

LEAST = 1000
"""Royalties in cents from which a 1099-MISC is due: USD 10.00."""

INCOME_CODE = "12"
"""Of Form 1042-S: other royalties, such as those of copyrights."""

HOME = "US"
FILED_IN = "USD"


class TaxForm(StrEnum):
    """On which form a payee's royalties are reported."""

    MISC = "1099-MISC"
    FOREIGN = "1042-S"
    UNKNOWN = "not known"


class Duty(StrEnum):
    """Whether something is to be reported of a payee."""

    REPORT = "to be reported"
    BELOW = "below USD 10.00"
    NOTHING = "nothing was paid"
    CONVERT = "to be converted to USD by the filer"
    COUNTRY = "the country is missing"


@dataclass(frozen=True, slots=True)
class ReportedPayee:
    """Who is reported, as the year's forms need it; what is not known is empty.

    ``chapter`` is under which tax is withheld: 3, of payments to foreign persons.
    """

    key: str
    name: str
    country: str
    form: TaxForm
    number: str = ""
    address: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    chapter: str = ""


@dataclass(frozen=True, slots=True)
class PaidInYear:
    """A payment that was sent in the year; amounts in minor units.

    ``ended_on`` is the day on which it came back or was voided; ``stays`` if that was in a later
    year. ``taxed_before`` is what of it an earlier year's payment was taxed for.
    """

    number: int
    sent_on: date
    reference: str
    gross: int
    tax: int
    rate: Fraction
    taxed_before: int = 0
    ended_on: date | None = None
    stays: bool = False

    @property
    def counts(self) -> bool:
        """Whether the year's figures have it: it did not come back in the same year."""
        return self.ended_on is None or self.stays

    @property
    def counted(self) -> int:
        """What it adds to the year's gross amount."""
        return self.gross - self.taxed_before if self.counts else 0

    @property
    def counted_tax(self) -> int:
        """What it adds to the year's tax."""
        return self.tax if self.counts else 0

    @property
    def remark(self) -> str:
        """What is not plain of it; empty if all is."""
        said = []
        if self.ended_on is not None:
            back = "came back in a later year: counted"
            said.append(back if self.stays else "came back in the same year: not counted")
        if self.taxed_before:
            said.append("partly taxed and counted in an earlier year")
        return "; ".join(said)


@dataclass(frozen=True, slots=True)
class YearFigures:
    """What a payee was paid in a year in one currency, in minor units."""

    payee: ReportedPayee
    currency: str
    payments: tuple[PaidInYear, ...]

    @property
    def gross(self) -> int:
        """Before tax: box 2 of Form 1099-MISC."""
        return sum(each.counted for each in self.payments)

    @property
    def tax(self) -> int:
        """What was withheld: box 4."""
        return sum(each.counted_tax for each in self.payments)

    @property
    def net(self) -> int:
        """What the payee received."""
        return self.gross - self.tax

    @property
    def by_rate(self) -> list[tuple[Fraction, int, int]]:
        """Rate, gross and tax: Form 1042-S has one form for each rate."""
        rates = sorted({each.rate for each in self.payments if each.counts})
        sums = [
            (
                rate,
                sum(each.counted for each in self.payments if each.rate == rate),
                sum(each.counted_tax for each in self.payments if each.rate == rate),
            )
            for rate in rates
        ]
        return [each for each in sums if each[1] or each[2]]

    @property
    def duty(self) -> Duty:
        """Whether it is to be reported; backup withholding is, whatever the amount."""
        if not self.gross and not self.tax:
            return Duty.NOTHING
        if self.payee.form is TaxForm.UNKNOWN:
            return Duty.COUNTRY
        if self.currency != FILED_IN:
            return Duty.CONVERT
        if self.payee.form is TaxForm.MISC and self.gross < LEAST and not self.tax:
            return Duty.BELOW
        return Duty.REPORT


def form_for(country: str) -> TaxForm:
    """The form by where a payee is: at home, abroad, or nobody knows."""
    if not country:
        return TaxForm.UNKNOWN
    return TaxForm.MISC if country == HOME else TaxForm.FOREIGN


def totals(figures: Iterable[YearFigures]) -> dict[str, tuple[int, int, int]]:
    """Gross, tax and net of some payees by currency."""
    sums: dict[str, tuple[int, int, int]] = {}
    for each in figures:
        gross, tax, net = sums.get(each.currency, (0, 0, 0))
        sums[each.currency] = (gross + each.gross, tax + each.tax, net + each.net)
    return dict(sorted(sums.items()))
