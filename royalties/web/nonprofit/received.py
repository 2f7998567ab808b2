"""What a nonprofit received in a fiscal year of its own: on screen, as a PDF and as a workbook."""

from calendar import month_name

from flask import Response

from royalties.domain.payments.life import name_of
from royalties.domain.people import NONPROFITS
from royalties.services.payments import received
from royalties.web.core.files import download
from royalties.web.core.names import named
from royalties.web.core.pages import Answer, Pages, number_in_query
from royalties.web.core.visit import current_work
from royalties.web.nonprofit.pages import page

PAGES = Pages("nonprofit_received", __name__, "/nonprofit", NONPROFITS)

_MONTHS = dict(enumerate(month_name[1:], 1))
_MAKERS = {"pdf": received.pdf, "xlsx": received.workbook}


@PAGES.get("/<key>/received/")
def newest_received(key: str) -> Answer:
    """The newest fiscal year; ``?month=7``: years begin in July."""
    return _page(key, None)


@PAGES.get("/<key>/received/<int:number>")
def received_year(key: str, number: int) -> Answer:
    """A fiscal year: each payment with its tax, and what was received."""
    return _page(key, number)


@PAGES.get("/<key>/received/<int:number>.<any(pdf, xlsx):kind>")
def received_file(key: str, number: int, kind: str) -> Response:
    """The same on the house's paper."""
    made = _MAKERS[kind](current_work(), key, _month(), number)
    return download(f"{named(key, 'beneficiaries')} received {number}.{kind}", made)


def _page(key: str, number: int | None) -> Answer:
    month = _month()
    found = received.received(current_work(), key, month, number)
    return page(
        "received",
        key,
        found=found,
        month=month,
        months=_MONTHS,
        name_of=name_of,
        chosen_month=month if month > 1 else None,
    )


def _month() -> int:
    return number_in_query("month", 1)
