"""What was sent back, withdrawn or left behind is prepared again: its form, with what it said.

The form's address names the proposal (``?again=12``). What it named of proposals that were sent
back as well is shown by its name there, although it is neither in force nor waits.
"""

from typing import Any

from flask import url_for

from royalties.domain.approvals import APPROVED_BY_TWO, Proposal, ProposalKind
from royalties.domain.people import Verb
from royalties.services import approvals
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
    "banks": ("terms.new_bank", "terms.amend_bank"),
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
    part = proposal.subject.partition(" ")[0]
    if proposal.kind is not ProposalKind.SETUP:
        return ""
    if loading.is_file(proposal):
        return _address(Verb.LOAD, "setup_files.again", number=proposal.id)
    if part not in APPROVED_BY_TWO:
        return ""
    proposed = preparing_again.again(current_work(), proposal)
    at: dict[str, Any] = {"again": proposal.id}
    if proposed.is_by_another_verb:
        of = part.replace("_", "-")
        return _address(Verb.PREPARE, "inverses.entry", part=of, key=proposed.key, **at)
    new, amend = _PAGES[part]
    verb = Verb.PREPARE if new.startswith("terms.") else Verb.LOAD
    if proposed.now is None:
        return _address(verb, new, **at)
    if part in _BY_VERSION:
        day = proposed.version["from"]
        known_days = {each["from"] for each in proposed.now["versions"]}
        at["version"] = day if day in known_days else NEW
    return _address(verb, amend, key=proposed.key, **at)


def _address(verb: Verb, page: str, **values: object) -> str:
    return url_for(page, **values) if current_work().actor.may(verb) else ""  # type: ignore[arg-type]


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
    proposed = preparing_again.again(current_work(), proposal)
    if proposed.part != part or (key and proposed.key != key):
        return None, None
    name_beside(entries_below(current_work(), proposal))
    return proposal, proposed
