"""Files that must stay as they came or as they were issued; ``verify`` asks for it."""

from collections.abc import Iterator
from pathlib import Path

from royalties.domain.sales.imports import BatchStatus
from royalties.domain.sales.slices import Origin
from royalties.services.books import setup_in_force
from royalties.services.work import Work
from royalties.store.desk import notes
from royalties.store.ledger import checks
from royalties.store.orders import certificates, messages
from royalties.store.statements import documents

Failures = Iterator[str]


def issued_differ(work: Work, periods: dict[int, str]) -> Failures:
    """Issued statements' files are as they were issued; ``periods`` are names by number."""
    for row in checks.issued_files(work.connection):
        if row.period_id is None:
            yield f"{row.name} was issued, but there is no statement {row.number}"
            continue
        path = work.files.issued(periods.get(row.period_id, ""), row.name)
        yield from _differs(
            work, path, row.sha256, f"issued file {path.name} of statement {row.number}"
        )


def received_differ(work: Work) -> Failures:
    """Reports are stored as they were received."""
    for row in checks.imports(work.connection):
        if (
            row.status != BatchStatus.RECORDED
            or row.corrects is not None
            or row.origin == Origin.ORDER
        ):
            continue
        path = work.files.received(row.sha256)
        name = f"received file of import {row.id} ({row.file_name})"
        yield from _differs(work, path, row.sha256, name)


def sent_differ(work: Work) -> Failures:
    """What came for orders (logos, proofs, purchase orders, certificates) is stored as it came."""
    for file in messages.all_files(work.connection):
        path = work.files.order_file(file.sha256)
        name = f"{file.kind} {file.name} of order {file.order}"
        yield from _differs(work, path, file.sha256, name)
    for paper in certificates.all_certificates(work.connection):
        path = work.files.order_file(paper.sha256)
        name = f"certificate {paper.id} of {paper.organization} for {paper.place}"
        yield from _differs(work, path, paper.sha256, name)


def documents_differ(work: Work) -> Failures:
    """Old statements of beneficiaries are stored as they came, those that were taken back too."""
    for row in documents.all_documents(work.connection):
        path = work.files.document(row.sha256)
        whose = f" of {row.beneficiary}" if row.beneficiary else ""
        yield from _differs(
            work, path, row.sha256, f"earlier statement {row.id} ({row.name}){whose}"
        )


def note_files_differ(work: Work) -> Failures:
    """Files that came with notes are stored as they came, those of withdrawn notes too."""
    for row in notes.all_files(work.connection):
        path = work.files.document(row.sha256)
        yield from _differs(work, path, row.sha256, f"file {row.name} of note {row.note_id}")


def samples_differ(work: Work) -> Failures:
    """Sample chapters of the titles in force are stored under their fingerprints."""
    for title in setup_in_force(work).titles.values():
        for place, chapter in enumerate(title.shown.chapters, 1):
            if not chapter.sample or chapter.sample.startswith("https:"):
                continue
            path = work.files.sample(chapter.sample)
            name = f"sample of chapter {place} of {title.key}"
            yield from _differs(work, path, chapter.sample.partition(".")[0], name)


def _differs(work: Work, path: Path, expected: str, name: str) -> Failures:
    if not path.exists():
        yield f"the {name} is missing"
    elif work.files.fingerprint(path)[0] != expected:
        yield f"the {name} was changed"
