"""Enter sales by keyboard."""

from flask import render_template

from royalties.domain.people import FINANCE
from royalties.web.pages import Pages

PAGES = Pages("entry", __name__, "/finance/entry", FINANCE)


@PAGES.get("/")
def sheet() -> str:
    """To come."""
    return render_template("error.html", heading="To come", message="")
