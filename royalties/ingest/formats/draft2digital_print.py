"""Draft2Digital: sales of printed books, laid out as its report of e-books."""

from dataclasses import replace

from royalties.ingest.formats import draft2digital_ebook
from royalties.ingest.report.declaration import BOOK, Column

FORMAT = replace(
    draft2digital_ebook.FORMAT,
    name="draft2digital-print",
    title="Draft2Digital's report of print sales",
    account="print",
    columns=(
        Column(BOOK, ("Paperback ISBN", "Print ISBN", "Hardcover ISBN"), required=True),
        *draft2digital_ebook.COLUMNS,
    ),
)
