"""Requests from the public pages: what organizations asked for, and whether it was dealt with."""

from flask import flash, redirect, render_template, request, url_for

from royalties.domain.people import FINANCE
from royalties.services import inquiries
from royalties.services.books import setup_in_force
from royalties.services.work import RefusedError, Work
from royalties.web.finance.catalogue import number_asked
from royalties.web.pages import Answer, Pages
from royalties.web.visit import act

PAGES = Pages("inquiries", __name__, "/finance/requests", FINANCE)

_ON_A_PAGE = 50


@PAGES.get("/", strict_slashes=False)
def requests() -> str:
    """New requests, or those that were handled."""
    work = act()
    handled = request.args.get("state") == "handled"
    before = number_asked("before")
    found = inquiries.inquiries(work, handled=handled, before=before, limit=_ON_A_PAGE + 1)
    return render_template(
        "finance/inquiries.html",
        requests=found[:_ON_A_PAGE],
        older=found[_ON_A_PAGE - 1].id if len(found) > _ON_A_PAGE else 0,
        before=before,
        handled=handled,
        new=inquiries.count_new(work),
        titles=_titles(work),
        kinds=inquiries.KINDS,
    )


@PAGES.post("/<int:number>")
def handle(number: int) -> Answer:
    """Mark a request as handled, or as new again."""
    done = request.form.get("done") == "1"
    inquiries.handle(act(), number, done=done)
    flash(f"Request {number} is {'handled' if done else 'new again'}.", "good")
    return redirect(url_for(".requests"), 303)


def _titles(work: Work) -> dict[str, str]:
    """Titles by key; none before the first setup file."""
    try:
        return {key: each.title for key, each in setup_in_force(work).titles.items()}
    except RefusedError:
        return {}
