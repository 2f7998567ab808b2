"""An organization's artwork and proofs: sent, looked at, commented and approved."""

from collections.abc import Iterable, Sequence
from io import BytesIO

from flask import Response, abort, jsonify, render_template, request, send_file, url_for
from werkzeug.datastructures import FileStorage

from royalties.domain.orders.artwork import Use, length_words, panel_of, print_size, wanted
from royalties.domain.orders.life import Action, State
from royalties.domain.people import ORGANIZATIONS
from royalties.ingest.uploads.artwork import LARGEST
from royalties.services.orders.life import Order
from royalties.services.orders.production import artwork as service
from royalties.services.orders.production import proofs
from royalties.services.orders.production.artwork import ArtworkNotTakenError, ArtworkUpload, Looked
from royalties.services.orders.production.proofs import Proof
from royalties.services.work import RefusedError
from royalties.web.core.consent import Consent
from royalties.web.core.formats import number as written
from royalties.web.core.pages import Answer, Pages, number_asked
from royalties.web.core.visit import current_work, only_looks, release, system
from royalties.web.core.waiting import TooManyLooksError, looking
from royalties.web.ordering import forms
from royalties.web.ordering.fields import tried
from royalties.web.organization.looks import drawn, shown, waiting
from royalties.web.organization.offers import found, may, page

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
    return _artwork(number)


def _artwork(number: str, refused: str = "", looked: Iterable[Looked] = ()) -> str:
    """The page; ``looked`` are files that were looked at and wait to be sent."""
    it = found(number)
    kept = service.artwork_files(current_work(), it)
    form = forms.ArtworkForm()
    if refused:
        form.rights.data = ""
    waits = {each.use: shown(it, each) for each in looked}
    return page(
        "artwork.html",
        it,
        "artwork",
        refused=refused,
        form=form,
        files=kept,
        wanted=wanted(it.options),
        missing=service.missing(it, [each.use for each in kept]),
        uses=USES,
        can=may(Action.SEND_ARTWORK, it),
        prints=lambda each: _prints(each.use, each.facts, it),
        prints_looked=lambda each: _prints(each.use, each.checked.facts, it),
        waits=waits,
        tokens=[each.token for each in waits.values() if each.token],
        largest=LARGEST,
    )


@PAGES.post("/<number>/artwork")
def send_artwork(number: str) -> Answer:
    """Send artwork; every file is looked at before anything is kept."""
    it = found(number)
    looked: list[Looked] = []

    def do() -> str:
        if not may(Action.SEND_ARTWORK, it):
            raise RefusedError("artwork cannot be sent as the order stands")
        form = forms.ArtworkForm()
        version, rights = form.version.number, form.rights.is_ticked
        has_files = bool(service.artwork_files(current_work(), it))
        looked.extend(_looked(it))
        if not looked and not has_files:
            raise RefusedError("choose a file first")
        try:
            service.send_artwork(
                current_work(), number, version=version, files=looked, rights=rights
            )
        except ArtworkNotTakenError as error:
            told = (f"{each.value}: {each.message}: {each.remedy}" for each in error.problems)
            raise RefusedError("; ".join(told)) from error
        return "Your artwork is with us; next you get a proof."

    onward = url_for(".artwork", number=number)
    return tried(do, onward, lambda refused: _artwork(number, refused, looked))


@PAGES.post("/<number>/artwork/show")
@only_looks
def show_artwork(number: str) -> Answer:
    """What is chosen as it was drawn, on its own and on the cover, before it is sent."""
    it = found(number)
    try:
        looked = _looked(it)
    except TooManyLooksError as error:
        return _artwork(number, str(error)), 429
    except RefusedError as error:
        return _artwork(number, str(error)), 422
    if not looked:
        return _artwork(number, "choose a file first"), 422
    return _artwork(number, looked=looked)


@PAGES.post("/<number>/artwork/look")
@only_looks
def look(number: str) -> Response | tuple[Response, int]:
    """The same of one file, for the page that asks for it as soon as it is chosen."""
    it = found(number)
    use = next((each for each in wanted(it.options) if each.value == request.form.get("use")), None)
    sent = request.files.get("file")
    try:
        with looking():
            if use is None or sent is None or not sent.filename:
                return jsonify(error="no file"), 422
            looked = service.look(
                system().files, ArtworkUpload(use, sent.filename, sent.stream), it.options
            )
    except TooManyLooksError:
        return jsonify(error="too many"), 429
    each = shown(it, looked)
    html = render_template(
        "organization/looked.html",
        order=it,
        each=each,
        prints=_prints(use, looked.checked.facts, it),
    )
    return jsonify(html=html, taken=not looked.problems, token=each.token)


@PAGES.get("/<number>/artwork/look/<int:page_number>.png")
def waiting_preview(number: str, page_number: int) -> Response:
    """A page of a file that waits to be sent, as a picture that was drawn of it."""
    file = waiting(found(number), request.args.get("look", ""))
    return _picture(file.picture(page_number) if file else None)


def _looked(order: Order) -> list[Looked]:
    """The files that came with a form, or wait since they were shown, looked at."""
    sent = {each.use: each for use in wanted(order.options) for each in _sent(use)}
    tokens = [request.form.get(f"look-{use.value}", "") for use in wanted(order.options)]
    waits = [each for token in tokens if token and (each := waiting(order, token))]
    files = system().files
    with looking():
        return [service.look(files, each, order.options) for each in sent.values()] + [
            service.look_again(files, each.use, each.name, each.sha256, order.options)
            for each in waits
            if each.use not in sent
        ]


@PAGES.get("/<number>/files/<int:file>/<int:page_number>.png")
def preview(number: str, file: int, page_number: int) -> Response:
    """A page of a file as a picture that was drawn of it."""
    return _picture(service.preview_of(current_work(), number, file, page_number))


@PAGES.get("/<number>/cover.png")
def cover(number: str) -> Response:
    """The cover as far as it can be shown before a proof, also with files that wait to be sent."""
    it = found(number)
    return _picture(
        service.cover_preview(current_work(), it, drawn(it, request.args.getlist("look")))
    )


# Proofs


@PAGES.get("/<number>/proof")
def proof(number: str) -> str:
    """The newest proof, page by page, or an earlier one."""
    return _proof(number)


def _proof(number: str, refused: str = "") -> str:
    it = found(number)
    sent = proofs.proofs(current_work(), it)
    asked = number_asked("version")
    chosen = next((each for each in sent if each.version == asked), sent[0] if sent else None)
    newest = bool(sent) and chosen is sent[0]
    return page(
        "proof.html",
        it,
        "proof",
        refused=refused,
        comment=forms.CommentForm(),
        changes=forms.ChangesForm(),
        proofs=sent,
        shown=chosen,
        newest=newest,
        may_approve=newest and may(Action.APPROVE_PROOF, it),
        may_ask=newest and may(Action.ASK_CHANGES, it),
        may_comment=newest and it.state in {State.PROOF_SENT, State.CHANGES_ASKED},
    )


@PAGES.post("/<number>/proof/comment")
def comment(number: str) -> Answer:
    """Say something about a page of the newest proof."""
    found(number)
    form = forms.CommentForm()

    def do() -> str:
        proofs.comment(
            current_work(),
            number,
            proof_version=form.proof_version.number,
            page=form.page.number,
            text=form.text.data,
        )
        return "Your comment stands on the proof."

    anchor = f"page-{max(form.page.number, 0)}"
    onward = url_for(".proof", number=number, _anchor=anchor)
    return tried(do, onward, lambda refused: _proof(number, refused))


@PAGES.post("/<number>/proof/changes")
def changes(number: str) -> Answer:
    """Ask for changes of the newest proof."""
    found(number)

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
    return tried(do, onward, lambda refused: _proof(number, refused))


@PAGES.get("/<number>/proof/approve")
def ask_approve(number: str) -> str:
    """What is approved, and that it cannot be taken back."""
    return _approve(number)


def _approving(it: Order, sent: Sequence[Proof]) -> Consent:
    """What is printed once the newest proof is approved."""
    facts = {
        "Copies": written(it.quantity),
        "Addresses": "; ".join(
            ", ".join((written(each.copies), each.name, *each.lines, each.city, each.place))
            for each in it.ship_to
        ),
    }
    if sent:
        file = sent[0].file
        facts["Proof"] = f"version {file.version}, {file.name}, {file.sha256[:12]}"
    return Consent(it.version, facts, ("looked", "name"))


def _approve(number: str, refused: str = "") -> str:
    it = found(number)
    sent = proofs.proofs(current_work(), it)
    if not sent:
        abort(404)
    consent = _approving(it, sent)
    return page(
        "approve.html",
        it,
        "proof",
        refused=refused,
        consent=consent,
        form=forms.ApproveForm(consent.typed),
        proof=sent[0],
        can=may(Action.APPROVE_PROOF, it),
    )


@PAGES.post("/<number>/proof/approve")
def approve(number: str) -> Answer:
    """Approve the very file that was shown."""
    found(number)

    def do() -> str:
        it = found(number)
        sent = proofs.proofs(current_work(), it)
        _approving(it, sent).require()
        form = forms.ApproveForm()
        release()  # reading the file holds nobody up
        kept = proofs.kept_as(system().files, sent[0].file) if sent else ""
        proofs.approve(
            current_work(),
            number,
            version=form.version.number,
            proof_version=form.proof_version.number,
            sha256=form.sha256.data,
            kept=kept,
            name=form.name.data,
            ticked=form.looked.is_ticked,
        )
        return "Approved. Production begins."

    onward = url_for("organization_orders.order", number=number)
    return tried(do, onward, lambda refused: _approve(number, refused))


def _picture(png: bytes | None) -> Response:
    if png is None:
        abort(404)
    return send_file(BytesIO(png), "image/png")


def _sent(use: Use) -> list[ArtworkUpload]:
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
