"""The house's time zone: it decides what day it is, whatever the server's is."""

from royalties.adapters.zones import UnknownZoneError, names, zone
from royalties.domain.people import Verb
from royalties.services.work import RefusedError, Work
from royalties.store.schema import TIME_ZONE
from royalties.store.work import find_setting, write_setting


def has_time_zone(work: Work) -> bool:
    """Whether one was ever set; else days are those of UTC."""
    return find_setting(work.connection, TIME_ZONE) is not None


def set_time_zone(work: Work, name: str) -> None:
    """Let days be those of a time zone from now on.

    Raises:
        RefusedError: there is no such zone.
    """
    work.actor.require(Verb.SET)
    try:
        zone(name)
    except UnknownZoneError:
        raise RefusedError(
            f"there is no time zone {name[:64]!r}: give its name as in America/New_York"
        ) from None
    write_setting(work.connection, TIME_ZONE, name, work.at, work.actor.name)
    work.record(Verb.SET, {TIME_ZONE: name})


def time_zones() -> list[str]:
    """The names of all time zones that a house may choose."""
    return names()
