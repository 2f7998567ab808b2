"""Files that were looked at and wait to be sent: what their page carries of them for an hour.

The bytes and the pictures drawn of them wait among the uploads. A page names them in a signed text,
so that nobody is shown, or sends, what was not looked at for this order and this person.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from royalties.domain.orders.artwork import Use
from royalties.services.orders.life import Order
from royalties.services.orders.production.artwork import InspectedFile
from royalties.web.core.visit import current_work, system

_LASTS = 3600


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that waits; ``pictures`` are the fingerprints of what was drawn of its pages."""

    use: Use
    name: str
    sha256: str
    pictures: tuple[str, ...]

    def picture(self, page: int = 1) -> bytes | None:
        """What was drawn of a page, if it still waits."""
        if not 1 <= page <= len(self.pictures):
            return None
        path = system().files.upload(self.pictures[page - 1])
        return path.read_bytes() if path.is_file() else None


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A file that was looked at, as a page shows it: ``token`` is what it carries of it."""

    looked: InspectedFile
    pages: int
    token: str


def checked_file(order: Order, inspected: InspectedFile) -> SignedFile:
    """Sign what the page carries of a file, whose pictures wait among the uploads."""
    if inspected.problems:
        return SignedFile(inspected, 0, "")
    signed = [
        *_order_and_person(order),
        inspected.use.value,
        inspected.name,
        inspected.sha256,
        inspected.previews,
    ]
    return SignedFile(inspected, len(inspected.previews), _signer().dumps(signed))


def checked_file_of(order: Order, token: str) -> CheckedFile | None:
    """What a page carries; None if it is not this person's, of another order, or too old."""
    try:
        number, person, use, name, sha256, pictures = _signer().loads(token, max_age=_LASTS)
    except BadSignature:
        return None
    if [number, person] != _order_and_person(order):
        return None
    return CheckedFile(Use(use), name, sha256, tuple(pictures))


def drawn(order: Order, tokens: Iterable[str]) -> dict[Use, bytes]:
    """The first picture of each file that waits, by its use."""
    found = (checked_file_of(order, token) for token in tokens)
    pictures = {each.use: each.picture() for each in found if each}
    return {use: picture for use, picture in pictures.items() if picture}


def _order_and_person(order: Order) -> list[object]:
    return [order.number, current_work().actor.person]


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="artwork")
