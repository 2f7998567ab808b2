"""The setup file: a publisher's titles, contracts and plans, checked and made plain.

``read_setup`` opens a file, ``check`` compares it with what stands already in the books, the
``..._of`` functions make domain values of a body; ``models`` says what each key means.
"""

from royalties.ingest.setup.across import check, isbn_of
from royalties.ingest.setup.document import (
    KINDS,
    Bodies,
    Document,
    Entry,
    SetupError,
    in_order,
    parse_setup,
)
from royalties.ingest.setup.files import read_setup
from royalties.ingest.setup.schema import json_schema
from royalties.ingest.setup.values import (
    beneficiary_of,
    contract_of,
    exchange_rate_of,
    income_of,
    letterheads_of,
    mapping_of,
    plan_of,
    publisher_of,
    retailer_of,
    title_of,
)
from royalties.ingest.setup.values_orders import (
    bank_of,
    organization_of,
    payment_details_of,
    price_list_of,
)

__all__ = [
    "KINDS",
    "Bodies",
    "Document",
    "Entry",
    "SetupError",
    "bank_of",
    "beneficiary_of",
    "check",
    "contract_of",
    "exchange_rate_of",
    "in_order",
    "income_of",
    "isbn_of",
    "json_schema",
    "letterheads_of",
    "mapping_of",
    "organization_of",
    "parse_setup",
    "payment_details_of",
    "plan_of",
    "price_list_of",
    "publisher_of",
    "read_setup",
    "retailer_of",
    "title_of",
]
