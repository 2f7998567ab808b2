"""Invoices as they were frozen, and how they are frozen."""

from hashlib import sha256

from pydantic import TypeAdapter

from royalties.domain.orders.papers import InvoiceShown
from royalties.store.orders.money import InvoiceRow

_INVOICE = TypeAdapter(InvoiceShown)


def invoice_shown(row: InvoiceRow) -> InvoiceShown:
    """What an invoice or credit note says."""
    return _INVOICE.validate_json(row.content)


def frozen(shown: InvoiceShown) -> tuple[str, str]:
    """What an invoice says as it is kept, and its fingerprint."""
    content = _INVOICE.dump_json(shown).decode()
    return content, fingerprint_of(content)


def fingerprint_of(content: str) -> str:
    """SHA-256 of what is kept, byte for byte.

    It is never compared with what is written anew: a later version says more beside the same.
    """
    return sha256(content.encode()).hexdigest()
