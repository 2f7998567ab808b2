"""Earlier statements as they are sent."""

import io
from collections.abc import Mapping

from royalties.domain.people import Actor
from royalties.services import enclosures
from royalties.services.statements import documents
from royalties.services.statements.documents import SavedDocuments
from tests.builders.books import TESS, Office

PDF = b"%PDF-1.4 an old statement"


def send_documents(
    office: Office,
    files: Mapping[str, bytes],
    actor: Actor = TESS,
    *,
    beneficiary: str = "",
    period: str = "",
    note: str = "",
    visible: bool = False,
) -> SavedDocuments:
    """Send files as a page does: checked, then stored."""
    kept = office.system.files
    taken = [
        each
        for name, data in files.items()
        for each in enclosures.take_each(kept, name, io.BytesIO(data))
    ]
    try:
        with office.system.work(actor) as work:
            return documents.save(
                work, taken, beneficiary=beneficiary, period=period, note=note, visible=visible
            )
    finally:
        for each in taken:
            kept.drop_enclosure(each.sha256)
