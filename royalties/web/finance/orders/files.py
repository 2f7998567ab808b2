"""An order's artwork and proofs: previews, warnings, originals, comments; and all its files."""

from flask import Response, abort, request, url_for

from royalties.domain.orders.artwork import Use, wanted
from royalties.domain.orders.life import Action, Precondition, Side, State, find
from royalties.domain.people import FINANCE
from royalties.services.orders import messages
from royalties.services.orders.life import Order
from royalties.services.orders.preconditions import preconditions_met
from royalties.services.orders.production import artwork, proofs
from royalties.services.work import RefusedError
from royalties.web.core.files import download
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import current_work, system
from royalties.web.core.waiting import looking
from royalties.web.finance.orders import order as order_page
from royalties.web.ordering import fields as order_forms
from royalties.web.ordering import forms
from royalties.web.ordering.files import comment_on_proof, picture

PAGES = Pages("order_files", __name__, "/finance/orders", FINANCE)


@PAGES.get("/<number>/files", endpoint="files")
def files_page(number: str) -> Answer:
    """An order's artwork and proofs."""
    return _files_page(number)


@PAGES.post("/<number>/artwork")
def send_artwork(number: str) -> Answer:
    """Send artwork in the organization's name, such as what came by post."""
    order = order_page.find_order(number)

    def do() -> str:
        form = forms.StaffArtworkForm()
        version, rights = form.version.number, form.rights.is_ticked
        uses = [use for use in Use if use is not Use.PROOF and _is_sent(use.value)]
        files = [_look_at_upload(use, use.value, order) for use in uses]
        artwork.send_artwork(current_work(), number, version=version, files=files, rights=rights)
        return "The artwork passed its checks; next it gets a proof."

    return _do_or_show(number, do)


@PAGES.post("/<number>/proof")
def send_proof(number: str) -> Answer:
    """Send a proof to the organization."""
    order = order_page.find_order(number)

    def do() -> str:
        if not _is_sent("proof"):
            raise RefusedError("choose the proof, a PDF")
        version = forms.ProofForm().version.number
        file = _look_at_upload(Use.PROOF, "proof", order)
        proofs.send_proof(current_work(), number, version=version, file=file)
        return "The proof is sent; the organization approves it or asks for changes."

    return _do_or_show(number, do)


@PAGES.post("/<number>/comment")
def comment(number: str) -> Answer:
    """Say something about a page of the newest proof."""
    return _do_or_show(number, lambda: comment_on_proof(number, forms.StaffCommentForm()))


@PAGES.get("/<number>/files/<int:file>/<int:page>.png")
def preview(number: str, file: int, page: int) -> Response:
    """A page of a file as a picture that was drawn of it."""
    return picture(artwork.preview_of(current_work(), number, file, page))


@PAGES.get("/<number>/cover.png")
def cover(number: str) -> Response:
    """The cover as far as it can be shown before a proof."""
    return picture(artwork.cover_preview(current_work(), order_page.find_order(number)))


@PAGES.get("/<number>/files/<int:file>")
def original(number: str, file: int) -> Response:
    """A file as it was sent, only ever to be saved."""
    return _download(messages.file_of(current_work(), number, file))


@PAGES.get("/<number>/files/<int:file>/drawing")
def drawing(number: str, file: int) -> Response:
    """An SVG with only what draws, for the printer."""
    return _download(artwork.drawing_of(current_work(), number, file))


def _download(stored: messages.OrderDownload | None) -> Response:
    if stored is None:
        abort(404)
    return download(stored.name, stored.path.open("rb"))


def _is_sent(name: str) -> bool:
    sent = request.files.get(name)
    return sent is not None and bool(sent.filename)


def _look_at_upload(use: Use, name: str, order: Order) -> artwork.InspectedFile:
    """A file that was sent, looked at while nobody waits for the database."""
    sent = request.files[name]
    with looking():
        return artwork.inspect(
            system().files,
            artwork.ArtworkUpload(use, sent.filename or "", sent.stream),
            order.options,
        )


def _files_page(number: str, refused: str = "") -> str:
    work = current_work()
    order = order_page.find_order(number)
    art = artwork.artwork_files(work, order)
    sent = proofs.proofs(work, order)
    rights = forms.StaffArtworkForm({})
    comment = forms.StaffCommentForm()
    pages = range(1, sent[0].file.previews + 1) if sent else ()
    comment.page.offer([("0", "the whole proof"), *((str(n), f"page {n}") for n in pages)])
    return order_page.page(
        "files.html",
        order,
        "files",
        refused=refused,
        artwork=art,
        rights=rights,
        proof_form=forms.ProofForm(),
        comment=comment,
        missing=artwork.missing(order, [file.use for file in art]),
        wanted=wanted(order.options),
        proofs=sent,
        before=sent[1] if len(sent) > 1 else None,
        may_artwork=find(Action.SEND_ARTWORK, Side.STAFF, order.state, order.kind) is not None,
        may_proof=_may(Action.SEND_PROOF, order, Precondition.PROOF),
        may_comment=bool(sent) and order.state in {State.PROOF_SENT, State.CHANGES_ASKED},
        is_covered=order_page.is_covered(order),
    )


def _may(action: Action, order: Order, *supplied: Precondition) -> bool:
    """Whether the staff may do something now with what its form brings."""
    line = find(action, Side.STAFF, order.state, order.kind)
    return line is not None and {*line.needs} <= preconditions_met(current_work(), order) | {
        *supplied
    }


def _do_or_show(number: str, do: order_forms.Do) -> Answer:
    order_page.find_order(number)
    return order_forms.do_or_show(
        do, url_for(".files", number=number), lambda refused: _files_page(number, refused)
    )
