"""What staff do with an order at the command line, one step at a time."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from datetime import date, datetime
from pathlib import Path
from typing import Any

from royalties.cli.desk import Desk
from royalties.domain.orders.artwork import Use
from royalties.services.orders import life
from royalties.services.orders.intake import customer_orders
from royalties.services.orders.life import NoOrderError
from royalties.services.orders.messages import AttachmentUpload
from royalties.services.orders.production import artwork, editions, proofs
from royalties.services.work import RefusedError, Work

INTERNAL = "internal"
"""Instead of an ISBN: the house's next own number."""

HOWS = {
    "mail": customer_orders.How.MAIL,
    "e-mail": customer_orders.How.EMAIL,
    "telephone": customer_orders.How.TELEPHONE,
}
"""How an acceptance came, as it is typed."""

Step = Callable[[Work, int], object]
"""What is done with an order, at the version it was looked at."""


def the_order(work: Work, number: str) -> life.Order:
    """An order by its number.

    Raises:
        NoOrderError: there is none.
    """
    order = life.find(work, number)
    if order is None:
        raise NoOrderError(number)
    return order


def send_artwork(desk: Desk, number: str, sent: Sequence[tuple[str, str]], *, rights: bool) -> Step:
    """Send files of artwork, each a use (``logo``, ``letter``, ``cover``) and a path."""
    uses = {each.value: each for each in artwork.USES}
    for use, _ in sent:
        if use not in uses:
            raise RefusedError(f"{use[:20]!r} is no use of a file: name one of {', '.join(uses)}")
    files = [_inspected(desk, number, uses[use], Path(path)) for use, path in sent]
    return lambda work, at: artwork.send_artwork(
        work, number, version=at, files=files, rights=rights
    )


def record_acceptance(
    number: str, name: str, how: str, day: datetime | None, po_number: str, file: Path | None
) -> Step:
    """Record that somebody accepted an order's quote on paper or by telephone."""

    def record(work: Work, at: int) -> object:
        with file.open("rb") if file else nullcontext() as stream:
            sent = AttachmentUpload(file.name, stream) if file and stream else None
            on = day.date() if day else work.today
            acceptance = customer_orders.Acceptance(name, HOWS[how], on, po_number, sent)
            return customer_orders.record_acceptance(work, number, acceptance, version=at)

    return record


def _edition(_: Desk, number: str, edition: str) -> Step:
    isbn = None if edition == INTERNAL else edition
    return lambda work, at: editions.give_own_edition(work, number, isbn, version=at)


def _proof(desk: Desk, number: str, path: Path) -> Step:
    file = _inspected(desk, number, Use.PROOF, path)
    return lambda work, at: proofs.send_proof(work, number, version=at, file=file)


def _promise(_: Desk, number: str, arguments: tuple[str, str]) -> Step:
    text, reason = arguments
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise RefusedError(f"{text[:20]!r} is no day: write it as 2026-04-03") from None
    return lambda work, at: life.set_promise(work, number, day, reason, at)


def _inspected(desk: Desk, number: str, use: Use, path: Path) -> artwork.InspectedFile:
    """Look at a file before its order is held, since that takes a moment."""
    with desk.work(read_only=True) as work:
        options = the_order(work, number).options
    try:
        with path.open("rb") as stream:
            return artwork.inspect(
                desk.system.files, artwork.ArtworkUpload(use, path.name, stream), options
            )
    except OSError as error:
        raise RefusedError(f"{path}: {error.strerror}") from error


STEPS: Mapping[str, Callable[[Desk, str, Any], Step]] = {
    "produce": lambda _, number, __: lambda work, at: life.produce(work, number, at),
    "edition": _edition,
    "proof": _proof,
    "promise": _promise,
    "decline": lambda _, number, why: lambda work, at: life.decline(work, number, why, at),
    "hold": lambda _, number, why: lambda work, at: life.hold(work, number, why, at),
    "resume": lambda _, number, __: lambda work, at: life.resume(work, number, at),
}
"""What each option of ``order`` does with its value."""
