"""Facts about reports that are remembered: what is no book, or a bundle; and forgetting them."""

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from royalties.domain.people import FINANCE
from royalties.services.desk import jobs
from royalties.services.sales import remembered, uploads
from royalties.services.sales.uploads import Upload
from royalties.services.work import RefusedError
from royalties.web.core.formats import plural
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import all_or_nothing, current_work
from royalties.web.core.waiting import wait_for
from royalties.web.finance.sales.importing import waiting_page
from royalties.web.finance.sales.uploading import upload_page

PAGES = Pages("remembering", __name__, "/finance/waiting", FINANCE)

PARTS = 6
"""Editions that the form of a bundle has room for."""
_LONGEST = 200


@PAGES.post("/no-book")
def no_book() -> Answer:
    """Say that an identifier, or a title of rows without one, is no book."""
    name, retailer = _field("identifier"), _field("retailer")
    try:
        with all_or_nothing():
            decision = remembered.say_no_book(current_work(), retailer, name)
    except RefusedError as error:
        return _refused(error)
    message = f"{name} is no book: its rows are skipped in these reports from now on"
    if decision.rows or not _upload():
        message += f"; {plural(decision.rows, 'waiting row')} set aside"
    flash(f"{message}.", "good")
    return _checked_again()


@PAGES.post("/bundle")
def bundle() -> Answer:
    """Say that an identifier is several editions together, with shares of the price."""
    name, retailer = _field("identifier"), _field("retailer")
    pairs = [
        (_field(f"isbn-{place}"), _field(f"share-{place}") or "1") for place in range(1, PARTS + 1)
    ]
    shares = [(isbn, share) for isbn, share in pairs if isbn]
    try:
        with all_or_nothing():
            decision = remembered.say_bundle(current_work(), retailer, name, shares)
    except RefusedError as error:
        return _refused(error)
    message = f"{name} is a bundle of {plural(len(shares), 'edition')} from now on"
    if decision.rows or not _upload():
        message += f"; {plural(decision.rows, 'waiting row')} recorded"
    message += "."
    if decision.without_price:
        message += (
            f" {plural(decision.without_price, 'row')} without money of their own still wait."
        )
    flash(message, "good")
    return _checked_again()


@PAGES.post("/forget")
def forget() -> Response:
    """Take a remembered answer back."""
    try:
        with all_or_nothing():
            decision = remembered.forget(current_work(), request.form.get("number", 0, int))
    except RefusedError as error:
        flash(f"Nothing was changed: {error}", "bad")
        return redirect(url_for("importing.waiting"), 303)
    flash(f"That is taken back; {plural(decision.rows, 'row')} wait again.", "good")
    return redirect(url_for("importing.waiting") + "#remembered", 303)


def _field(name: str) -> str:
    return request.form.get(name, "").strip()[:_LONGEST]


def _upload() -> Upload | None:
    """The upload from whose page it was sent; None on the page of waiting rows."""
    upload = uploads.find(current_work(), request.form.get("upload", 0, int))
    return upload if upload is not None and upload.is_open else None


def _checked_again() -> Response:
    """Check the upload in which it was found again, or show what is remembered."""
    upload = _upload()
    if upload is None:
        return redirect(url_for("importing.waiting") + "#remembered", 303)
    if not upload.is_busy:
        wait_for([jobs.start(current_work(), "check", upload, {})])
    return redirect(url_for("uploading.upload", number=upload.id), 303)


def _refused(error: RefusedError) -> Answer:
    """Show the same page again with what was typed."""
    upload = _upload()
    typed = {name: request.form[name].strip()[:_LONGEST] for name in request.form}
    if upload is not None:
        return upload_page(upload, unmended=f"{error}", answer=typed), 422
    return waiting_page(typed, f"{error}"), 422
