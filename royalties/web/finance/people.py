"""People, audit log, mail log, settings."""

from flask import render_template

from royalties.domain.people import FINANCE
from royalties.web.pages import Pages

PAGES = Pages("people", __name__, "/finance", FINANCE)


@PAGES.get("/people")
def people() -> str:
    """To come."""
    return render_template("error.html", heading="To come", message="")


@PAGES.get("/audit")
def audit() -> str:
    """To come."""
    return render_template("error.html", heading="To come", message="")


@PAGES.get("/mail")
def mail() -> str:
    """To come."""
    return render_template("error.html", heading="To come", message="")
