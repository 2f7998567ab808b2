"""Artwork of orders: accepted once complete, and shown only as redrawn pictures."""

import io
from dataclasses import replace
from hashlib import sha256

import pytest
from PIL import Image

from royalties.domain.orders.artwork import Use
from royalties.domain.orders.life import Side, State
from royalties.domain.orders.pricing import Option
from royalties.domain.people import Actor, NotAllowedError, Role
from royalties.ingest.uploads import artwork as ingest
from royalties.services.orders import life, messages
from royalties.services.orders.intake import requests
from royalties.services.orders.production import artwork, editions, proofs
from royalties.services.orders.production.artwork import ArtworkNotTakenError, ArtworkUpload
from royalties.services.orders.quoting import quotes
from royalties.services.work import RefusedError
from tests.builders.books import Office, after
from tests.builders.editions import (
    a_logo,
    looked,
    send_logo,
    send_proof,
    the_order,
    with_artwork,
)
from tests.builders.orders import (
    CUSTOM,
    a_price_list,
    accepted,
    history,
    letters,
    order_setup,
    quoted,
    somebody,
    takes_orders,
)
from tests.builders.pdfs import a_pdf
from tests.builders.shipped import acted, invoice, receive, ship


def send(
    office: Office, actor: Actor, number: str, files: list[artwork.InspectedFile]
) -> life.Order:
    version = the_order(office, actor, number).version
    with office.system.work(actor) as work:
        return artwork.send_artwork(work, number, version=version, files=files, rights=True)


TERMS = {"minimum": 10, "set_up": "10.00", "per_copy": "0.10"}
EVERYTHING = {option.value: TERMS for option in Option}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 200"><g id="x"/><desc>SECRET</desc><rect width="99" height="99" fill="#f00"/></svg>'


def offers_everything(office: Office) -> None:
    """A house that offers every option."""
    takes_orders(office)
    office.load(order_setup(price_lists=[a_price_list(options=EVERYTHING)]))


@pytest.fixture
def orla(office: Office) -> Actor:
    return somebody(office, "Orla", Role.ORGANIZATION, "guild")


@after(takes_orders)
def test_accepted_logo_moves_the_order_to_proof(office: Office, orla: Actor) -> None:
    number = accepted(office, orla)
    order = send_logo(office, orla, number)
    assert order.state is State.ARTWORK
    with office.system.work(orla, read_only=True) as work:
        [file] = artwork.artwork_files(work, order)
        shown = artwork.preview_of(work, number, file.id)
        original = messages.file_of(work, number, file.id)
    assert (file.use, file.version, file.name, file.type) == (Use.LOGO, 1, "logo.png", "image/png")
    assert file.is_newest
    assert file.facts["pixels"] == [945, 945]
    assert any("RGB" in each for each in file.warnings)
    assert shown is not None
    assert Image.open(io.BytesIO(shown)).size == (945, 945)
    assert original is not None
    assert original.path.read_bytes() == a_logo()
    assert ("Orla", "send-artwork", "artwork") in history(office, number)
    assert any("new artwork" in subject for _, subject, _ in letters(office))


@after(takes_orders)
def test_staff_can_send_artwork(office: Office, orla: Actor) -> None:
    number = accepted(office, orla)
    clerk = Actor("Cleo", Role.CLERK)
    assert send_logo(office, clerk, number).state is State.ARTWORK


@after(takes_orders)
def test_second_version_is_kept_beside_the_first(office: Office, orla: Actor) -> None:
    number = with_artwork(office, orla)
    order = send_logo(office, orla, number, a_logo((200, 0, 0, 255)))
    with office.system.work(orla, read_only=True) as work:
        newest, first = artwork.artwork_files(work, order)
        assert artwork.preview_of(work, number, first.id) != artwork.preview_of(
            work, number, newest.id
        )
    assert (newest.version, newest.is_newest) == (2, True)
    assert (first.version, first.is_newest) == (1, False)


@after(takes_orders)
def test_a_file_with_problems_changes_nothing(office: Office, orla: Actor) -> None:
    number = accepted(office, orla)
    before = office.hashes()
    with pytest.raises(ArtworkNotTakenError, match="PostScript") as caught:
        send_logo(office, orla, number, b"%!PS-Adobe-3.0 EPSF-3.0\n")
    assert caught.value.problems[0].column == "logo"
    assert office.hashes() == before
    assert the_order(office, orla, number).state is State.ACCEPTED
    assert not (office.system.config.home / "orders").exists()


@after(takes_orders)
def test_a_file_that_is_too_large_is_not_kept(
    office: Office, orla: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(artwork, "LARGEST", 1_000)
    found = looked(office, Use.LOGO, b"\x89PNG" + b"\0" * 1_000, "logo.png")
    assert "larger than 50 MB" in found.problems[0].message
    assert ingest.LARGEST == 50_000_000
    assert not list((office.system.config.home / "uploads").iterdir())


@after(takes_orders)
def test_artwork_needs_the_rights_ticked(office: Office, orla: Actor) -> None:
    number = accepted(office, orla)
    file = looked(office, Use.LOGO, a_logo())
    version = the_order(office, orla, number).version
    with office.system.work(orla) as work, pytest.raises(RefusedError, match="tick the box"):
        artwork.send_artwork(work, number, version=version, files=[file], rights=False)


@after(takes_orders)
def test_artwork_waits_for_purchase_order_or_deposit(office: Office, orla: Actor) -> None:
    league = somebody(office, "Lee", Role.ORGANIZATION, "league")
    number = accepted(office, league)
    with pytest.raises(RefusedError, match="deposit"):
        send_logo(office, league, number)
    with pytest.raises(RefusedError, match="quoted"):
        send_logo(office, orla, quoted(office, orla))


@after(offers_everything)
def test_artwork_must_include_every_required_file(office: Office, orla: Actor) -> None:
    asked = replace(CUSTOM, options=tuple(Option))
    number = accepted(office, orla, asked)
    with pytest.raises(RefusedError, match="a letter and a cover is missing"):
        send_logo(office, orla, number)
    files = [
        looked(office, Use.LOGO, SVG, "logo.svg"),
        looked(office, Use.LETTER, b"Dear reader,\n\nthank you.", "letter"),
        looked(office, Use.COVER, a_pdf(size=(450, 666)), "cover.pdf"),
    ]
    version = the_order(office, orla, number).version
    with office.system.work(orla) as work:
        order = artwork.send_artwork(work, number, version=version, files=files, rights=True)
    with office.system.work(orla, read_only=True) as work:
        found = {each.use: each for each in artwork.artwork_files(work, order)}
        assert {use: each.version for use, each in found.items()} == dict.fromkeys(found, 1)
        assert set(found) == {Use.LOGO, Use.LETTER, Use.COVER}
        drawing = artwork.drawing_of(work, number, found[Use.LOGO].id)
        assert artwork.drawing_of(work, number, found[Use.COVER].id) is None
        assert artwork.preview_of(work, number, found[Use.LETTER].id, 2) is None
        assert artwork.preview_of(work, number, found[Use.LETTER].id, 0) is None
    assert drawing is not None
    assert drawing.name == "logo for the printer.svg"
    assert b"SECRET" not in drawing.path.read_bytes()
    # Later one of them alone is replaced.
    assert send_logo(office, orla, number).state is State.ARTWORK


@after(takes_orders)
def test_two_files_for_one_use_are_refused(office: Office, orla: Actor) -> None:
    number = accepted(office, orla)
    files = [looked(office, Use.LOGO, a_logo()), looked(office, Use.LOGO, a_logo(size=500))]
    version = the_order(office, orla, number).version
    with office.system.work(orla) as work, pytest.raises(RefusedError, match="one file for each"):
        artwork.send_artwork(work, number, version=version, files=files, rights=True)


def next_step(office: Office, number: str) -> str:
    with office.work(read_only=True) as work:
        order = life.find(work, number)
        assert order is not None
        return life.next_step(order, Side.STAFF, life.preconditions_met(work, order))


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("options", [(), (Option.OWN_ISBN,)])
@after(offers_everything)
def test_order_without_artwork_options_skips_artwork(
    office: Office, orla: Actor, options: tuple[Option, ...]
) -> None:
    number = accepted(office, orla, replace(CUSTOM, options=options))
    with office.system.work(orla, read_only=True) as work:
        shown = quotes.quotes(work, the_order(office, orla, number))[0].shown
    assert "if you accept today and approve the first proof" in shown.delivery
    assert next_step(office, number) == "We: make a proof and send it."
    order = send_proof(office, number, a_pdf())
    with office.system.work(orla) as work:
        [sent] = proofs.proofs(work, order)
        proofs.approve(
            work,
            number,
            version=order.version,
            proof_version=sent.version,
            sha256=sent.file.sha256,
            stored=proofs.stored_fingerprint(work.files, sent.file),
            name="Orla Orr",
            ticked=True,
        )
    acted(office, number, lambda work, version: life.produce(work, number, version))
    acted(
        office,
        number,
        lambda work, version: editions.give_own_edition(work, number, None, version=version),
    )
    ship(office, number, 1, 200)
    ship(office, number, 2, 50)
    bill = invoice(office, number).row
    receive(office, bill.number, bill.total)
    assert the_order(office, orla, number).state is State.PAID
    assert office.rows("SELECT DISTINCT kind FROM order_file") == [("proof",)]
    assert office.faults() == {}


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(offers_everything)
def test_proof_waits_for_required_files_and_deposit(office: Office, orla: Actor) -> None:
    lee = somebody(office, "Lee", Role.ORGANIZATION, "league")
    unpaid = accepted(office, lee, replace(CUSTOM, options=(Option.OWN_ISBN,)))
    with pytest.raises(RefusedError, match="deposit"):
        send_proof(office, unpaid, a_pdf())
    letter = looked(office, Use.LETTER, b"Dear reader,\n\nthank you.", "letter")
    logo = looked(office, Use.LOGO, a_logo(), "logo.png")
    for options, words, wrong, right in (
        ((Option.LETTER_PAGE,), "a letter", [logo], [letter]),
        ((Option.STICKER,), "a logo", [letter], [logo]),
        ((Option.LOGO_INSIDE, Option.LETTER_PAGE), "a logo and a letter", [logo], [logo, letter]),
    ):
        number = accepted(office, orla, replace(CUSTOM, options=options))
        assert next_step(office, number) == f"The organization: send the artwork: {words}."
        with pytest.raises(RefusedError, match="artwork"):
            send_proof(office, number, a_pdf())
        with pytest.raises(RefusedError, match=r"is missing: the order's options need it"):
            send(office, orla, number, wrong)
        assert send(office, orla, number, right).state is State.ARTWORK


@after(takes_orders)
def test_another_organizations_artwork_does_not_exist(office: Office, orla: Actor) -> None:
    number = with_artwork(office, orla)
    lee = somebody(office, "Lee", Role.ORGANIZATION, "league")
    nell = Actor("Nell", Role.NONPROFIT, beneficiaries=frozenset({"seattle"}))
    order = the_order(office, orla, number)
    file = looked(office, Use.LOGO, a_logo())
    with office.system.work(orla, read_only=True) as work:
        [kept] = artwork.artwork_files(work, order)
    with office.system.work(lee, read_only=True) as work:
        assert artwork.preview_of(work, number, kept.id) is None
        assert messages.file_of(work, number, kept.id) is None
        assert artwork.drawing_of(work, number, kept.id) is None
    with office.system.work(lee) as work, pytest.raises(life.NoOrderError):
        artwork.send_artwork(work, number, version=order.version, files=[file], rights=True)
    with office.system.work(nell) as work, pytest.raises(NotAllowedError):
        artwork.send_artwork(work, number, version=order.version, files=[file], rights=True)
    with office.system.work(nell, read_only=True) as work, pytest.raises(NotAllowedError):
        artwork.preview_of(work, number, kept.id)


@after(takes_orders)
def test_file_of_another_order_is_not_found(office: Office, orla: Actor) -> None:
    first, second = with_artwork(office, orla), accepted(office, orla)
    with office.system.work(orla, read_only=True) as work:
        [kept] = artwork.artwork_files(work, the_order(office, orla, first))
        assert artwork.preview_of(work, second, kept.id) is None


@after(takes_orders)
def test_action_on_an_older_version_is_refused(office: Office, orla: Actor) -> None:
    number = accepted(office, orla)
    version = the_order(office, orla, number).version
    send_logo(office, orla, number)
    file = looked(office, Use.LOGO, a_logo())
    with office.system.work(orla) as work, pytest.raises(life.ChangedMeanwhileError):
        artwork.send_artwork(work, number, version=version, files=[file], rights=True)


@after(takes_orders)
def test_reorder_takes_the_newest_artwork(office: Office, orla: Actor) -> None:
    number = with_artwork(office, orla)
    send_logo(office, orla, number, a_logo((200, 0, 0, 255)))
    with office.system.work(orla) as work:
        again = requests.reorder(work, number).number
    with office.work() as work:
        quotes.issue_quote(work, again)
    with office.system.work(orla) as work:
        quotes.accept_quote(work, again, name="Orla", po_number="PO-8")
    version = the_order(office, orla, again).version
    with office.system.work(orla) as work:
        order = artwork.send_artwork(work, again, version=version, files=[], rights=False)
    with office.system.work(orla, read_only=True) as work:
        [file] = artwork.artwork_files(work, order)
        assert file.sha256 == sha256(a_logo((200, 0, 0, 255))).hexdigest()
        assert artwork.preview_of(work, again, file.id)


@pytest.mark.thorough("hostile values", but_one_in=3)
@after(takes_orders)
@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd.png"),
        ("C:\\x.png", "x.png"),
        ("logo.png%00.exe", "logo.png%00.exe.png"),
        (" ", "a logo.png"),
        ("x" * 300 + ".png", "x" * 251 + ".png"),
        ("gnp.\u202elogo", "gnp. logo.png"),
    ],
)
def test_file_name_is_never_used_as_a_path(office: Office, name: str, kept: str) -> None:
    found = looked(office, Use.LOGO, a_logo(), name)
    assert found.name == kept
    assert [path.name for path in (office.system.config.home / "uploads").iterdir()] == [
        found.sha256
    ]


# The cover


def cover(office: Office, actor: Actor, number: str) -> Image.Image:
    order = the_order(office, actor, number)
    with office.system.work(actor, read_only=True) as work:
        data = artwork.cover_preview(work, order)
        assert artwork.cover_preview(work, order) == data, "drawn once"
    found = Image.open(io.BytesIO(data))
    assert found.size == (667, 1000)
    assert set(found.info) <= {"dpi"}
    return found.convert("RGB")


@after(takes_orders)
def test_the_cover_shows_the_logo_in_its_panel(office: Office, orla: Actor) -> None:
    number = accepted(office, orla)
    before = cover(office, orla, number)
    send_logo(office, orla, number)
    shown = cover(office, orla, number)
    middle, corner = (333, 865 - 178), (333 - 100, 865 - 178)
    assert shown.getpixel(middle) == (27, 108, 168)
    assert shown.getpixel(corner) == before.getpixel((333 - 100, 640)), "its ground stays clear"
    send_logo(office, orla, number, a_logo((200, 0, 0, 255)))
    assert cover(office, orla, number).getpixel(middle) == (200, 0, 0)
    covers = list((office.system.config.home / "orders").glob("*-cover.png"))
    assert len(covers) == 3


@after(offers_everything)
def test_own_cover_replaces_the_drawn_one(office: Office, orla: Actor) -> None:
    number = accepted(office, orla, replace(CUSTOM, options=(Option.CUSTOM_COVER,)))
    red = a_pdf(size=(432, 648), content=b"1 0 0 rg 0 0 432 648 re f")
    file = looked(office, Use.COVER, red, "cover.pdf")
    version = the_order(office, orla, number).version
    with office.system.work(orla) as work:
        artwork.send_artwork(work, number, version=version, files=[file], rights=True)
    assert cover(office, orla, number).getpixel((333, 300)) == (255, 0, 0)


@after(takes_orders)
def test_files_are_checked_outside_a_transaction(office: Office) -> None:
    sent = ArtworkUpload(Use.LOGO, "logo.png", io.BytesIO(a_logo()))
    assert not artwork.inspect(office.system.files, sent, [Option.STICKER]).problems
