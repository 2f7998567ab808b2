"""Recorded sales with filters, totals and exports."""

from flask import render_template

from royalties.domain.people import FINANCE
from royalties.web.pages import Pages

PAGES = Pages("sales", __name__, "/finance/sales", FINANCE)


@PAGES.get("/")
def sales() -> str:
    """To come."""
    return render_template("error.html", heading="To come", message="")
