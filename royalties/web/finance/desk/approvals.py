"""What waits for a second person, and what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from royalties.domain.approvals import APPROVED_BY_TWO, Proposal, ProposalKind, ProposalStatus
from royalties.domain.people import FINANCE, Verb
from royalties.ingest.setup import SetupError
from royalties.services import approvals as service
from royalties.services.books import setup_in_force
from royalties.services.dependencies import dependents_of, depends_on, missing_dependencies
from royalties.services.desk import deciding
from royalties.services.orders import second_person
from royalties.services.payments import accounts as bank_accounts
from royalties.services.periods import previewing
from royalties.services.terms import amending as terms
from royalties.services.terms import loading
from royalties.services.work import RefusedError
from royalties.web.account.proving import proven
from royalties.web.core.names import in_names
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.paging import part_of
from royalties.web.core.visit import all_or_nothing, current_work, read_only
from royalties.web.finance.orders import approvals as order_approvals
from royalties.web.finance.orders.words import proposal_words
from royalties.web.finance.terms.again import again_address
from royalties.web.finance.terms.plans import side_by_side
from royalties.web.forms.entries import EntryForm
from royalties.web.forms.fields import EntryField, Tick
from royalties.web.forms.numbers import as_read

PAGES = Pages("approvals", __name__, "/finance", FINANCE)


class RefuseProposalForm(EntryForm):
    """Why a proposal goes back."""

    reason = EntryField("Reason to refuse", longest=1000)


class WithdrawProposalForm(EntryForm):
    """Why a proposal, or a message, is taken back while it waits."""

    reason = EntryField("Why", longest=1000)
    again = Tick("Prepare it again")


_DECIDED = 50


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal in a list: what it is about in words, and where it is looked at.

    Attributes:
        proposal: which.
        words: what it is about.
        address: where it is looked at.
        can_be_ticked: whether this person may decide it together with others.
        depends_on: what waits as well and is approved before it, in words.
    """

    proposal: Proposal
    words: str
    address: str
    can_be_ticked: bool = False
    depends_on: tuple[str, ...] = ()


@PAGES.get("/approvals")
def approvals() -> str:
    """What waits, and what was decided lately."""
    work = current_work()
    found = part_of(service.waiting_numbers(work))
    waiting = service.numbered(work, found.items)[::-1]
    below = service.numbered(work, {number for each in waiting for number in each.depends_on})
    words = {each.id: proposal_view(each).words for each in below if each.decided_at is None}
    decided = [
        proposal
        for proposal in service.proposals(work)
        if proposal.status != ProposalStatus.WAITING
    ]
    return render_template(
        "finance/desk/approvals.html",
        found=found,
        waiting=[
            replace(
                proposal_view(proposal),
                can_be_ticked=deciding.can_be_together(proposal) and work.actor.may(Verb.APPROVE),
                depends_on=tuple(words[each] for each in proposal.depends_on if each in words),
            )
            for proposal in waiting
        ],
        bank_details=bank_accounts.waiting(work),
        decided=[proposal_view(proposal) for proposal in decided[:_DECIDED]],
    )


def proposal_view(proposal: Proposal) -> ProposalView:
    """What a proposal is about, and where it is looked at."""
    if proposal.kind in second_person.KINDS:
        address = url_for("approvals.proposal", number=proposal.id)
        return ProposalView(proposal, proposal_words(proposal), address)
    if proposal.kind is ProposalKind.CLOSE:
        address = url_for("closing.checklist", period=proposal.subject)
        early = " before it ends" if proposal.early else ""
        return ProposalView(proposal, f"Close {proposal.subject}{early}", address)
    if loading.is_file(proposal):
        address = url_for("approvals.proposal", number=proposal.id)
        return ProposalView(proposal, f"Setup file {loading.file_name(proposal)}", address)
    part = proposal.subject.partition(" ")[0]
    word = APPROVED_BY_TWO.get(part, part)
    name = service.entry_name(current_work(), proposal)
    return ProposalView(
        proposal, f"{word.capitalize()} “{name}”", url_for("approvals.proposal", number=proposal.id)
    )


@PAGES.get("/approvals/<int:number>")
def proposal(number: int) -> Answer:
    """One proposal: what it would change, and what may be done with it."""
    proposal = _find_proposal(number)
    if proposal.kind is ProposalKind.CLOSE:
        return redirect(proposal_view(proposal).address)
    return _proposal_page(proposal)


@PAGES.post("/approvals/<int:number>/preview")
@read_only
def tried(number: int) -> Answer:
    """What a proposal would have given."""
    proposal = _find_proposal(number)
    is_entry = proposal.kind is ProposalKind.SETUP and not loading.is_file(proposal)
    part, body = terms.proposed_entry(proposal) if is_entry else ("", {})
    if part not in previewing.PARTS:
        abort(404)
    try:
        effects = previewing.preview(current_work(), part, body, version=_newest_version(proposal))
    except SetupError as error:
        return _proposal_page(proposal, refused=in_names(error)), 409
    return _proposal_page(proposal, effects=effects)


def _says_how_the_house_is_paid(number: int) -> bool:
    return concerns_payment(_find_proposal(number))


def concerns_payment(proposal: Proposal) -> bool:
    """Whether a proposal may change payment details."""
    part = proposal.subject.partition(" ")[0]
    return proposal.kind is ProposalKind.SETUP and (
        loading.is_file(proposal) or part in ("payment_details", "banks")
    )


def refusal_words(error: RefusedError | SetupError) -> str:
    """Why something cannot be approved, without the paths of a setup file."""
    if isinstance(error, SetupError):
        return "; ".join(in_names(fault.message) for fault in error.faults)
    return in_names(error)


def flash_left(left: Sequence[Proposal]) -> None:
    """Say what depends on proposals that were sent back or taken back just now."""
    if left:
        names = "; ".join(proposal_view(each).words for each in left)
        flash(
            f"Depends on it, and cannot be approved before it is prepared again: {names}.",
            "warn",
        )


@PAGES.post("/approvals/<int:number>/approve")
@proven(_says_how_the_house_is_paid)
def approve(number: int) -> Answer:
    """Approve what somebody else prepared; it takes effect in the same moment."""
    proposal = _find_proposal(number)
    is_order = proposal.kind in second_person.KINDS
    try:
        with all_or_nothing():
            deciding.approve(current_work(), [number])
    except (RefusedError, SetupError) as error:
        return _proposal_page(_find_proposal(number), refused=refusal_words(error)), 409
    if is_order:
        flash(order_approvals.DONE[proposal.kind], "good")
        return redirect(order_approvals.order_address(proposal), 303)
    flash("Approved. It counts from the next calculation on; closed periods stay.", "good")
    is_file = loading.is_file(proposal)
    return redirect(url_for(".approvals") if is_file else _entry_address(proposal), 303)


@PAGES.post("/approvals/<int:number>/refuse")
def refuse(number: int) -> Answer:
    """Send a proposal back with the reason."""
    proposal = _find_proposal(number)
    form = RefuseProposalForm(request.form)
    if not form.reason.data and current_work().actor.may(Verb.APPROVE):
        form.reason.errors.append("Say why, so that who prepared it knows what to change.")
        return _proposal_page(proposal, form=form), 422
    try:
        with all_or_nothing():
            left = deciding.refuse(current_work(), [number], form.reason.data)
    except RefusedError as error:
        return _proposal_page(_find_proposal(number), refused=in_names(error), form=form), 409
    flash(f"Sent back to {proposal.prepared_by}. Nothing was changed.", "good")
    flash_left(left)
    return redirect(url_for("approvals.approvals"), 303)


@PAGES.post("/approvals/<int:number>/withdraw")
def withdraw(number: int) -> Answer:
    """Take a proposal back; where it is to be prepared again, its form comes next."""
    proposal = _find_proposal(number)
    form = WithdrawProposalForm(request.form)
    try:
        with all_or_nothing():
            left = deciding.withdraw(current_work(), number, form.reason.data)
    except RefusedError as error:
        return _proposal_page(_find_proposal(number), refused=in_names(error)), 409
    flash("Withdrawn. Nothing was changed.", "good")
    flash_left(left)
    again = form.again.is_ticked and again_address(proposal)
    return redirect(again or url_for("approvals.approvals"), 303)


def _find_proposal(number: int) -> Proposal:
    proposal = service.find(current_work(), number)
    if proposal is None:
        abort(404)
    return proposal


def _entry_address(proposal: Proposal) -> str:
    part, body = terms.proposed_entry(proposal)
    if part == "payment_details":
        return url_for("terms.payment_details")
    if part == "banks":
        return url_for("terms.banks")
    if part == "organizations":
        return url_for("organizations.organization", key=body["key"])
    if part == "price_lists":
        return url_for("price_lists.price_list", key=body["key"])
    return url_for(f"terms.{APPROVED_BY_TWO[part]}", key=body["key"])


def _newest_version(proposal: Proposal) -> str:
    """Of a plan, the first day of the version that a proposal adds or amends."""
    part, body = terms.proposed_entry(proposal)
    if part != "plans":
        return ""
    now = terms.find_entry(current_work(), part, body["key"])
    before = {each["from"]: each for each in now.body["versions"]} if now else {}
    changed = [each["from"] for each in body["versions"] if before.get(each["from"]) != each]
    return max(changed, default="")


def _proposal_page(
    proposal: Proposal,
    *,
    effects: list[previewing.Effect] | None = None,
    refused: str = "",
    form: RefuseProposalForm | None = None,
) -> str:
    form = form or RefuseProposalForm()
    if proposal.kind in second_person.KINDS:
        return order_approvals.page(proposal, form, refused=refused)
    if loading.is_file(proposal):
        return _file_page(proposal, form, refused)
    work = current_work()
    proposed = terms.proposed(work, proposal, as_read)
    waits = proposal.status == ProposalStatus.WAITING
    version = _newest_version(proposal) if waits else ""
    _, body = terms.proposed_entry(proposal)
    return render_template(
        "finance/desk/proposed_entry.html",
        told=proposed,
        versions=side_by_side(setup_in_force(work), body, version) if version else (),
        entry=None if proposed.is_new else _entry_address(proposal),
        effects=effects or [],
        has_effects=terms.proposed_entry(proposal)[0] in previewing.PARTS,
        **order_approvals.to_decide(proposal, proposal_view(proposal).words, form, refused),
        **_among_others(proposal),
    )


def _among_others(proposal: Proposal) -> dict[str, Any]:
    """What a proposal depends on and what depends on it, for its page."""
    work = current_work()
    missing = missing_dependencies(work, proposal)
    waiting = proposal.status == ProposalStatus.WAITING
    return {
        "again": "" if proposal.status == ProposalStatus.APPROVED else again_address(proposal),
        "below": [proposal_view(other) for other in depends_on(work, proposal)],
        "missing": [proposal_view(other) for other in missing] if waiting else [],
        "above": [proposal_view(other) for other in dependents_of(work, [proposal.id])],
        "waits_below": waiting
        and any(other.decided_at is None for other in depends_on(work, proposal)),
    }


def _file_page(proposal: Proposal, form: RefuseProposalForm, refused: str) -> str:
    """A proposed setup file, with all that it would change."""
    return render_template(
        "finance/desk/proposed_file.html",
        told=loading.proposed(current_work(), proposal, as_read),
        **order_approvals.to_decide(proposal, proposal_view(proposal).words, form, refused),
        **_among_others(proposal),
    )
