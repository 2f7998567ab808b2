"""What the pages that amend organizations and price lists have in common.

Unlike contracts and plans, these move no money of others: a manager's change counts at once.
"""

from collections.abc import Callable

from flask import flash, redirect, request

from royalties.domain.changes import changes
from royalties.domain.people import Verb
from royalties.ingest.setup import SetupError
from royalties.services.terms import amending as terms
from royalties.services.terms import catalogue
from royalties.services.terms.replacing import UnconfirmedError
from royalties.web.finance.editing import Sheet, confirmed
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
            changed = catalogue.amend(act(), sheet.part, sheet.body, sheet.revision, confirmed())
    except SetupError as error:
        sheet.blame(error.faults)
        return page(sheet), 422
    except UnconfirmedError as error:
        sheet.asked, sheet.token = error.asked, error.token
        return page(sheet), 409
    except terms.ChangedMeanwhileError as error:
        sheet.refused, sheet.now = str(error), error.now
        sheet.meanwhile = changes(error.now.body if error.now else None, sheet.body, as_typed)
        sheet.revision = error.now.id if error.now else 0
        return page(sheet), 409
    if changed:
        flash("Saved. Quotes from now on go by it; what was issued stays as it is.", "good")
    else:
        flash("Nothing had changed, so nothing was recorded.", "warn")
    return redirect(onward(sheet), 303)


def filled(sheet: Sheet) -> Sheet:
    """The same with as many empty rows as are always shown."""
    sheet.row = padded(sheet.row, sheet.shape)
    return sheet
