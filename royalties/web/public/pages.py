"""A page per title."""

from flask import render_template

from royalties.domain.people import EVERYBODY
from royalties.web.pages import Pages

PAGES = Pages("public", __name__, "/titles", EVERYBODY)


@PAGES.get("/")
def titles() -> str:
    """To come."""
    return render_template("error.html", heading="To come", message="")
