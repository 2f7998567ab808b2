"""What the pages that amend organizations and price lists have in common.

A lower price is a discount, and an organization's mailbox and its credit decide who orders and when
it pays: so a second person approves these. Where an organization is, a manager changes at once.
"""

from collections.abc import Callable

from flask import redirect, request, url_for

from royalties.domain.changes import changes
from royalties.domain.people import Verb
from royalties.ingest.setup import SetupError
from royalties.services.terms import amending as terms
from royalties.services.terms.replacing import UnconfirmedError
from royalties.services.work import RefusedError
from royalties.web.finance.editing import Sheet, confirmed, tell
from royalties.web.finance.row_forms import operate, padded
from royalties.web.finance.typed_numbers import as_typed
from royalties.web.pages import Answer
from royalties.web.visit import act, all_or_nothing


def require_load() -> None:
    """A form that could not be saved is not even shown."""
    act().actor.require(Verb.LOAD)


def sent(
    sheet: Sheet,
    write: Callable[[Sheet], None],
    page: Callable[[Sheet], str],
    onward: Callable[[Sheet], str],
) -> Answer:
    """Answer a form: move its rows, or save it and go on.

    Args:
        sheet: what was typed.
        write: makes the sheet's body of its row.
        page: shows the form.
        onward: the address to go on to once it is saved.
    """
    asked = request.form.get("act", "save")
    if asked != "save":
        sheet.row, sheet.focus = operate(sheet.row, sheet.shape, asked)
        return page(sheet)
    write(sheet)
    if sheet.mistakes:
        return page(sheet), 422
    try:
        with all_or_nothing():
            saved = terms.save(
                act(),
                sheet.part,
                sheet.body,
                revision=sheet.revision,
                note=sheet.note,
                is_new=sheet.is_new,
                confirmed=confirmed(),
            )
    except SetupError as error:
        sheet.blame(error.faults)
        return page(sheet), 422
    except RefusedError as error:
        _refuse(sheet, error)
        return page(sheet), 409
    tell(saved, sheet.part)
    if sheet.is_new and saved.proposal is not None:
        return redirect(url_for("approvals.proposal", number=saved.proposal), 303)
    return redirect(onward(sheet), 303)


def _refuse(sheet: Sheet, error: RefusedError) -> None:
    """Say why a form was not saved; who was slower sees what stands now beside what they typed."""
    if isinstance(error, UnconfirmedError):
        sheet.asked, sheet.token = error.asked, error.token
        return
    sheet.refused = str(error)
    if isinstance(error, terms.ChangedMeanwhileError):
        sheet.now = error.now
        sheet.meanwhile = changes(error.now.body if error.now else None, sheet.body, as_typed)
        sheet.revision = error.now.id if error.now else 0


def filled(sheet: Sheet) -> Sheet:
    """The same with as many empty rows as are always shown."""
    sheet.row = padded(sheet.row, sheet.shape)
    return sheet
