"""Contracts, beneficiaries, plans."""

from flask import render_template

from royalties.domain.people import FINANCE
from royalties.web.pages import Pages

PAGES = Pages("terms", __name__, "/finance", FINANCE)


@PAGES.get("/contracts")
def contracts() -> str:
    """To come."""
    return render_template("error.html", heading="To come", message="")


@PAGES.get("/beneficiaries")
def beneficiaries() -> str:
    """To come."""
    return render_template("error.html", heading="To come", message="")


@PAGES.get("/plans")
def plans() -> str:
    """To come."""
    return render_template("error.html", heading="To come", message="")
