"""A statement as people read it: places that its content stores as codes, and days, in words."""

import re
from dataclasses import replace
from datetime import date

from reports.tables import day_text
from royalties.domain.royalties.statements import ContractAccount, PlaceShown, Statement
from royalties.ingest import places

_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b", re.ASCII)
_CODES = re.compile(r"(?:(.+), )?([A-Z0-9]{1,3}), ([A-Z]{2})|(?:(.+), )?([A-Z]{2})")
"""A town with codes of its region and country, used where no address is given."""


def spelled_out(statement: Statement) -> Statement:
    """The same with countries, regions and days in words; figures and everything else stay."""
    payee = statement.payee
    address = payee.address
    if len(address) == 1:
        address = (_town(address[0]),)
    return replace(
        statement,
        payee=replace(payee, address=address),
        contracts=tuple(_account(each) for each in statement.contracts),
    )


def _account(account: ContractAccount) -> ContractAccount:
    return replace(
        account,
        places=tuple(_place(each) for each in account.places),
        shares=tuple(replace(each, sentence=_days(each.sentence)) for each in account.shares),
    )


def _days(sentence: str) -> str:
    return _DAY.sub(lambda found: day_text(date.fromisoformat(found[0])), sentence)


def _place(place: PlaceShown) -> PlaceShown:
    return replace(
        place,
        country=places.country_name(place.country),
        region=places.region_name(place.country, place.region),
    )


def _town(line: str) -> str:
    found = _CODES.fullmatch(line)
    if found is None:
        return line
    city, region, country = found[1] or found[4], found[2] or "", found[3] or found[5]
    if not places.is_country(country):
        return line
    named = (city, places.region_name(country, region), places.country_name(country))
    return ", ".join(filter(None, named))
