"""What was sent back, withdrawn or left behind is prepared again: its form, with what it said.

The form's address names the proposal (``?again=12``). What it named of proposals that were sent
back as well is shown by its name there, although it is neither in force nor waits.
"""

from typing import Any

from flask import url_for

from royalties.domain.approvals import ProposalKind
from royalties.domain.people import Verb
from royalties.services import approvals
from royalties.services.approvals import APPROVED_BY_TWO, Proposal
from royalties.services.dependencies import entries_below
from royalties.services.terms import loading, preparing_again
from royalties.services.terms.preparing_again import ProposedAgain
from royalties.web.core.names import name_beside
from royalties.web.core.pages import number_in_query
from royalties.web.core.visit import current_work

_PAGES = {
    "contracts": ("terms.new_contract", "terms.amend_contract"),
    "plans": ("terms.new_plan", "terms.amend_version"),
    "beneficiaries": ("terms.new_beneficiary", "terms.amend_beneficiary"),
    "payment_details": ("terms.new_payment_details", "terms.amend_payment_details"),
    "organizations": ("organizations.new", "organizations.amend"),
    "price_lists": ("price_lists.new", "price_lists.amend"),
}
"""Of each part, the form of a new entry and the one that amends an entry."""

_BY_VERSION = frozenset({"plans", "price_lists"})
"""Parts whose entries have versions, one of which a form shows."""

NEW = "new"
"""In an address, in place of the first day of a version that there is not yet."""


def again_address(proposal: Proposal) -> str:
    """Where a proposal is prepared again; empty for who may not, and for what has no form."""
    may = current_work().actor.may
    if proposal.kind is not ProposalKind.SETUP:
        return ""
    if loading.is_file(proposal):
        return url_for("setup_files.again", number=proposal.id) if may(Verb.LOAD) else ""
    part = proposal.subject.partition(" ")[0]
    if part not in APPROVED_BY_TWO:
        return ""
    said = preparing_again.again(current_work(), proposal)
    if said.is_by_another_verb:
        if not may(Verb.PREPARE):
            return ""
        of = part.replace("_", "-")
        return url_for("inverses.entry", part=of, key=said.key, again=proposal.id)
    new, amend = _PAGES[part]
    if not may(Verb.PREPARE if new.startswith("terms.") else Verb.LOAD):
        return ""
    if said.now is None:
        return url_for(new, again=proposal.id)
    version: dict[str, Any] = {}
    if part in _BY_VERSION:
        day = said.version["from"]
        known_days = {each["from"] for each in said.now["versions"]}
        version = {"version": day if day in known_days else NEW}
    return url_for(amend, key=said.key, again=proposal.id, **version)


def asked_again(part: str, key: str = "") -> tuple[Proposal | None, ProposedAgain | None]:
    """The proposal that the form's address asks to prepare again, and what it says now.

    Args:
        part: of the form.
        key: of the entry that it amends; empty for a new one.
    """
    number = number_in_query("again")
    proposal = approvals.find(current_work(), number) if number else None
    if proposal is None or proposal.kind is not ProposalKind.SETUP or loading.is_file(proposal):
        return None, None
    said = preparing_again.again(current_work(), proposal)
    if said.part != part or (key and said.key != key):
        return None, None
    name_beside(entries_below(current_work(), proposal))
    return proposal, said
