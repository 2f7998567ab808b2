"""What a nonprofit earned, its statements, its details."""

from flask import render_template

from royalties.domain.people import NONPROFITS
from royalties.web.pages import Pages

PAGES = Pages("nonprofit", __name__, "/nonprofit", NONPROFITS)


@PAGES.get("/")
def home() -> str:
    """To come."""
    return render_template("error.html", heading="To come", message="")
