"""Files of an order: what the pages of the staff and of the organization do alike."""

from io import BytesIO

from flask import Response, abort, send_file

from royalties.services.orders.production import proofs
from royalties.web.core.visit import current_work
from royalties.web.ordering.forms import CommentForm, StaffCommentForm


def picture(png: bytes | None) -> Response:
    """A picture that was drawn of a page of a file; not found where there is none."""
    if png is None:
        abort(404)
    return send_file(BytesIO(png), "image/png")


def comment_on_proof(number: str, form: CommentForm | StaffCommentForm) -> str:
    """Say something about a page of the newest proof; returns what the page then says."""
    proofs.comment(
        current_work(),
        number,
        proof_version=form.proof_version.number,
        page=form.page.number,
        text=form.text.data,
    )
    return "Your comment stands on the proof."
