"""What a nonprofit received in a fiscal year: for its own accounts, on the house's paper."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from reports import received as paper
from royalties.domain.orders.papers import Party
from royalties.domain.payments.received import FiscalYear, Received, ReceivedPayment
from royalties.domain.people import Verb
from royalties.domain.terms.beneficiaries import Beneficiary, Publisher
from royalties.ingest.places import country_name, region_name
from royalties.services.books import setup_in_force
from royalties.services.statements.portal import NotYoursError, nonprofit
from royalties.services.terms.house import logo_on
from royalties.services.work import Work
from royalties.store.payments import payments as store
from royalties.store.payments.payments import PartRow, PaymentRow

_MONTHS = range(1, 13)


@dataclass(frozen=True, slots=True)
class ReceivedYear:
    """What was received in a fiscal year, by currency.

    ``years`` are those in which something was sent, the newest first; ``as_of`` is the day on which
    this was put together.
    """

    beneficiary: Beneficiary
    publisher: Publisher
    year: FiscalYear
    years: tuple[int, ...]
    by_currency: tuple[Received, ...]
    as_of: date

    @property
    def payee(self) -> Party:
        """Who received it."""
        of = self.beneficiary
        region = region_name(of.country, of.region) if of.region else ""
        country = country_name(of.country) if of.country else ""
        place = ", ".join(filter(None, (of.city, region, country)))
        return Party(of.name, of.address or ((place,) if place else ()))


def received(work: Work, key: str, month: int = 1, year: int | None = None) -> ReceivedYear:
    """What one of the actor's own nonprofits received in a fiscal year.

    Args:
        work: the unit of work.
        key: of the nonprofit.
        month: with which its fiscal years begin, 1 to 12.
        year: in which the fiscal year ends; the newest with a payment if left out.

    Raises:
        NotYoursError: the nonprofit is not theirs, or nothing was sent to it in that year.
    """
    work.actor.require(Verb.READ_OWN)
    beneficiary = nonprofit(work, key)
    if month not in _MONTHS:
        raise NotYoursError
    rows = [
        (row, row.sent_on)
        for row in store.payments(work.connection, work.actor, beneficiary=key)
        if row.sent_on is not None
    ]
    years = tuple(dict.fromkeys(FiscalYear.of(sent, month).year for _, sent in rows))
    years = tuple(sorted(years, reverse=True))
    if year is None:
        year = years[0] if years else FiscalYear.of(work.today, month).year
    elif year not in years:
        raise NotYoursError
    chosen = FiscalYear(year, month)
    of_year = [(row, sent) for row, sent in rows if chosen.first <= sent <= chosen.last]
    parts = store.parts_of(work.connection, [row.id for row, _ in of_year])
    return ReceivedYear(
        beneficiary,
        setup_in_force(work).publisher_on(work.today),
        chosen,
        years,
        _by_currency(of_year, parts),
        work.today,
    )


def _by_currency(
    rows: Iterable[tuple[PaymentRow, date]], parts: dict[int, list[PartRow]]
) -> tuple[Received, ...]:
    found: dict[str, list[ReceivedPayment]] = {}
    for row, sent in sorted(rows, key=lambda each: (each[1], each[0].id)):
        found.setdefault(row.currency, []).append(
            ReceivedPayment(
                row.id,
                sent,
                row.settled_on,
                row.state,
                row.reference,
                tuple(part.statement for part in parts[row.id]),
                row.gross,
                row.tax or 0,
                row.ended_on,
                row.tax_kept,
            )
        )
    return tuple(Received(currency, tuple(found[currency])) for currency in sorted(found))


def workbook(work: Work, key: str, month: int, year: int) -> bytes:
    """The year as a workbook on the house's paper."""
    return paper.workbook(_sheet(received(work, key, month, year)), logo_on(work, work.today))


def pdf(work: Work, key: str, month: int, year: int) -> bytes:
    """The year as a PDF on the house's paper."""
    return paper.pdf(_sheet(received(work, key, month, year)), logo_on(work, work.today))


def _sheet(found: ReceivedYear) -> paper.ReceivedShown:
    return paper.ReceivedShown(
        found.publisher,
        found.payee,
        found.beneficiary.ein,
        found.year,
        found.by_currency,
        found.as_of,
    )
