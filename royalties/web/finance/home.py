"""The open period at a glance, and search."""

from flask import render_template

from royalties.domain.people import FINANCE
from royalties.web.pages import Pages

PAGES = Pages("home", __name__, "/finance", FINANCE)


@PAGES.get("/")
def home() -> str:
    """To come."""
    return render_template("error.html", heading="To come", message="")


@PAGES.get("/search")
def search() -> str:
    """To come."""
    return render_template("error.html", heading="To come", message="")
