"""Every table, by subject. Alembic compares them with the migrations.

Amounts are integers of minor units, prices and receipts of reports integers of millionths,
rates and counters exact numbers as text, days ISO texts: the same on every database.
"""

from royalties.store.tables.catalogue import edition, identifier, price, retailer, title
from royalties.store.tables.history import log, revision
from royalties.store.tables.ledger import entry, posting
from royalties.store.tables.metadata import metadata
from royalties.store.tables.orders import (
    certificate,
    invoice,
    order_draft,
    order_event,
    order_file,
    order_message,
    order_request,
    orders,
    organization_member,
    paper,
    proof_comment,
    proof_decision,
    quote,
    quote_link,
    receipt,
    shipment,
)
from royalties.store.tables.people import (
    attempt,
    colleague,
    link,
    membership,
    person,
    recovery_code,
    session,
)
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
from royalties.store.tables.sales import batch, coverage, sale, sale_total, waiting
from royalties.store.tables.statements import issued, statement
from royalties.store.tables.work import (
    explanation,
    job,
    mail,
    proposal,
    sales_draft,
    setting,
    upload,
)

__all__ = [
    "allocation",
    "attempt",
    "batch",
    "cap_close",
    "certificate",
    "closed_run",
    "colleague",
    "contract_close",
    "counter_close",
    "coverage",
    "earned_line",
    "edition",
    "entry",
    "explanation",
    "identifier",
    "invoice",
    "issued",
    "job",
    "link",
    "log",
    "mail",
    "membership",
    "metadata",
    "order_draft",
    "order_event",
    "order_file",
    "order_message",
    "order_request",
    "orders",
    "organization_member",
    "paper",
    "period",
    "person",
    "posting",
    "price",
    "proof_comment",
    "proof_decision",
    "proposal",
    "quote",
    "quote_link",
    "receipt",
    "recovery_code",
    "reserve_release",
    "retailer",
    "revision",
    "sale",
    "sale_total",
    "sales_draft",
    "session",
    "setting",
    "settlement",
    "shipment",
    "statement",
    "title",
    "upload",
    "waiting",
]
