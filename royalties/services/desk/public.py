"""What everybody may see of a title, and what its royalties gave."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from royalties.domain.people import Verb
from royalties.domain.terms.catalogue import Title, is_offered
from royalties.services.books import Setup, setup_in_force
from royalties.services.terms.catalogue import contracts_of
from royalties.services.work import RefusedError, Work
from royalties.store.statements import giving as store


@dataclass(frozen=True, slots=True)
class Gift:
    """What one beneficiary was given, in minor units: by year, and altogether."""

    name: str
    by_year: Mapping[str, int]
    total: int


@dataclass(frozen=True, slots=True)
class Giving:
    """What closed periods gave in one currency; the largest gift first.

    Attributes:
        periods: names of closed periods, the earliest first, with what each of them gave.
        places: where the beneficiaries are, by country and region, with what was given there, the
            most first; both are empty where they do not say.
    """

    currency: str
    years: tuple[str, ...]
    gifts: tuple[Gift, ...]
    periods: tuple[tuple[str, int], ...]
    places: tuple[tuple[str, str, int], ...]

    @property
    def total(self) -> int:
        """Everything given."""
        return sum(gift.total for gift in self.gifts)

    def of_year(self, year: str) -> int:
        """What a year gave."""
        return sum(gift.by_year.get(year, 0) for gift in self.gifts)


@dataclass(frozen=True, slots=True)
class TitleGiving:
    """What a title's royalties gave, by currency.

    ``shared`` means that royalties of contracts over several titles are not among it: what each
    of their titles gave cannot be distinguished.
    """

    by_currency: tuple[Giving, ...]
    shared: bool


def public_titles(work: Work) -> list[Title]:
    """The titles that everybody may see, in alphabetical order."""
    shown = [each for each in _titles(work).values() if _is_public(work, each)]
    return sorted(shown, key=lambda each: (each.title.casefold(), each.key))


def public_title(work: Work, key: str) -> Title | None:
    """A title if everybody may see it."""
    found = _titles(work).get(key)
    return found if found and _is_public(work, found) else None


def _is_public(work: Work, title: Title) -> bool:
    return title.shown.public and is_offered(title.retired, work.today)


def any_title(work: Work, key: str) -> Title | None:
    """A title, for the desk to see its page before everybody does."""
    work.actor.require(Verb.READ)
    return _titles(work).get(key)


def amounts_allocated(work: Work, title: Title) -> TitleGiving | None:
    """What a title's royalties gave in closed periods; None unless the publisher shows it."""
    if not title.shown.giving:
        return None
    setup = setup_in_force(work)
    contracts = contracts_of(work, title.key)
    rows = [
        row
        for row in store.allocated(work.connection, [contract.key for contract in contracts])
        if not setup.beneficiaries[row.beneficiary].private
    ]
    covered = store.titles_of(work.connection, {row.contract_revision for row in rows})
    alone = [row for row in rows if covered[row.contract_revision] == [title.key]]
    shared = len(alone) < len(rows) or any(len(contract.titles) > 1 for contract in contracts)
    currencies = sorted({row.currency for row in alone})
    return TitleGiving(
        tuple(
            _giving(setup, currency, [row for row in alone if row.currency == currency])
            for currency in currencies
        ),
        shared,
    )


def sample(work: Work, title: Title, place: int) -> Path | None:
    """The uploaded PDF of a title's chapter, if there is one; chapters count from 1."""
    if not 1 <= place <= len(title.shown.chapters):
        return None
    name = title.shown.chapters[place - 1].sample
    if not name or name.startswith("https:"):
        return None
    path = work.files.sample(name)
    return path if path.is_file() else None


def _titles(work: Work) -> Mapping[str, Title]:
    """All titles; none before the first setup file."""
    try:
        return setup_in_force(work).titles
    except RefusedError:
        return {}


def _giving(setup: Setup, currency: str, rows: list[store.AllocatedRow]) -> Giving:
    by_beneficiary: dict[str, dict[str, int]] = {}
    by_period: dict[tuple[int, str], int] = {}
    by_place: dict[tuple[str, str], int] = {}
    for row in rows:
        years = by_beneficiary.setdefault(row.beneficiary, {})
        years[row.year] = years.get(row.year, 0) + row.amount
        period = (row.period_id, row.period)
        by_period[period] = by_period.get(period, 0) + row.amount
        payee = setup.beneficiaries[row.beneficiary]
        place = (payee.country, payee.region if payee.country else "")
        by_place[place] = by_place.get(place, 0) + row.amount
    gifts = [
        Gift(setup.beneficiaries[key].name, years, sum(years.values()))
        for key, years in by_beneficiary.items()
        if any(years.values())
    ]
    return Giving(
        currency,
        tuple(sorted({row.year for row in rows})),
        tuple(sorted(gifts, key=lambda gift: (-gift.total, gift.name))),
        tuple((name, amount) for (_, name), amount in sorted(by_period.items())),
        tuple(
            (*place, amount)
            for place, amount in sorted(by_place.items(), key=lambda each: (-each[1], each[0]))
            if amount
        ),
    )
