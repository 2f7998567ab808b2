"""The page on which something of an order is decided that waits for a second person."""

from typing import Any, cast

from flask import render_template, url_for

from royalties.domain.approvals import Proposal, ProposalKind, ProposalStatus
from royalties.domain.orders.life import label_of
from royalties.domain.orders.papers import QuoteShown
from royalties.services import approvals
from royalties.services.orders import life, second_person
from royalties.services.orders.intake import organizations
from royalties.services.orders.quoting import quotes
from royalties.services.orders.quoting.drafting import Edits, edits_of
from royalties.services.work import RefusedError
from royalties.web.core.names import in_names
from royalties.web.core.visit import current_work
from royalties.web.finance.orders import order as order_page
from royalties.web.finance.orders.words import proposal_words
from royalties.web.forms.entries import EntryForm

_TABS = {
    ProposalKind.QUOTE: "order_quotes.quotes",
    ProposalKind.RECEIPT: "order_money.money",
    ProposalKind.PAY_BACK: "order_money.money",
}
DONE = {
    ProposalKind.QUOTE: "Approved: the quote is issued, and the organization is told.",
    ProposalKind.RECEIPT: "Confirmed: the money is posted, and the organization gets a receipt.",
    ProposalKind.PAY_BACK: "Confirmed: what was paid back is posted, and the organization is told.",
    ProposalKind.CONTACT: "Approved: the contact is told of the order from now on.",
    ProposalKind.MOVE: "Approved: the order is moved, and the people of both are told.",
}
"""The message once something was approved."""


def order_address(proposal: Proposal) -> str:
    """The page of the order on which one goes on."""
    endpoint = _TABS.get(proposal.kind, "orders.order")
    return url_for(endpoint, number=second_person.order_of(proposal))


def page(proposal: Proposal, form: EntryForm, *, refused: str = "") -> str:
    """What a proposal would do, for who decides it."""
    work = current_work()
    waits = proposal.status == ProposalStatus.WAITING
    body = cast("dict[str, Any]", proposal.body)
    order = life.find(work, second_person.order_of(proposal))
    organization = order.organization if order else ""
    edits = edits_of(body["edits"]) if proposal.kind is ProposalKind.QUOTE else None
    draft, problem = _draft(body["order"], edits) if edits and waits else (None, "")
    is_contact = proposal.kind is ProposalKind.CONTACT
    return render_template(
        "finance/orders/proposed.html",
        body=body,
        order=order,
        organization=order_page.organization_names().get(organization, organization),
        back=order_address(proposal),
        edits=edits,
        draft=draft,
        problem=problem,
        known=organizations.mailboxes(work, organization) if is_contact and organization else [],
        said=label_of,
        **to_decide(proposal, proposal_words(proposal), form, refused),
    )


def to_decide(proposal: Proposal, words: str, form: EntryForm, refused: str = "") -> dict[str, Any]:
    """What the page of any proposal says of it, and of what this person may do with it.

    Args:
        proposal: which.
        words: what it is about.
        form: with the reason for sending it back.
        refused: why it could not be decided.
    """
    work = current_work()
    waits = proposal.status == ProposalStatus.WAITING
    return {
        "proposal": proposal,
        "words": words,
        "waits": waits,
        "may_approve": waits and approvals.may_approve(work, proposal),
        "is_own": proposal.prepared_by_id == work.actor.person,
        "may_withdraw": waits and approvals.may_withdraw(work, proposal),
        "form": form,
        "refused": refused,
    }


def _draft(number: str, edits: Edits) -> tuple[QuoteShown | None, str]:
    try:
        return quotes.draft_quote(current_work(), number, edits), ""
    except RefusedError as error:
        return None, in_names(error)
