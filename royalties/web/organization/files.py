"""An organization's artwork and proofs: sent, looked at, commented and approved."""

from collections.abc import Iterable, Sequence
from io import BytesIO

from flask import Response, abort, jsonify, render_template, request, url_for
from werkzeug.datastructures import FileStorage

from royalties.domain.orders.artwork import Use, length_words, panel_of, print_size, wanted
from royalties.domain.orders.life import Action, State
from royalties.domain.people import ORGANIZATIONS
from royalties.ingest.uploads.artwork import LARGEST
from royalties.services.orders.life import Order
from royalties.services.orders.production import artwork as service
from royalties.services.orders.production import proofs
from royalties.services.orders.production.artwork import (
    ArtworkNotTakenError,
    ArtworkUpload,
    InspectedFile,
)
from royalties.services.orders.production.proofs import Proof
from royalties.services.work import RefusedError
from royalties.web.core.consent import Consent
from royalties.web.core.formats import number as written
from royalties.web.core.names import in_names
from royalties.web.core.pages import Answer, Pages, number_in_query
from royalties.web.core.visit import current_work, read_only, release, system
from royalties.web.core.waiting import TooManyReadingsError, looking
from royalties.web.ordering import forms
from royalties.web.ordering.fields import do_or_show
from royalties.web.ordering.files import comment_on_proof, picture
from royalties.web.organization.actions import find_order, may, page
from royalties.web.organization.checked_files import checked_file, checked_file_of, drawn

PAGES = Pages("organization_files", __name__, "/organization/orders", ORGANIZATIONS)


USES = {
    Use.LOGO: ("Your logo", "PDF, SVG, PNG, TIFF or JPEG; drawn ones print sharp at any size."),
    Use.COVER: ("Your cover", "PDF, TIFF, PNG or JPEG, in the size of the book."),
    Use.LETTER: ("Your letter", "As PDF, or typed below."),
}


# Artwork


@PAGES.get("/<number>/artwork")
def artwork(number: str) -> str:
    """What was sent, how it prints, and what is still needed."""
    return _artwork_page(number)


def _artwork_page(number: str, refused: str = "", inspected: Iterable[InspectedFile] = ()) -> str:
    """The page; ``looked`` are files that were looked at and wait to be sent."""
    order = find_order(number)
    sent = service.artwork_files(current_work(), order)
    form = forms.ArtworkForm()
    if refused:
        form.rights.data = ""
    waits = {file.use: checked_file(order, file) for file in inspected}
    return page(
        "artwork.html",
        order,
        "artwork",
        refused=refused,
        form=form,
        files=sent,
        wanted=wanted(order.options),
        missing=service.missing(order, [file.use for file in sent]),
        uses=USES,
        can=may(Action.SEND_ARTWORK, order),
        prints=lambda file: _prints(file.use, file.facts, order),
        prints_looked=lambda file: _prints(file.use, file.checked.facts, order),
        waits=waits,
        tokens=[file.token for file in waits.values() if file.token],
        largest=LARGEST,
    )


@PAGES.post("/<number>/artwork")
def send_artwork(number: str) -> Answer:
    """Send artwork; every file is checked before anything is saved."""
    order = find_order(number)
    inspected: list[InspectedFile] = []

    def do() -> str:
        if not may(Action.SEND_ARTWORK, order):
            raise RefusedError("artwork cannot be sent as the order stands")
        form = forms.ArtworkForm()
        version, rights = form.version.number, form.rights.is_ticked
        has_files = bool(service.artwork_files(current_work(), order))
        inspected.extend(_look_at_uploads(order))
        if not inspected and not has_files:
            raise RefusedError("choose a file first")
        try:
            service.send_artwork(
                current_work(), number, version=version, files=inspected, rights=rights
            )
        except ArtworkNotTakenError as error:
            problems = (
                f"{problem.value}: {problem.message}: {problem.remedy}"
                for problem in error.problems
            )
            raise RefusedError("; ".join(problems)) from error
        return "Your artwork is with us; next you get a proof."

    onward = url_for(".artwork", number=number)
    return do_or_show(do, onward, lambda refused: _artwork_page(number, refused, inspected))


@PAGES.post("/<number>/artwork/show")
@read_only
def show_artwork(number: str) -> Answer:
    """What is chosen as it was drawn, on its own and on the cover, before it is sent."""
    order = find_order(number)
    try:
        inspected = _look_at_uploads(order)
    except TooManyReadingsError as error:
        return _artwork_page(number, in_names(error)), 429
    except RefusedError as error:
        return _artwork_page(number, in_names(error)), 422
    if not inspected:
        return _artwork_page(number, "choose a file first"), 422
    return _artwork_page(number, inspected=inspected)


@PAGES.post("/<number>/artwork/look")
@read_only
def look(number: str) -> Response | tuple[Response, int]:
    """The same of one file, for the page that asks for it as soon as it is chosen."""
    order = find_order(number)
    use = next(
        (kind for kind in wanted(order.options) if kind.value == request.form.get("use")),
        None,
    )
    sent = request.files.get("file")
    try:
        with looking():
            if use is None or sent is None or not sent.filename:
                return jsonify(error="no file"), 422
            inspected = service.inspect(
                system().files, ArtworkUpload(use, sent.filename, sent.stream), order.options
            )
    except TooManyReadingsError:
        return jsonify(error="too many"), 429
    checked = checked_file(order, inspected)
    html = render_template(
        "organization/looked.html",
        order=order,
        each=checked,
        prints=_prints(use, inspected.checked.facts, order),
    )
    return jsonify(html=html, taken=not inspected.problems, token=checked.token)


@PAGES.get("/<number>/artwork/look/<int:page_number>.png")
def waiting_preview(number: str, page_number: int) -> Response:
    """A page of a file that waits to be sent, as a picture that was drawn of it."""
    file = checked_file_of(find_order(number), request.args.get("look", ""))
    return picture(file.picture(page_number) if file else None)


def _look_at_uploads(order: Order) -> list[InspectedFile]:
    """The files that came with a form, or wait since they were shown, looked at."""
    sent = {upload.use: upload for use in wanted(order.options) for upload in _uploads_sent(use)}
    tokens = [request.form.get(f"look-{use.value}", "") for use in wanted(order.options)]
    waits = [file for token in tokens if token and (file := checked_file_of(order, token))]
    files = system().files
    with looking():
        return [service.inspect(files, upload, order.options) for upload in sent.values()] + [
            service.inspect_again(files, file.use, file.name, file.sha256, order.options)
            for file in waits
            if file.use not in sent
        ]


@PAGES.get("/<number>/files/<int:file>/<int:page_number>.png")
def preview(number: str, file: int, page_number: int) -> Response:
    """A page of a file as a picture that was drawn of it."""
    return picture(service.preview_of(current_work(), number, file, page_number))


@PAGES.get("/<number>/cover.png")
def cover(number: str) -> Response:
    """The cover as far as it can be shown before a proof, also with files that wait to be sent."""
    order = find_order(number)
    return picture(
        service.cover_preview(current_work(), order, drawn(order, request.args.getlist("look")))
    )


# Proofs


@PAGES.get("/<number>/proof")
def proof(number: str) -> str:
    """The newest proof, page by page, or an earlier one."""
    return _proof_page(number)


def _proof_page(number: str, refused: str = "") -> str:
    order = find_order(number)
    sent = proofs.proofs(current_work(), order)
    asked = number_in_query("version")
    chosen = next((proof for proof in sent if proof.version == asked), sent[0] if sent else None)
    newest = bool(sent) and chosen is sent[0]
    return page(
        "proof.html",
        order,
        "proof",
        refused=refused,
        comment=forms.CommentForm(),
        changes=forms.ChangesForm(),
        proofs=sent,
        shown=chosen,
        newest=newest,
        may_approve=newest and may(Action.APPROVE_PROOF, order),
        may_ask=newest and may(Action.ASK_CHANGES, order),
        may_comment=newest and order.state in {State.PROOF_SENT, State.CHANGES_ASKED},
    )


@PAGES.post("/<number>/proof/comment")
def comment(number: str) -> Answer:
    """Say something about a page of the newest proof."""
    find_order(number)
    form = forms.CommentForm()

    anchor = f"page-{max(form.page.number, 0)}"
    onward = url_for(".proof", number=number, _anchor=anchor)
    return do_or_show(
        lambda: comment_on_proof(number, form),
        onward,
        lambda refused: _proof_page(number, refused),
    )


@PAGES.post("/<number>/proof/changes")
def changes(number: str) -> Answer:
    """Ask for changes of the newest proof."""
    find_order(number)

    def do() -> str:
        form = forms.ChangesForm()
        proofs.ask_changes(
            current_work(),
            number,
            version=form.version.number,
            proof_version=form.proof_version.number,
            text=form.changes.data,
        )
        return "We change the proof and send it again."

    onward = url_for("organization_orders.order", number=number)
    return do_or_show(do, onward, lambda refused: _proof_page(number, refused))


@PAGES.get("/<number>/proof/approve")
def ask_approve(number: str) -> str:
    """What is approved, and that it cannot be taken back."""
    return _approve_page(number)


def _approval_consent(order: Order, sent: Sequence[Proof]) -> Consent:
    """What is printed once the newest proof is approved."""
    facts = {
        "Copies": written(order.quantity),
        "Addresses": "; ".join(
            ", ".join(
                (written(address.copies), address.name, *address.lines, address.city, address.place)
            )
            for address in order.ship_to
        ),
    }
    if sent:
        file = sent[0].file
        facts["Proof"] = f"version {file.version}, {file.name}, {file.sha256[:12]}"
    return Consent(order.version, facts, ("looked", "name"))


def _approve_page(number: str, refused: str = "") -> str:
    order = find_order(number)
    sent = proofs.proofs(current_work(), order)
    if not sent:
        abort(404)
    consent = _approval_consent(order, sent)
    return page(
        "approve.html",
        order,
        "proof",
        refused=refused,
        consent=consent,
        form=forms.ApproveProofForm(consent.typed),
        proof=sent[0],
        can=may(Action.APPROVE_PROOF, order),
    )


@PAGES.post("/<number>/proof/approve")
def approve(number: str) -> Answer:
    """Approve the very file that was shown."""
    find_order(number)

    def do() -> str:
        order = find_order(number)
        sent = proofs.proofs(current_work(), order)
        _approval_consent(order, sent).require()
        form = forms.ApproveProofForm()
        release()  # reading the file holds nobody up
        fingerprint = proofs.stored_fingerprint(system().files, sent[0].file) if sent else ""
        proofs.approve(
            current_work(),
            number,
            version=form.version.number,
            proof_version=form.proof_version.number,
            sha256=form.sha256.data,
            stored=fingerprint,
            name=form.name.data,
            ticked=form.looked.is_ticked,
        )
        return "Approved. Production begins."

    onward = url_for("organization_orders.order", number=number)
    return do_or_show(do, onward, lambda refused: _approve_page(number, refused))


def _uploads_sent(use: Use) -> list[ArtworkUpload]:
    """The file of a use that came with the form, or the letter that was typed."""
    file: FileStorage | None = request.files.get(use.value)
    if file is not None and file.filename:
        return [ArtworkUpload(use, file.filename, file.stream)]
    text = forms.ArtworkForm().letter_text.data if use is Use.LETTER else ""
    if text:
        data = text.replace("\r\n", "\n").encode()
        return [ArtworkUpload(use, "letter.txt", BytesIO(data))]
    return []


def _prints(use: Use, facts: object, order: Order) -> str:
    """How large a picture prints sharp, and how much room it has."""
    panel = panel_of(use, order.options)
    pixels = facts.get("pixels") if isinstance(facts, dict) else None
    if panel is None or not pixels:
        return ""
    width, height = (length_words(print_size(each)) for each in pixels)
    return (
        f"{pixels[0]:,} × {pixels[1]:,} pixels: prints sharp up to {width} wide and {height} high. "
        f"Its room on {panel.where} is {length_words(panel.width)} by {length_words(panel.height)}."
    )
