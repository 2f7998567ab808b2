"""What an organization may order."""

from flask import render_template

from royalties.domain.people import ORGANIZATIONS
from royalties.web.pages import Pages

PAGES = Pages("organization", __name__, "/organization", ORGANIZATIONS)


@PAGES.get("/")
def home() -> str:
    """To come."""
    return render_template("error.html", heading="To come", message="")
