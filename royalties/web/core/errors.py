"""What a page says when something cannot be done: one table of errors and their answers."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import cast

from flask import Flask, Response, current_app, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from royalties.adapters.files import AlreadyIssuedError, DiskError
from royalties.domain.money import NotAnAmountError
from royalties.domain.people import EVERYBODY, NotAllowedError
from royalties.domain.periods import NotAPeriodError
from royalties.runtime import (
    DatabaseBusyError,
    DatabaseFullError,
    DatabaseUnavailableError,
    NotMigratedError,
    plain_errors,
)
from royalties.services.books import EmptyBooksError
from royalties.services.desk.notes import NoNoteError
from royalties.services.errors import REFUSALS
from royalties.services.orders.life import NoOrderError
from royalties.services.statements.documents import NoDocumentError
from royalties.services.statements.numbering import NoStatementError
from royalties.services.statements.portal import NotYoursError
from royalties.web.core.access import page_name, request_id
from royalties.web.core.again import is_own, to_send_again
from royalties.web.core.names import in_names
from royalties.web.core.pages import Answer, Pages, door
from royalties.web.core.visit import roll_back, system
from royalties.web.core.writers import RETRY_SECONDS

_LOG = logging.getLogger("royalties.web")

STATUS: dict[type[Exception], int] = {
    **dict.fromkeys(REFUSALS, 409),
    AlreadyIssuedError: 409,
    NotAPeriodError: 404,
    NoDocumentError: 404,
    NoNoteError: 404,
    NoOrderError: 404,
    NoStatementError: 404,
    NotYoursError: 404,
    NotAnAmountError: 422,
    NotAllowedError: 403,
    DatabaseBusyError: 503,
    DatabaseUnavailableError: 503,
    DatabaseFullError: 507,
    DiskError: 507,
    NotMigratedError: 503,
}
"""Refusals of the desk and the status each answers with; the message is the error's own."""

_WORDS = {
    400: ("That request was not understood", "Go back and try again."),
    403: ("Not allowed", "Your role does not allow this."),
    404: (
        "There is nothing here",
        "The address may be mistyped, or what it showed is not yours to see.",
    ),
    405: ("That request was not understood", "Go back and try again."),
    409: ("This cannot be done at the moment", ""),
    413: (
        "That is too large",
        "Files of up to 200 MB are taken; send a larger report at the command line.",
    ),
    422: ("Something is not right yet", ""),
    429: ("Too many attempts", "Wait a little, then try again."),
    503: ("Busy just now", "Somebody else is writing; try again in a moment."),
    507: ("The disk is full", ""),
}


_OF_THE_SERVER: dict[int, dict[type[Exception], str]] = {
    503: {
        DatabaseUnavailableError: "The desk cannot reach its books at the moment. Nothing was "
        "changed: try again in a minute, and tell your administrator if it lasts.",
        NotMigratedError: "The desk is being brought up to date. Nothing was changed: try again "
        "in a minute, and tell your administrator if it lasts.",
    },
    507: {},
}
"""What is logged too; where the books are and why they are away is only logged."""

_WITHOUT_BOOKS = {500, 503, 507}
"""Answers whose page asks the database nothing: it may be what failed."""


def page(status: int, message: str = "") -> tuple[str, int]:
    """A page that says what is the matter and what to do."""
    heading, advice = _WORDS.get(status, ("This did not work", "Nothing was changed."))
    message = message or advice
    if status in _WITHOUT_BOOKS:
        bare = current_app.jinja_env.get_template("bare.html")  # what frames need asks the books
        return bare.render(heading=heading, message=message), status
    roll_back()
    return render_template("error.html", heading=heading, message=message), status


def init_app(app: Flask) -> None:
    """Answer every error with a page of our own."""
    app.after_request(_come_back)
    for error, status in STATUS.items():
        app.register_error_handler(error, _refusal(status))
    app.register_error_handler(EmptyBooksError, _empty)
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _crash)


def _come_back(response: Response) -> Response:
    """Say when to try again, to those who ask by themselves."""
    if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers.setdefault("Retry-After", str(RETRY_SECONDS))
    return response


def _refusal(status: int) -> Callable[[Exception], Answer]:
    def answer(error: Exception) -> Answer:
        if status not in _OF_THE_SERVER:
            return page(status, in_names(error))
        _LOG.error("id=%s page=%s status=%d: %s", request_id(), page_name(), status, error)
        return page(status, _OF_THE_SERVER[status].get(type(error), str(error)) + _number())

    return answer


def _empty(_error: EmptyBooksError) -> Answer:
    """What cannot be shown or done yet: the page says what comes first."""
    roll_back()
    return render_template("empty_books.html"), 200


def _stale(_error: CSRFError) -> Answer:
    room = current_app.blueprints.get(request.blueprint or "")
    if isinstance(room, Pages) and not room.audience >= EVERYBODY and is_own(request):
        again = to_send_again(door(), 400)
        if again is not None:
            return again
    return page(
        400,
        "This page had been open for long, or you signed in or out in another window. "
        "Go back, load the page again, and repeat what you did.",
    )


def _http(error: HTTPException) -> Answer:
    if isinstance(error, SecurityError):
        return "This is not the address of this desk (ROYALTIES_BASE_URL).", 400
    response = error.get_response()
    if response.status_code < 400:  # noqa: PLR2004 - a redirect is no error
        return response
    return page(response.status_code)


def _crash(error: Exception) -> Answer:
    plain = _of_the_database(error)
    if plain is not None:
        return cast("Answer", current_app.handle_user_exception(plain))
    # The address may name a person's link, so only the page's pattern is written down.
    _LOG.exception("id=%s page=%s status=500", request_id(), page_name())
    return page(
        500, f"This is a fault of the program, and it was written down. Nothing changed.{_number()}"
    )


def _of_the_database(error: Exception) -> Exception | None:
    """What a driver's error means, if it is about the database itself.

    The transaction stays open until the request ends, so that a lock that was waited for in vain
    in its midst is reported in the driver's own words.
    """
    try:
        with plain_errors():
            raise error  # noqa: TRY301 - to be handled as everywhere
    except (DatabaseBusyError, DatabaseUnavailableError) as plain:
        return plain
    except Exception:  # noqa: BLE001 - any other is a fault
        return None


def _number() -> str:
    """By what an administrator finds in the log what happened."""
    return f" In the log of the server it is {request_id()}, {system().clock():%Y-%m-%d %H:%M:%S}."
