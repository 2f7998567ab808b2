"""Contracts, plans, beneficiaries, payment details: the room whose pages are in these modules."""

from royalties.web.finance.terms import (
    banks,
    beneficiaries,
    contracts,
    openings,
    payment_details,
    plans,
)
from royalties.web.finance.terms.editing import PAGES

__all__ = ["PAGES", "banks", "beneficiaries", "contracts", "openings", "payment_details", "plans"]
