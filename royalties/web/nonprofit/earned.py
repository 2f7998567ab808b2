"""A statement's figures by title, retailer, place and month, as the earnings page shows them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from royalties.domain.royalties.statements import (
    ContractAccount,
    LifeToDateShown,
    PlaceShown,
    Statement,
)
from royalties.ingest import places
from royalties.web.core.formats import number, plural

Net = tuple[tuple[str, str], ...]
"""Net receipts as exact text by currency."""


@dataclass(frozen=True, slots=True)
class RetailerEarned:
    """What one retailer sold, and what its sales earned under the contracts."""

    name: str
    units: int
    net: Net
    earned: int


@dataclass(frozen=True, slots=True)
class Earned:
    """One statement, its contracts' figures taken together."""

    statement: Statement
    editions: tuple[LifeToDateShown, ...]
    retailers: tuple[RetailerEarned, ...]
    places: tuple[PlaceShown, ...]
    regions: tuple["RegionSold", ...]
    months: tuple[tuple[str, int], ...]
    other: int
    """What came from rights that no copy was sold of."""


def earned(statement: Statement) -> Earned:
    """Take the contracts of a statement together."""
    contracts = statement.contracts
    return Earned(
        statement,
        tuple(edition for contract in contracts for edition in contract.life_to_date),
        _retailers(contracts),
        _places(contracts),
        regions_of([statement]),
        _months(contracts),
        sum(line.earned for contract in contracts for line in contract.lines if not line.isbn),
    )


@dataclass(frozen=True, slots=True)
class RegionSold:
    """Net copies of a state or region, of a country without one, or of places summed up.

    ``more`` is how many places are summed up; 0 for one. All is empty where no place is stated.
    ``is_rest`` says of a country without a region that others of its sales have one.
    """

    country: str
    region: str
    units: int
    more: int = 0
    is_rest: bool = False


_MOST_REGIONS = 10


def regions_of(statements: Iterable[Statement]) -> tuple[RegionSold, ...]:
    """Where the sales behind statements were, the most copies first; the smallest are one row."""
    units: dict[tuple[str, str], int] = {}
    beyond, more = 0, 0
    for place in (
        each for one in statements for contract in one.contracts for each in contract.places
    ):
        if place.more:
            beyond, more = beyond + place.units, more + place.more
            continue
        key = (place.country, place.region)
        units[key] = units.get(key, 0) + place.units
    ordered = sorted(units, key=lambda key: (not any(key), -units[key], key))
    shown, rest = ordered[:_MOST_REGIONS], ordered[_MOST_REGIONS:]
    beyond, more = beyond + sum(units[key] for key in rest), more + len(rest)
    parted = {country for country, region in units if region}
    rows = [
        RegionSold(country, region, units[country, region], 0, not region and country in parted)
        for country, region in shown
    ]
    return (*rows, RegionSold("", "", beyond, more)) if more else tuple(rows)


def region_bars(regions: Iterable[RegionSold]) -> list[tuple[str, int, int, str, str]]:
    """Bars of the copies of regions, each by its shortest name."""
    return [
        (
            places.region_name(sold.country, sold.region) if sold.region else region_words(sold),
            sold.units,
            0,
            number(sold.units),
            "",
        )
        for sold in regions
    ]


def region_words(of: RegionSold) -> str:
    """What a row of regions is called."""
    if of.more:
        return plural(of.more, "smaller place")
    if not of.country:
        return "Not told by the report"
    named = places.country_name(of.country)
    if not of.region:
        return f"{named}, no region given" if of.is_rest else named
    return f"{places.region_name(of.country, of.region)}, {named}"


def _retailers(contracts: Iterable[ContractAccount]) -> tuple[RetailerEarned, ...]:
    units: dict[str, int] = {}
    net: dict[str, dict[str, Decimal]] = {}
    gained: dict[str, int] = {}
    for contract in contracts:
        for month in contract.months:
            units[month.retailer] = units.get(month.retailer, 0) + month.units
            of = net.setdefault(month.retailer, {})
            of[month.currency] = of.get(month.currency, Decimal(0)) + Decimal(month.net)
        for line in contract.lines:
            if line.isbn:
                gained[line.retailer] = gained.get(line.retailer, 0) + line.earned
    names = sorted({*units, *gained}, key=lambda name: (-gained.get(name, 0), name.casefold()))
    return tuple(
        RetailerEarned(name, units.get(name, 0), _net(net.get(name, {})), gained.get(name, 0))
        for name in names
    )


def _places(contracts: Iterable[ContractAccount]) -> tuple[PlaceShown, ...]:
    """Places of all contracts; those that a contract summed up stay one row at the end."""
    units: dict[tuple[str, str, str], int] = {}
    net: dict[tuple[str, str, str], dict[str, Decimal]] = {}
    more: list[PlaceShown] = []
    for place in (each for contract in contracts for each in contract.places):
        if place.more:
            more.append(place)
            continue
        key = (place.country, place.region, place.city)
        units[key] = units.get(key, 0) + place.units
        of = net.setdefault(key, {})
        for currency, amount in place.net:
            of[currency] = of.get(currency, Decimal(0)) + Decimal(amount)
    ordered = sorted(units, key=lambda key: (-units[key], key))
    return (*(PlaceShown(*key, units[key], _net(net[key])) for key in ordered), *more)


def _months(contracts: Iterable[ContractAccount]) -> tuple[tuple[str, int], ...]:
    units: dict[str, int] = {}
    for contract in contracts:
        for month in contract.months:
            units[month.month] = units.get(month.month, 0) + month.units
    return tuple(sorted(units.items()))


def _net(amounts: Mapping[str, Decimal]) -> Net:
    return tuple((currency, f"{amount:f}") for currency, amount in sorted(amounts.items()))
