"""Artwork and proofs as they are sent, without an engine that draws them beforehand."""

import io

from PIL import Image

from royalties.domain.orders.artwork import Use
from royalties.domain.people import Actor
from royalties.services.orders.life import Order, find
from royalties.services.orders.production import artwork, proofs
from royalties.services.orders.production.artwork import ArtworkUpload, InspectedFile
from tests.builders.books import Office
from tests.builders.orders import accepted
from tests.builders.pdfs import a_pdf


def a_logo(colour: tuple[int, int, int, int] = (27, 108, 168, 255), size: int = 945) -> bytes:
    """A square of one colour on a transparent ground."""
    picture = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    picture.paste(colour, (size // 4, size // 4, size * 3 // 4, size * 3 // 4))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def looked(office: Office, use: Use, data: bytes, name: str = "file") -> InspectedFile:
    """A file that was checked."""
    return artwork.inspect(office.system.files, ArtworkUpload(use, name, io.BytesIO(data)))


def the_order(office: Office, actor: Actor, number: str) -> Order:
    """An order as it stands now."""
    with office.system.work(actor, read_only=True) as work:
        found = find(work, number)
    assert found is not None
    return found


def send_logo(office: Office, actor: Actor, number: str, data: bytes = b"") -> Order:
    """Send a logo for an order."""
    file = looked(office, Use.LOGO, data or a_logo(), "logo.png")
    version = the_order(office, actor, number).version
    with office.system.work(actor) as work:
        return artwork.send_artwork(work, number, version=version, files=[file], rights=True)


def with_artwork(office: Office, actor: Actor) -> str:
    """The number of an order whose logo was sent."""
    number = accepted(office, actor)
    send_logo(office, actor, number)
    return number


def send_proof(office: Office, number: str, data: bytes = b"") -> Order:
    """Send a proof of two pages to an organization."""
    file = looked(office, Use.PROOF, data or a_pdf(pages=2), "proof.pdf")
    with office.work() as work:
        order = find(work, number)
        assert order is not None
        return proofs.send_proof(work, number, version=order.version, file=file)


def with_proof(office: Office, actor: Actor) -> str:
    """The number of an order whose proof waits for an answer."""
    number = with_artwork(office, actor)
    send_proof(office, number)
    return number
