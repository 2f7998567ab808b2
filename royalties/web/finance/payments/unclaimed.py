"""What is owed and was not paid, by age and state."""

from flask import Response, render_template

from royalties.domain.payments.unclaimed import AgeBand
from royalties.domain.people import FINANCE
from royalties.services.payments import unclaimed
from royalties.web.core.files import download
from royalties.web.core.pages import Answer, Pages, number_in_query
from royalties.web.core.visit import current_work

PAGES = Pages("unclaimed", __name__, "/finance/payments/unclaimed", FINANCE)

_YEARS = (0, 1, 3, 5)


@PAGES.get("/")
def unclaimed_page() -> Answer:
    """Amounts by state, the oldest first; ``?years=3``: only those that are as old."""
    years = number_in_query("years") or 0
    amounts = unclaimed.unclaimed(current_work(), years * 12)
    return render_template(
        "finance/payments/unclaimed.html",
        amounts=amounts,
        sums=unclaimed.by_place_and_age(amounts),
        bands=list(AgeBand),
        years=years,
        ages=_YEARS,
    )


@PAGES.get("/unclaimed.xlsx")
def workbook() -> Response:
    """The same as a workbook."""
    years = number_in_query("years") or 0
    return download("unclaimed.xlsx", unclaimed.workbook(current_work(), years * 12))
