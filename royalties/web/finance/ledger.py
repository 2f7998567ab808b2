"""Accounts, entries, balances; verify."""

from flask import render_template

from royalties.domain.people import FINANCE
from royalties.web.pages import Pages

PAGES = Pages("ledger", __name__, "/finance/ledger", FINANCE)


@PAGES.get("/")
def ledger() -> str:
    """To come."""
    return render_template("error.html", heading="To come", message="")
