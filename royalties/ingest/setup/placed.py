"""Where countries and regions stand in a setup, and their codes in place of their names.

"Quebec" is kept as QC, so that what is kept is what sales are compared with.
"""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from royalties.domain.problems import SetupFault
from royalties.ingest.places import (
    NotAPlaceError,
    contradiction,
    is_region,
    needed_country,
    needed_region,
    place,
)
from royalties.ingest.setup.node import Node, joined

_OWN_COUNTRY = re.compile(r"\s*([A-Za-z]{2})-([A-Za-z0-9]{1,3})\s*", re.ASCII)


class What(StrEnum):
    """What stands in a spot."""

    COUNTRY = "country"
    REGION = "region"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Spot:
    """A text in a setup that names a place.

    Attributes:
        path: where it stands, such as ``plans[0].versions[0].steps[1].when.regions[0]``.
        what: what it names; a ``place`` is country and region, ``US-WA``.
        holder: the object or list that holds it, at ``key``.
        countries: where a region can lie, as they stand beside it; empty: anywhere.
    """

    path: str
    what: What
    holder: Any
    key: str | int
    countries: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What stands there."""
        return str(self.holder[self.key])

    def code(self) -> str:
        """The code that is meant.

        Raises:
            NotAPlaceError: nobody knows it; the message says what to write.
        """
        if self.what is What.COUNTRY:
            return needed_country(self.text)
        if self.what is What.PLACE:
            return place(self.text)
        if not self.countries and (found := _OWN_COUNTRY.fullmatch(self.text)):
            country, region = found[1].upper(), found[2].upper()
            raise NotAPlaceError(f"write {region} here, and {country} as the country beside it")
        return needed_region(self.text, *self.countries)

    def put(self, code: str) -> None:
        """Write the code in the text's place."""
        self.holder[self.key] = code


def spots(kind: str, entry: object, path: str = "") -> Iterator[Spot]:
    """Every text of an entry that names a place; countries come before their regions.

    Args:
        kind: the part of the setup, such as ``plans``.
        entry: its body, whatever is wrong with it.
        path: where the entry stands.
    """
    if kind in ("retailers", "beneficiaries", "organizations"):
        yield from _address(entry, path)
    elif kind == "contracts":
        for rule, at in _entries(entry, "rules", path):
            yield from _countries(rule, at)
    elif kind == "plans":
        for version, at in _entries(entry, "versions", path):
            yield from _steps(version, at)
    elif kind == "price_lists":
        for tax, at in _entries(entry, "taxes", path):
            yield from _text(tax, "place", What.PLACE, at)


def with_codes(data: Mapping[str, Any]) -> dict[str, Any]:
    """A setup with codes wherever a place is named; what nobody knows stays as it is."""
    coded = deepcopy(dict(data))
    for _, spot in _all(coded):
        try:
            spot.put(spot.code())
        except NotAPlaceError:
            continue
    return coded


def region_faults(data: Mapping[str, Any]) -> Iterator[SetupFault]:
    """Every region that nobody knows, or in which a postcode does not lie.

    Countries are told of by their own type.
    """
    yield from _postcodes(data)
    for _, spot in _all(data):
        if spot.what is What.REGION and spot.text.strip():
            try:
                spot.code()
            except NotAPlaceError as error:
                yield SetupFault(spot.path, str(error))


def _postcodes(data: Mapping[str, Any]) -> Iterator[SetupFault]:
    for entry in Node("", data).get("organizations").each():
        country, region, postcode = (
            entry.get(key).text for key in ("country", "region", "postcode")
        )
        if is_region(region, country) and (wrong := contradiction(country, region, postcode)):
            yield entry.get("postcode").fault(wrong)


def _all(data: Mapping[str, Any]) -> Iterator[tuple[str, Spot]]:
    for kind, entries in data.items():
        if isinstance(entries, list):
            for place_, entry in enumerate(entries):
                for spot in spots(kind, entry, joined(kind, place_)):
                    yield kind, spot


def _address(entry: object, path: str) -> Iterator[Spot]:
    yield from _text(entry, "country", What.COUNTRY, path)
    country = entry.get("country") if isinstance(entry, dict) else None
    countries = (country,) if isinstance(country, str) and country else ()
    yield from _text(entry, "region", What.REGION, path, countries)


def _text(
    entry: object, key: str, kind: What, path: str, countries: tuple[str, ...] = ()
) -> Iterator[Spot]:
    if isinstance(entry, dict) and isinstance(entry.get(key), str):
        yield Spot(joined(path, key), kind, entry, key, countries)


def _countries(entry: object, path: str) -> Iterator[Spot]:
    yield from _spots_of_list(entry, "countries", What.COUNTRY, path)


def _spots_of_list(
    entry: object, key: str, kind: What, path: str, countries: tuple[str, ...] = ()
) -> Iterator[Spot]:
    texts = entry.get(key) if isinstance(entry, dict) else None
    if isinstance(texts, list):
        for place_, text in enumerate(texts):
            if isinstance(text, str):
                yield Spot(joined(joined(path, key), place_), kind, texts, place_, countries)


def _steps(holder: object, path: str) -> Iterator[Spot]:
    for step, at in _entries(holder, "steps", path):
        when = step.get("when") if isinstance(step, dict) else None
        here = joined(at, "when")
        yield from _countries(when, here)
        known = when.get("countries") if isinstance(when, dict) else None
        countries = tuple(
            each for each in (known if isinstance(known, list) else ()) if isinstance(each, str)
        )
        yield from _spots_of_list(when, "regions", What.REGION, here, countries)
        for member, inner in _entries(step, "to", at):
            yield from _steps(member, inner)


def _entries(holder: object, key: str, path: str) -> Iterator[tuple[Any, str]]:
    entries = holder.get(key) if isinstance(holder, dict) else None
    if isinstance(entries, list):
        where = joined(path, key)
        for place_, entry in enumerate(entries):
            yield entry, joined(where, place_)
