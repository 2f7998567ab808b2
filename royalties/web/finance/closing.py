"""Run, close, statements."""

from flask import render_template

from royalties.domain.people import FINANCE
from royalties.web.pages import Pages

PAGES = Pages("closing", __name__, "/finance", FINANCE)


@PAGES.get("/periods")
def periods() -> str:
    """To come."""
    return render_template("error.html", heading="To come", message="")


@PAGES.get("/statements")
def statements() -> str:
    """To come."""
    return render_template("error.html", heading="To come", message="")
