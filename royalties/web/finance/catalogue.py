"""Titles and retailers."""

from flask import render_template

from royalties.domain.people import FINANCE
from royalties.web.pages import Pages

PAGES = Pages("catalogue", __name__, "/finance", FINANCE)


@PAGES.get("/titles")
def titles() -> str:
    """To come."""
    return render_template("error.html", heading="To come", message="")


@PAGES.get("/retailers")
def retailers() -> str:
    """To come."""
    return render_template("error.html", heading="To come", message="")
