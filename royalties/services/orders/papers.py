"""Papers of orders: what they say is frozen, and their files have the same bytes ever after."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import NamedTuple

from pydantic import TypeAdapter

from royalties.domain.orders.order import PaperKind
from royalties.domain.orders.papers import InvoiceShown
from royalties.services.work import RefusedError, Work
from royalties.store.orders import papers as store
from royalties.store.orders.money import InvoiceRow

FOLDER = "orders"
"""Where they are stored among the issued files."""

TEMPLATE_VERSION = "1"
"""Changes whenever the same content would be printed otherwise than before."""

FILES = ("pdf", "xlsx")
_WORDS = {
    PaperKind.QUOTE: "Quote",
    PaperKind.INVOICE: "Invoice",
    PaperKind.PACKING_LIST: "Packing list",
}


class Paper(NamedTuple):
    """A file to be given out."""

    name: str
    data: bytes


def paper(work: Work, kind: PaperKind, number: str, file: str, make: Callable[[], bytes]) -> Paper:
    """The file of a paper: as it was made once, or made now and stored.

    The verb that issues a paper asks for its files at once, so that they are stored with it; work
    that only reads cannot store what it makes. Whether the actor may see it is asked before.

    Args:
        kind: what it is.
        number: the paper's own, such as ``O-2026-0001/2``.
        file: ``pdf`` or ``xlsx``.
        make: makes its bytes.

    Raises:
        RefusedError: the file is missing, or was changed since.
    """
    known = store.find_paper(work.connection, kind, number, file)
    if known is not None:
        return Paper(known.name, _stored_bytes(work, known))
    name = f"{_WORDS[kind]} {number.replace('/', '-')}.{file}"
    data = make()
    if work.memory is None:
        _save(work, kind, number, file, Paper(name, data))
    return Paper(name, data)


def failures(work: Work) -> Iterator[str]:
    """What is wrong with quotes and with files that were made of papers."""
    for order, row in store.all_quotes(work.connection):
        if sha256(row.content.encode()).hexdigest() != row.fingerprint:
            yield f"quote {order}/{row.version} was changed"
    for paper_row in store.all_papers(work.connection):
        path = work.files.issued(FOLDER, _on_disk(paper_row.name, paper_row.sha256))
        if not path.exists():
            yield f"the issued file {path.name} is missing"
        elif work.files.fingerprint(path)[0] != paper_row.sha256:
            yield f"the issued file {path.name} was changed"


def _save(work: Work, kind: PaperKind, number: str, file: str, document: Paper) -> None:
    digest = sha256(document.data).hexdigest()
    work.files.keep_issued(FOLDER, _on_disk(document.name, digest), document.data)
    store.add_paper(
        work.connection,
        store.PaperRow(
            kind, number, file, document.name, digest, TEMPLATE_VERSION, work.at, work.actor.name
        ),
    )


def _stored_bytes(work: Work, known: store.PaperRow) -> bytes:
    path = work.files.issued(FOLDER, _on_disk(known.name, known.sha256))
    data = path.read_bytes() if path.exists() else b""
    if sha256(data).hexdigest() != known.sha256:
        raise RefusedError(
            f"the issued file {path.name} is missing or was changed: restore it from a backup "
            f"(verifying the books names every such file)"
        )
    return data


def _on_disk(name: str, digest: str) -> str:
    """The file's name at home; with its fingerprint, since work may be taken back and redone."""
    stem, _, file = name.rpartition(".")
    return f"{stem} {digest[:8]}.{file}"


_INVOICE = TypeAdapter(InvoiceShown)


def invoice_shown(row: InvoiceRow) -> InvoiceShown:
    """What an invoice or credit note says."""
    return _INVOICE.validate_json(row.content)


def frozen(invoice: InvoiceShown) -> tuple[str, str]:
    """What an invoice says as it is stored, and its fingerprint."""
    content = _INVOICE.dump_json(invoice).decode()
    return content, fingerprint_of(content)


def fingerprint_of(content: str) -> str:
    """SHA-256 of the stored content, byte for byte.

    It is never compared with what is written anew: a later version says more beside the same.
    """
    return sha256(content.encode()).hexdigest()
