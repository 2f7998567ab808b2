"""What a beneficiary received in twelve months, by the day of payment: for its own accounts."""

from dataclasses import dataclass
from datetime import date, timedelta

from royalties.domain.payments.life import PaymentState


@dataclass(frozen=True, slots=True)
class FiscalYear:
    """Twelve months from the first day of a month on; it has the name of the year in which it ends.

    >>> FiscalYear(2026, 7).first, FiscalYear(2026, 7).last
    (datetime.date(2025, 7, 1), datetime.date(2026, 6, 30))
    >>> FiscalYear(2026, 1).first, FiscalYear(2026, 1).last
    (datetime.date(2026, 1, 1), datetime.date(2026, 12, 31))
    """

    year: int
    month: int = 1

    @property
    def first(self) -> date:
        """The first day."""
        return date(self.year - (self.month > 1), self.month, 1)

    @property
    def last(self) -> date:
        """The last day."""
        return date(self.year + (self.month == 1), self.month, 1) - timedelta(days=1)

    @classmethod
    def of(cls, day: date, month: int) -> "FiscalYear":
        """The one that a day lies in, where years begin with a month.

        >>> FiscalYear.of(date(2025, 7, 1), 7), FiscalYear.of(date(2025, 6, 30), 7)
        (FiscalYear(year=2026, month=7), FiscalYear(year=2025, month=7))
        """
        return cls(day.year + (month > 1 and day.month >= month), month)


@dataclass(frozen=True, slots=True)
class ReceivedPayment:
    """A payment that was sent; amounts in minor units.

    ``statements`` are the numbers of those that it settles. ``ended_on`` is the day on which it
    came back or was stopped; ``tax_kept`` is the tax that stays withheld of it all the same.
    """

    number: int
    sent_on: date
    settled_on: date | None
    state: PaymentState
    reference: str
    statements: tuple[str, ...]
    gross: int
    tax: int
    ended_on: date | None = None
    tax_kept: int | None = None

    @property
    def counted_tax(self) -> int:
        """Tax that counts: what was withheld, of what came back only what stays withheld."""
        return self.tax if self.ended_on is None else self.tax_kept or 0

    @property
    def counted_gross(self) -> int:
        """What counts before tax: of what came back only the tax that stays withheld."""
        return self.gross if self.ended_on is None else self.counted_tax

    @property
    def counted_net(self) -> int:
        """What was received."""
        return self.counted_gross - self.counted_tax


@dataclass(frozen=True, slots=True)
class Received:
    """What was received in one currency, the earliest payment first."""

    currency: str
    payments: tuple[ReceivedPayment, ...]

    @property
    def gross(self) -> int:
        """Before tax."""
        return sum(each.counted_gross for each in self.payments)

    @property
    def tax(self) -> int:
        """Withheld."""
        return sum(each.counted_tax for each in self.payments)

    @property
    def net(self) -> int:
        """Received."""
        return self.gross - self.tax
