"""What every page shows of the house beside its own matter, by one question to the books."""

from dataclasses import dataclass
from typing import Any

from royalties.services.work import Work
from royalties.store.work import find_settings

TWO_PEOPLE = "two_people"
"""The setting that says whether maker and checker are two people."""

SANDBOX = "sandbox"
"""The setting that says that these are the examples' books, and whether they are there yet."""

LOGO_MARK = "logo_mark"
"""The setting that tells one logo of the house from the next; empty: there is none."""

NO_OPENINGS = "openings_none"
"""The setting that says that the house brings no opening balances with it."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What frames every page.

    Attributes:
        logo: what tells the house's logo from the one before; empty if there is none.
        sandbox: ``filling``, ``ready`` or ``failed`` while these are the examples' books; else
            empty.
        has_no_openings: whether the house said that it brings no opening balances.
        two_people: whether maker and checker are two people, as they are unless it is switched off.
    """

    logo: str = ""
    sandbox: str = ""
    has_no_openings: bool = False
    two_people: bool = True


_ALL = (TWO_PEOPLE, SANDBOX, LOGO_MARK, NO_OPENINGS)


def frame_of(work: Work) -> Frame:
    """The frame of a page."""
    settings: dict[str, Any] = work.once("frame", lambda: find_settings(work.connection, _ALL))
    return Frame(
        settings.get(LOGO_MARK) or "",
        (settings.get(SANDBOX) or {}).get("state", ""),
        bool(settings.get(NO_OPENINGS)),
        bool(settings.get(TWO_PEOPLE, True)),
    )


def is_sandbox(work: Work) -> bool:
    """Whether these are the examples' books, in which nothing is real."""
    return bool(frame_of(work).sandbox)
