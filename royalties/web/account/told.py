"""Which events a member of the staff is notified of by e-mail."""

from flask import flash, redirect, render_template, request, url_for

from royalties.domain.events import StaffEvent
from royalties.domain.people import FINANCE
from royalties.services.mail import telling
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import current_work
from royalties.web.forms.entries import EntryForm
from royalties.web.forms.fields import Tick

PAGES = Pages("told", __name__, "/account/told", FINANCE)


class ToldForm(EntryForm):
    """A tick for each kind of event."""

    approval = Tick("Something waits for my approval")
    bank_details = Tick("Bank details of a beneficiary wait for a second person")
    decided = Tick("What I prepared was approved, sent back or withdrawn")
    left_behind = Tick("What I prepared depends on something that was sent back or withdrawn")
    period_ended = Tick("A period has ended and can be closed")
    retailer_late = Tick("A retailer's report is late")
    upload_refused = Tick("A report that I sent cannot be recorded as it is")
    statement_bounced = Tick("A statement could not be sent to its beneficiary")
    question_asked = Tick("A colleague asks a question that anybody may answer")
    question_put = Tick("A colleague asks me a question")
    question_answered = Tick("A question of mine was answered")


def _field(event: StaffEvent) -> str:
    return event.value.replace("-", "_")


@PAGES.route("", methods=["GET", "POST"])
def told() -> Answer:
    """The visitor's notifications by e-mail; POST changes them."""
    work = current_work()
    current = telling.choices(work)
    if request.method == "POST":
        form = ToldForm(request.form)
        telling.choose(work, {event: form[_field(event)].is_ticked for event in current})
        flash("Saved.", "good")
        return redirect(url_for(".told"), 303)
    form = ToldForm()
    for event, is_notified in current.items():
        form[_field(event)].data = "1" if is_notified else ""
    return render_template("account/told.html", fields=[form[_field(event)] for event in current])
