"""What the pages that amend organizations and price lists have in common.

A lower price is a discount, and an organization's mailbox and its credit decide who orders and when
it pays: so a second person approves these. Where an organization is, a manager changes at once.
"""

from collections.abc import Callable

from flask import url_for

from royalties.domain.people import Verb
from royalties.services.terms.amending import Saved
from royalties.web.core.pages import Answer
from royalties.web.core.visit import current_work
from royalties.web.finance.terms import editing
from royalties.web.finance.terms.editing import AmendForm


def require_load() -> None:
    """A form that could not be saved is not even shown."""
    current_work().actor.require(Verb.LOAD)


def answer_form(
    sheet: AmendForm,
    page: Callable[[AmendForm], str],
    onward: Callable[[AmendForm], str],
) -> Answer:
    """As ``editing.answer_form``; a new entry that waits is shown as its proposal."""

    def address(sheet: AmendForm, saved: Saved) -> str:
        if sheet.is_new and saved.proposal is not None:
            return url_for("approvals.proposal", number=saved.proposal)
        return onward(sheet)

    return editing.answer_form(sheet, page, address)
