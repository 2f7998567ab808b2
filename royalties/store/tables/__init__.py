"""Every table, by subject. Alembic compares them with the migrations.

Amounts are integers of minor units, prices and receipts of reports integers of millionths,
rates and counters exact numbers as text, days ISO texts: the same on every database.
"""

from royalties.store.tables.catalogue import edition, identifier, price, retailer, title
from royalties.store.tables.history import log, revision
from royalties.store.tables.ledger import entry, posting
from royalties.store.tables.metadata import metadata
from royalties.store.tables.periods import period
from royalties.store.tables.runs import (
    allocation,
    cap_close,
    closed_run,
    contract_close,
    counter_close,
    earned_line,
    reserve_release,
    settlement,
)
from royalties.store.tables.sales import batch, coverage, sale, waiting
from royalties.store.tables.statements import issued, statement

__all__ = [
    "allocation",
    "batch",
    "cap_close",
    "closed_run",
    "contract_close",
    "counter_close",
    "coverage",
    "earned_line",
    "edition",
    "entry",
    "identifier",
    "issued",
    "log",
    "metadata",
    "period",
    "posting",
    "price",
    "reserve_release",
    "retailer",
    "revision",
    "sale",
    "settlement",
    "statement",
    "title",
    "waiting",
]
