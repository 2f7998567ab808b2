"""Contracts, plans and beneficiaries: the room whose pages stand in the modules named here."""

from royalties.web.finance import beneficiaries, contracts, plans
from royalties.web.finance.editing import PAGES

__all__ = ["PAGES", "beneficiaries", "contracts", "plans"]
