"""What waits for a second person, and what was decided."""

from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for

from royalties.domain.people import FINANCE, Verb
from royalties.ingest.setup import SetupError
from royalties.services import approvals as service
from royalties.services.approvals import Proposal
from royalties.services.books import setup_in_force
from royalties.services.orders import second_person
from royalties.services.periods import previewing
from royalties.services.terms import amending as terms
from royalties.services.work import RefusedError
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import all_or_nothing, current_work, only_looks
from royalties.web.finance.orders import approvals as order_approvals
from royalties.web.finance.orders.words import proposal_words
from royalties.web.finance.terms.plans import side_by_side
from royalties.web.forms.entries import EntryForm
from royalties.web.forms.fields import EntryField
from royalties.web.forms.numbers import as_typed

PAGES = Pages("approvals", __name__, "/finance", FINANCE)


class RefuseForm(EntryForm):
    """Why a proposal goes back."""

    reason = EntryField("Reason to refuse", longest=1000)


_DECIDED = 50


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal in a list: what it is about in words, and where it is looked at."""

    proposal: Proposal
    words: str
    address: str


@PAGES.get("/approvals")
def approvals() -> str:
    """What waits, and what was decided lately."""
    work = current_work()
    waiting = service.proposals(work, status="waiting")
    decided = [each for each in service.proposals(work) if each.status != "waiting"]
    return render_template(
        "finance/desk/approvals.html",
        waiting=[_shown(each) for each in waiting],
        decided=[_shown(each) for each in decided[:_DECIDED]],
    )


def _shown(proposal: Proposal) -> ProposalView:
    if proposal.kind in second_person.KINDS:
        address = url_for("approvals.proposal", number=proposal.id)
        return ProposalView(proposal, proposal_words(proposal), address)
    if proposal.kind == "close":
        address = url_for("closing.checklist", period=proposal.subject)
        early = " before it ends" if proposal.early else ""
        return ProposalView(proposal, f"Close {proposal.subject}{early}", address)
    part, _, key = proposal.subject.partition(" ")
    word = service.APPROVED_BY_TWO.get(part, part)
    return ProposalView(
        proposal, f"{word.capitalize()} {key}", url_for("approvals.proposal", number=proposal.id)
    )


@PAGES.get("/approvals/<int:number>")
def proposal(number: int) -> Answer:
    """One proposal: what it would change, and what may be done with it."""
    found = _found(number)
    if found.kind == "close":
        return redirect(_shown(found).address)
    return _page(found)


@PAGES.post("/approvals/<int:number>/preview")
@only_looks
def tried(number: int) -> Answer:
    """What a proposal would have given."""
    found = _found(number)
    part, body = terms.proposed_entry(found) if found.kind == "setup" else ("", {})
    if part not in previewing.PARTS:
        abort(404)
    try:
        effects = previewing.preview(current_work(), part, body, version=_newest_version(found))
    except SetupError as error:
        return _page(found, refused=str(error)), 409
    return _page(found, effects=effects)


@PAGES.post("/approvals/<int:number>/approve")
def approve(number: int) -> Answer:
    """Approve what somebody else prepared; it takes effect in the same moment."""
    found = _found(number)
    is_order = found.kind in second_person.KINDS
    try:
        with all_or_nothing():
            (second_person.approve if is_order else terms.approve)(current_work(), number)
    except (RefusedError, SetupError) as error:
        return _page(_found(number), refused=str(error)), 409
    if is_order:
        flash(order_approvals.DONE[found.kind], "good")
        return redirect(order_approvals.order_address(found), 303)
    flash("Approved. It counts from the next calculation on; closed periods stay.", "good")
    return redirect(_entry_address(found), 303)


@PAGES.post("/approvals/<int:number>/refuse")
def refuse(number: int) -> Answer:
    """Send a proposal back with the reason."""
    found = _found(number)
    form = RefuseForm(request.form)
    if not form.reason.data and current_work().actor.may(Verb.APPROVE):
        form.reason.errors.append("Say why, so that who prepared it knows what to change.")
        return _page(found, form=form), 422
    try:
        with all_or_nothing():
            service.refuse(current_work(), number, form.reason.data)
    except RefusedError as error:
        return _page(_found(number), refused=str(error), form=form), 409
    flash(f"Sent back to {found.prepared_by}. Nothing was changed.", "good")
    return redirect(url_for("approvals.approvals"), 303)


@PAGES.post("/approvals/<int:number>/withdraw")
def withdraw(number: int) -> Answer:
    """Take a proposal back."""
    _found(number)
    try:
        with all_or_nothing():
            service.withdraw(current_work(), number)
    except RefusedError as error:
        return _page(_found(number), refused=str(error)), 409
    flash("Withdrawn. Nothing was changed.", "good")
    return redirect(url_for("approvals.approvals"), 303)


def _found(number: int) -> Proposal:
    found = service.find(current_work(), number)
    if found is None:
        abort(404)
    return found


def _entry_address(found: Proposal) -> str:
    part, body = terms.proposed_entry(found)
    if part == "payment_details":
        return url_for("terms.payment_details")
    if part == "organizations":
        return url_for("organizations.organization", key=body["key"])
    if part == "price_lists":
        return url_for("price_lists.price_list", key=body["key"])
    return url_for(f"terms.{service.APPROVED_BY_TWO[part]}", key=body["key"])


def _newest_version(found: Proposal) -> str:
    """Of a plan, the first day of the version that a proposal adds or amends."""
    part, body = terms.proposed_entry(found)
    if part != "plans":
        return ""
    now = terms.find_entry(current_work(), part, body["key"])
    before = {each["from"]: each for each in now.body["versions"]} if now else {}
    changed = [each["from"] for each in body["versions"] if before.get(each["from"]) != each]
    return max(changed, default="")


def _page(
    found: Proposal,
    *,
    effects: list[previewing.Effect] | None = None,
    refused: str = "",
    form: RefuseForm | None = None,
) -> str:
    form = form or RefuseForm()
    if found.kind in second_person.KINDS:
        return order_approvals.page(found, form, refused=refused)
    work = current_work()
    told = terms.proposed(work, found, as_typed)
    waits = found.status == "waiting"
    version = _newest_version(found) if waits else ""
    _, body = terms.proposed_entry(found)
    return render_template(
        "finance/desk/approval.html",
        proposal=found,
        words=_shown(found).words,
        told=told,
        versions=side_by_side(setup_in_force(work), body, version) if version else (),
        entry=None if told.is_new else _entry_address(found),
        waits=waits,
        may_approve=waits and service.may_approve(work, found),
        is_own=found.prepared_by_id == work.actor.person,
        may_withdraw=waits
        and (found.prepared_by_id == work.actor.person or work.actor.may(Verb.APPROVE)),
        effects=effects or [],
        has_effects=terms.proposed_entry(found)[0] in previewing.PARTS,
        refused=refused,
        form=form,
    )
