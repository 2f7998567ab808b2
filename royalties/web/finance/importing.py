"""Import reports: upload, check, record, undo; waiting ISBNs."""

from flask import render_template

from royalties.domain.people import FINANCE
from royalties.web.pages import Pages

PAGES = Pages("importing", __name__, "/finance", FINANCE)


@PAGES.get("/imports")
def uploads() -> str:
    """To come."""
    return render_template("error.html", heading="To come", message="")


@PAGES.get("/waiting")
def waiting() -> str:
    """To come."""
    return render_template("error.html", heading="To come", message="")
