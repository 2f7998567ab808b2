"""Time zones: the publisher's, which decides what day it is, and this computer's."""

import os
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

DEFAULT = ZoneInfo("UTC")
_AREAS = (
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe",
    "Indian", "Pacific",
)  # fmt: skip
_LOCALTIME, _ZONES = Path("/etc/localtime"), "/zoneinfo/"


class UnknownZoneError(ValueError):
    """There is no time zone with this name."""


def zone(name: str) -> ZoneInfo:
    """A time zone by its IANA name, such as ``America/New_York``.

    Raises:
        UnknownZoneError: there is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownZoneError(name) from error


def of_this_computer() -> ZoneInfo:
    """This computer's zone if it has a name; else UTC."""
    linked = os.path.realpath(_LOCALTIME).rpartition(_ZONES)[2]
    for name in (os.environ.get("TZ", "").lstrip(":"), linked):
        try:
            return zone(name)
        except UnknownZoneError:
            continue
    return DEFAULT


def names() -> list[str]:
    """The zones to choose from, by area; and UTC."""
    placed = [each for each in available_timezones() if each.partition("/")[0] in _AREAS]
    return [*sorted(placed), "UTC"]
