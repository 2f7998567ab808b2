"""Several proposals looked at on one page, then approved or sent back, all of them or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from royalties.domain.approvals import Proposal
from royalties.domain.people import FINANCE, Verb
from royalties.ingest.setup import SetupError
from royalties.services import approvals as service
from royalties.services.dependencies import dependents_of
from royalties.services.desk import deciding
from royalties.services.desk.deciding import ProposalPreview
from royalties.services.work import RefusedError
from royalties.web.account.proving import proven
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import all_or_nothing, current_work
from royalties.web.finance.desk.approvals import (
    concerns_payment,
    flash_left,
    proposal_view,
    refusal_words,
)
from royalties.web.forms.entries import EntryForm
from royalties.web.forms.fields import EntryField
from royalties.web.forms.numbers import as_read

PAGES = Pages("together", __name__, "/finance/approvals/together", FINANCE)

_LONGEST_NUMBER = 12


class ProposalNumbers(EntryField):
    """Numbers of proposals, as ticks or hidden fields send them."""

    kind = "hidden"
    data: list[int]

    def process_data(self, value: Any) -> None:  # noqa: ANN401 - as WTForms has it
        """Take numbers."""
        self.data = list(value or ())

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was sent, without what is no number."""
        texts = [str(each) for each in valuelist[: deciding.MOST + 1]]
        self.data = [
            int(text)
            for text in texts
            if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER
        ]


class TogetherForm(EntryForm):
    """Which proposals are meant, and why they go back."""

    number = ProposalNumbers("Proposals")
    reason = EntryField("Reason to refuse", longest=1000)


@dataclass(frozen=True, slots=True)
class PreviewView:
    """A proposal on the page: its preview, in words, with whose it is.

    Attributes:
        preview: what it would do.
        words: what it is about.
        address: where all of it is shown.
        may_approve: whether this person is the second pair of eyes for it.
        is_own: whether this person prepared it.
        depends_on: what it depends on, in words, with what became of each.
        missing: what will never be approved, in words.
    """

    preview: ProposalPreview
    words: str
    address: str
    may_approve: bool
    is_own: bool
    depends_on: tuple[tuple[str, Proposal], ...]
    missing: tuple[tuple[str, Proposal], ...]


@PAGES.get("")
def together() -> Answer:
    """What was ticked, and what it depends on."""
    form = TogetherForm(request.args)
    if not form.number.data:
        flash("Tick what you want to decide together.", "warn")
        return redirect(url_for("approvals.approvals"))
    return _together_page(form)


def _says_how_the_house_is_paid() -> bool:
    """Whether any of the proposals may change payment details."""
    numbers = TogetherForm(request.form).number.data
    return any(map(concerns_payment, service.numbered(current_work(), numbers)))


@PAGES.post("/approve")
@proven(_says_how_the_house_is_paid)
def approve() -> Answer:
    """Approve all of them, in the order in which they were prepared."""
    form = TogetherForm(request.form)
    try:
        with all_or_nothing():
            approved = deciding.approve(current_work(), form.number.data)
    except (RefusedError, SetupError) as error:
        return _together_page(form, refused=refusal_words(error)), 409
    flash(
        f"{_counted(len(approved))} approved, in the order in which they were prepared. Changes of "
        "terms count from the next calculation on; closed periods stay.",
        "good",
    )
    return redirect(url_for("approvals.approvals"), 303)


@PAGES.post("/refuse")
def refuse() -> Answer:
    """Send all of them back with one reason."""
    form = TogetherForm(request.form)
    if not form.reason.data and current_work().actor.may(Verb.APPROVE):
        form.reason.errors.append("Say why, so that who prepared them knows what to change.")
        return _together_page(form), 422
    try:
        with all_or_nothing():
            left = deciding.refuse(current_work(), form.number.data, form.reason.data)
    except RefusedError as error:
        return _together_page(form, refused=refusal_words(error)), 409
    flash(f"{_counted(len(set(form.number.data)))} sent back. Nothing was changed.", "good")
    flash_left(left)
    return redirect(url_for("approvals.approvals"), 303)


def _together_page(form: TogetherForm, *, refused: str = "") -> str:
    work = current_work()
    ticked = set(form.number.data)
    proposals = deciding.with_those_below(work, form.number.data[: deciding.MOST])
    views = [_view(preview) for preview in deciding.look(work, proposals, as_read)]
    numbers = [proposal.id for proposal in proposals]
    others = [proposal for proposal in dependents_of(work, numbers) if proposal.id not in numbers]
    return render_template(
        "finance/desk/together.html",
        found=views,
        numbers=numbers,
        added=[number for number in numbers if number not in ticked],
        gone=len(ticked - set(numbers)),
        own=[view for view in views if not view.may_approve],
        without_own=_without_own(views),
        others=[proposal_view(proposal) for proposal in others],
        may_approve=work.actor.may(Verb.APPROVE),
        can_all=bool(views) and all(view.may_approve and not _is_lost(view) for view in views),
        refused=refused,
        form=form,
    )


def _is_lost(view: PreviewView) -> bool:
    """Whether nobody can approve it any more."""
    return view.preview.is_stale or bool(view.missing)


def _without_own(views: Sequence[PreviewView]) -> list[int]:
    """The numbers left without what this person may not approve and what depends on that."""
    left_out: set[int] = set()
    for view in views:
        proposal = view.preview.proposal
        if not view.may_approve or _is_lost(view) or not left_out.isdisjoint(proposal.depends_on):
            left_out.add(proposal.id)
    return [view.preview.proposal.id for view in views if view.preview.proposal.id not in left_out]


def _view(preview: ProposalPreview) -> PreviewView:
    work, proposed = current_work(), proposal_view(preview.proposal)
    return PreviewView(
        preview,
        proposed.words,
        proposed.address,
        service.may_approve(work, preview.proposal),
        preview.proposal.prepared_by_id == work.actor.person,
        tuple((proposal_view(each).words, each) for each in preview.depends_on),
        tuple((proposal_view(each).words, each) for each in preview.missing),
    )


def _counted(count: int) -> str:
    return "1 proposal" if count == 1 else f"{count} proposals"
