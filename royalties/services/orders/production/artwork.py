"""Artwork of orders: checked for what it is, stored in versions, and shown only as previews.

A file is looked at before its order is touched, since that takes a moment: ``look`` needs no
transaction. What it found is then sent with ``send_artwork``.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import IO, Any, Self

from reports.cover import TEMPLATE_VERSION, Cover, cover_png
from royalties.adapters.files import DiskError, Files, TooLargeError
from royalties.domain.orders.artwork import Use, wanted
from royalties.domain.orders.life import Action, Precondition, Side
from royalties.domain.orders.order import FileKind
from royalties.domain.orders.pricing import Option
from royalties.domain.people import Verb
from royalties.domain.problems import Problem
from royalties.ingest.uploads.artwork import LARGEST, CheckedFile, check, named, too_large
from royalties.services.books import setup_in_force
from royalties.services.enclosures import shown_name
from royalties.services.orders import life, messages
from royalties.services.orders.life import Order
from royalties.services.orders.messages import require_room
from royalties.services.orders.preconditions import preconditions_met
from royalties.services.work import RefusedError, Work
from royalties.store.orders import messages as store

MOST_FILES = 60
"""Files of artwork that one order takes, all versions together."""

USES = (Use.LOGO, Use.LETTER, Use.COVER)
"""What artwork is for; a file is stored under its use."""


class ArtworkNotTakenError(RefusedError):
    """Files that cannot be taken, with every problem of each."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        first = problems[0]
        super().__init__(f"{first.value}: {first.message}: {first.remedy}")


@dataclass(frozen=True, slots=True)
class ArtworkUpload:
    """A file as it was sent."""

    use: Use
    name: str
    stream: IO[bytes]


@dataclass(frozen=True, slots=True)
class InspectedFile:
    """A file that was looked at; with what was made of it, it waits among the uploads for an hour.

    Attributes:
        previews: fingerprints of the pictures of its pages.
        clean: the fingerprint of an SVG's text that only draws, if it is one.
    """

    use: Use
    name: str
    sha256: str
    size: int
    checked: CheckedFile
    previews: tuple[str, ...] = ()
    clean: str = ""

    @classmethod
    def of(
        cls, files: Files, sent: tuple[Use, str], stored: tuple[str, int], checked: CheckedFile
    ) -> Self:
        """A file as it was looked at; what was made of it is written down before it is sent.

        Args:
            files: of the running system.
            sent: what it is for, and its name.
            stored: its fingerprint and size among the uploads.
            checked: what was found of it; if there is a problem, nothing is written.
        """
        if checked.problems:
            return cls(*sent, *stored, checked)
        previews = tuple(files.keep_upload(BytesIO(png), len(png))[0] for png in checked.previews)
        text = checked.clean.encode()
        clean = files.keep_upload(BytesIO(text), len(text))[0] if text else ""
        return cls(*sent, *stored, checked, previews, clean)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why it cannot be taken."""
        return self.checked.problems


@dataclass(frozen=True, slots=True)
class OrderFile:
    """A file of an order; ``version`` counts the files of the same use.

    Attributes:
        facts: what was measured: ``pixels``, ``colours``, ``pages``, ``points`` …
        warnings: those that its sender was shown.
        previews: how many pages can be shown, counted from 1.
        is_newest: whether it is the one of its use that counts.
    """

    id: int
    use: Use
    version: int
    name: str
    type: str
    sha256: str
    size: int
    facts: Mapping[str, Any]
    warnings: tuple[str, ...]
    previews: int
    is_newest: bool
    at: datetime
    by: str
    side: Side


def inspect(files: Files, sent: ArtworkUpload, options: Sequence[Option] = ()) -> InspectedFile:
    """Keep a file among the uploads and look at it in a process of its own.

    Args:
        files: of the running system.
        sent: the file.
        options: of the order; they say how large it is printed.
    """
    name = shown_name(sent.name) if sent.name.strip() else f"a {sent.use.value}"
    try:
        fingerprint, size = files.keep_upload(sent.stream, LARGEST)
    except TooLargeError:
        return InspectedFile(
            sent.use, name, "", 0, CheckedFile("", {}, problems=(too_large(name, sent.use),))
        )
    checked = check(files.upload(fingerprint), name, sent.use, options)
    if checked.problems:
        files.drop_upload(fingerprint)
    return InspectedFile.of(
        files, (sent.use, named(name, checked.type)), (fingerprint, size), checked
    )


def inspect_again(
    files: Files, use: Use, name: str, fingerprint: str, options: Sequence[Option] = ()
) -> InspectedFile:
    """Look once more at a file that waits among the uploads, before it is sent.

    Raises:
        RefusedError: it has waited for too long.
    """
    path = files.upload(fingerprint)
    if not path.is_file():
        raise RefusedError(f"{name} has waited for too long: choose it again")
    found = check(path, name, use, options)
    return InspectedFile.of(files, (use, name), (fingerprint, path.stat().st_size), found)


def send_artwork(
    work: Work, number: str, *, version: int, files: Sequence[InspectedFile], rights: bool
) -> Order:
    """Send artwork, the first or a newer one; the order then waits for its proof.

    Args:
        work: the unit of work.
        number: the order's.
        version: of the order, as it was looked at.
        files: at most one of each use; none where all that is wanted is there already.
        rights: whether the sender says that it may be printed.

    Raises:
        ArtworkNotTakenError: a file has problems.
        RefusedError: something is missing, or the table does not allow it.
    """
    _require_side(work)
    _require_fit(files, rights=rights)
    order = life.lock(work, number, version)
    earlier = artwork_files(work, order)
    if len(earlier) + len(files) > MOST_FILES:
        raise RefusedError(f"order {number} has {MOST_FILES} files already: write us a message")
    lacking = missing(order, [*(file.use for file in earlier), *(file.use for file in files)])
    if lacking:
        words = " and ".join(f"a {use.value}" for use in lacking)
        raise RefusedError(f"{words} is missing: the order's options need it, so send it too")
    require_room(work, order.organization, [file.size for file in files])
    for file in files:
        store_file(work, order, file)
    met = (preconditions_met(work, order) - {Precondition.ARTWORK}) | {Precondition.ARTWORK}
    names = ", ".join(file.name for file in files) or "as it was"
    detail = {"file": names, "files": [file.sha256 for file in files], "rights": rights}
    return life.move(work, order, Action.SEND_ARTWORK, met=met, detail=detail)


def missing(order: Order, there: Sequence[Use]) -> tuple[Use, ...]:
    """What an order's options still need beside what is there."""
    return tuple(use for use in wanted(order.options) if use not in there)


def artwork_files(work: Work, order: Order) -> list[OrderFile]:
    """An order's artwork and letters in all versions, the newest first."""
    work.actor.require(Verb.READ_ORDERS)
    return files_of(store.files_of(work.connection, order.id, *map(FileKind, USES)))


def files_of(rows: Sequence[store.FileRow]) -> list[OrderFile]:
    """Files as values, numbered within their use, the newest first."""
    files: list[OrderFile] = []
    counted: dict[str, int] = {}
    for row in rows:
        use = str(row.facts["use"])
        counted[use] = counted.get(use, 0) + 1
        files.append(_file_of(row, counted[use]))
    last = dict(counted)
    return [
        each if each.version < last[each.use.value] else _as_newest(each)
        for each in reversed(files)
    ]


def preview_of(work: Work, number: str, file_id: int, page: int = 1) -> bytes | None:
    """A PNG of a page of an order's file, or None: another organization's does not exist."""
    work.actor.require(Verb.READ_ORDERS)
    row = store.find_file(work.connection, work.actor, number, file_id)
    if row is None:
        return None
    previews = row.facts.get("previews", [])
    if not 1 <= page <= len(previews):
        return None
    return _stored_file(work.files, previews[page - 1])


def drawing_of(work: Work, number: str, file_id: int) -> messages.OrderDownload | None:
    """An SVG with only what draws, for the printer; None: no drawing, or another organization's."""
    work.actor.require(Verb.READ_ORDERS)
    row = store.find_file(work.connection, work.actor, number, file_id)
    if row is None or not row.facts.get("clean"):
        return None
    path = work.files.order_file(f"{row.facts['clean']}-clean.svg")
    name = f"{row.name.removesuffix('.svg')} for the printer.svg"
    return messages.OrderDownload(name, row.type, path) if path.is_file() else None


def store_file(work: Work, order: Order, file: InspectedFile) -> int:
    """Keep a file that passed its checks, with its previews; returns its number.

    All of it is on the disk already and gets another name, so that the order is held briefly.
    """
    work.files.keep_checked(file.sha256)
    for digest in file.previews:
        work.files.keep_checked(f"{digest}-preview.png", work.files.upload(digest))
    facts = {
        **file.checked.facts,
        "use": file.use.value,
        "warnings": file.checked.warnings,
        "previews": file.previews,
    }
    if file.clean:
        facts["clean"] = file.clean
        work.files.keep_checked(f"{file.clean}-clean.svg", work.files.upload(file.clean))
    values = {
        "kind": FileKind(file.use),
        "name": file.name,
        "type": file.checked.type,
        "sha256": file.sha256,
        "size": file.size,
        "facts": facts,
    }
    return _add(work, order, values)


def cover_preview(work: Work, order: Order, drawn: Mapping[Use, bytes] | None = None) -> bytes:
    """The order's cover as far as it can be shown before a proof, as PNG.

    Args:
        work: the unit of work.
        order: found for the actor.
        drawn: pictures of files that were not sent yet, which are shown instead of those that were.
    """
    setup = setup_in_force(work)
    title = setup.titles.get(order.title)
    newest = {each.use: each for each in artwork_files(work, order) if each.is_newest}
    pictures = {
        use: (drawn or {}).get(use) or _first_preview(work, newest.get(use))
        for use in (Use.LOGO, Use.COVER)
    }
    cover = Cover(
        title=title.heading if title else order.title,
        subtitle=(title.shown.subtitle or "") if title else "",
        authors=title.authors if title else (),
        publisher=setup.publisher.name,
        has_panel=Option.LOGO_ON_COVER in order.options,
        logo=pictures[Use.LOGO],
        picture=pictures[Use.COVER] if Option.CUSTOM_COVER in order.options else None,
    )
    name = f"{_fingerprint(cover)}-cover.png"
    path = work.files.order_file(name)
    if path.is_file():
        return path.read_bytes()
    png = cover_png(cover)
    if drawn:
        return png
    try:
        work.files.keep_made(name, png)
    except DiskError:
        return png  # it is only drawn once more the next time
    return png


def _fingerprint(cover: Cover) -> str:
    parts = [TEMPLATE_VERSION, cover.title, cover.subtitle, *cover.authors, cover.publisher]
    digest = sha256(json.dumps([*parts, cover.has_panel]).encode())
    for picture in (cover.logo, cover.picture):
        digest.update(sha256(picture or b"").digest())
    return digest.hexdigest()


def _first_preview(work: Work, file: OrderFile | None) -> bytes | None:
    if file is None or not file.previews:
        return None
    return _stored_file(work.files, file.facts["previews"][0])


def _stored_file(files: Files, digest: str) -> bytes | None:
    path = files.order_file(f"{digest}-preview.png")
    return path.read_bytes() if path.is_file() else None


def _require_side(work: Work) -> None:
    work.actor.require(Verb.KEEP_ORDERS if work.actor.sees_all else Verb.ORDER)


def _require_fit(files: Sequence[InspectedFile], *, rights: bool) -> None:
    problems = [problem for file in files for problem in file.problems]
    if problems:
        raise ArtworkNotTakenError(problems)
    uses = [file.use for file in files]
    if len(set(uses)) < len(uses) or not {*uses} <= {*USES}:
        raise RefusedError("send one file for each: a logo, a letter, a cover")
    if files and not rights:
        raise RefusedError("say that you may have this printed: tick the box beside the files")


def _add(work: Work, order: Order, values: Mapping[str, object]) -> int:
    side = life.side_of(work)
    return store.add_file(
        work.connection,
        {**values, "order_id": order.id, "at": work.at, "by": work.actor.name, "side": side},
    )


def _file_of(row: store.FileRow, version: int) -> OrderFile:
    facts = row.facts
    return OrderFile(
        row.id,
        Use(facts["use"]),
        version,
        row.name,
        row.type,
        row.sha256,
        row.size,
        facts,
        tuple(facts["warnings"]),
        len(facts["previews"]),
        is_newest=False,
        at=row.at,
        by=row.by,
        side=row.side,
    )


def _as_newest(file: OrderFile) -> OrderFile:
    return replace(file, is_newest=True)
