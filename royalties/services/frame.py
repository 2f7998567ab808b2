"""Facts about the publisher that every page shows.

They are read with the query that every unit of work begins with (``System.work``).
"""

from dataclasses import dataclass
from typing import Any

from royalties.services.work import Work
from royalties.store.work import find_settings

TWO_PEOPLE = "two_people"
"""The setting that says whether maker and checker are two people."""

SANDBOX = "sandbox"
"""The setting that marks books filled with examples, and whether they are ready yet."""

LOGO_MARK = "logo_mark"
"""The setting that changes with the publisher's logo; empty: there is none."""

NO_OPENINGS = "openings_none"
"""The setting that says that there are no opening balances."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Facts that every page shows.

    Attributes:
        logo: a mark that changes with the publisher's logo; empty if there is none.
        sandbox: ``filling``, ``ready`` or ``failed`` while these are the examples' books; else
            empty.
        has_no_openings: whether a user stated that there are no opening balances.
        two_people: whether maker and checker must be two people, which is the default.
    """

    logo: str = ""
    sandbox: str = ""
    has_no_openings: bool = False
    two_people: bool = True


FRAME_SETTINGS = (TWO_PEOPLE, SANDBOX, LOGO_MARK, NO_OPENINGS)
"""The settings that hold these facts."""

FRAME = "frame"
"""What read-only work asks once under this name: those settings."""


def frame_of(work: Work) -> Frame:
    """The frame of a page."""
    settings: dict[str, Any] = work.once(
        FRAME, lambda: find_settings(work.connection, FRAME_SETTINGS)
    )
    return Frame(
        settings.get(LOGO_MARK) or "",
        (settings.get(SANDBOX) or {}).get("state", ""),
        bool(settings.get(NO_OPENINGS)),
        bool(settings.get(TWO_PEOPLE, True)),
    )


def is_sandbox(work: Work) -> bool:
    """Whether the books hold only example data."""
    return bool(frame_of(work).sandbox)
