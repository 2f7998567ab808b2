"""What was sent back, withdrawn or left behind is prepared again: its form, with what it said.

The form's address names the proposal (``?again=12``). What it named of proposals that were sent
back as well is shown by its name there, although it is neither in force nor waits.
"""

from collections.abc import Mapping
from typing import Any

from flask import url_for

from royalties.domain.approvals import APPROVED_BY_TWO, Proposal, ProposalKind
from royalties.domain.people import Verb
from royalties.services import approvals
from royalties.services.dependencies import entries_below
from royalties.services.terms import amending as terms
from royalties.services.terms import loading
from royalties.web.core.names import name_beside
from royalties.web.core.pages import number_in_query
from royalties.web.core.visit import current_work

Body = Mapping[str, Any]

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

_BY_OTHER_PAGES = ("retired", "rights_ended")
"""Fields that no form of an entry has: its own page has the verbs that change them."""

NEW = "new"
"""In an address, in place of the first day of a version that there is not yet."""


def again_address(proposal: Proposal) -> str:
    """Where a proposal is prepared again; empty for who may not, and where no form could say it."""
    work = current_work()
    part = proposal.subject.partition(" ")[0]
    if (
        proposal.kind is not ProposalKind.SETUP
        or loading.is_file(proposal)
        or part not in APPROVED_BY_TWO
    ):
        return ""
    verb = Verb.LOAD if _PAGES[part][0].partition(".")[0] != "terms" else Verb.PREPARE
    if not work.actor.may(verb):
        return ""
    body = terms.proposed_entry(proposal)[1]
    now = terms.find_entry(work, part, body["key"])
    known = now.body if now and now.body else None
    new, amend = _PAGES[part]
    if known is None:
        return url_for(new, again=proposal.id)
    if any(body.get(name) != known.get(name) for name in _BY_OTHER_PAGES):
        return ""
    version: dict[str, Any] = {}
    if part in _BY_VERSION:
        day = changed_version(body, known)["from"]
        known_days = {each["from"] for each in known["versions"]}
        version = {"version": day if day in known_days else NEW}
    return url_for(amend, key=body["key"], again=proposal.id, **version)


def changed_version(body: Body, now: Body | None) -> Body:
    """The newest version that a proposed entry adds or changes; its newest one if it does not."""
    before = {each["from"]: each for each in now["versions"]} if now else {}
    changed = [each for each in body["versions"] if before.get(each["from"]) != each]
    return max(changed or body["versions"], key=lambda each: str(each["from"]))


def asked_again(part: str, key: str = "") -> tuple[Proposal | None, Body | None]:
    """The proposal that the form's address asks to prepare again, and the body that it proposed.

    Args:
        part: of the form.
        key: of the entry that it amends; empty for a new one.
    """
    number = number_in_query("again")
    proposal = approvals.find(current_work(), number) if number else None
    if proposal is None or proposal.kind is not ProposalKind.SETUP or loading.is_file(proposal):
        return None, None
    of, body = terms.proposed_entry(proposal)
    if of != part or (key and body["key"] != key):
        return None, None
    name_beside(entries_below(current_work(), proposal))
    return proposal, body
