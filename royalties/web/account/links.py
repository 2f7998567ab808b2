"""Pages that links in e-mails open: an invitation, and a new password."""

import time

from flask import flash, redirect, render_template, url_for

from royalties.domain.people import EVERYBODY, LinkPurpose
from royalties.services.people import colleagues, first, links, throttle
from royalties.services.people.links import DeadLinkError
from royalties.services.people.names import BadNameError
from royalties.services.work import RefusedError
from royalties.web.account import forms
from royalties.web.account.doors import asker, browser, come_in, too_many
from royalties.web.account.forms import blame, field_value, sentence
from royalties.web.core import errors, formats
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import all_or_nothing, current_work, forget, separate_work, system

PAGES = Pages("links", __name__, "/account", EVERYBODY)

_ANSWERED_AFTER = 0.25
"""Seconds after which an answer comes whether or not there is such an account."""


@PAGES.route("/forgotten", methods=["GET", "POST"])
def forgotten() -> Answer:
    """Ask for a new password."""
    form = forms.ForgottenForm()
    if not form.validate_on_submit():
        page = render_template(
            "account/forgotten.html", form=form, can_send=system().mailer.is_set_up, sent=False
        )
        return page, 422 if form.errors else 200
    began = time.monotonic()
    with separate_work() as unit:
        subjects = throttle.of_reset(unit, field_value(form.email), asker())
        held = throttle.attempt(unit, subjects)
        if held is None:
            links.ask_for_reset(unit, field_value(form.email))
    if held is not None:
        return too_many(held)
    time.sleep(max(0.0, _ANSWERED_AFTER - (time.monotonic() - began)))
    return render_template(
        "account/forgotten.html", form=form, can_send=system().mailer.is_set_up, sent=True
    )


@PAGES.route("/invitation/<token>", methods=["GET", "POST"])
def invitation(token: str) -> Answer:
    """Accept an invitation, of the desk or of colleagues; looking at the page changes nothing."""
    verb = links.accept
    try:
        opened: links.OpenedLink | colleagues.Invitation
        try:
            opened = links.find_owner(current_work(), token, LinkPurpose.INVITATION)
        except DeadLinkError:
            opened = colleagues.find_invitation(current_work(), token)
            verb = colleagues.accept
    except DeadLinkError as error:
        return errors.page(404, str(error))
    if isinstance(opened, colleagues.Invitation) and opened.has_account:
        return _join(token, opened)
    form = forms.InvitationForm(data={"name": opened.name})
    if form.validate_on_submit():
        try:
            with all_or_nothing():
                begun = verb(
                    current_work(),
                    token,
                    field_value(form.name),
                    field_value(form.new),
                    locale=str(formats.locale()),
                    browser=browser(),
                )
        except BadNameError as error:
            blame(form.name, sentence(error))
        except RefusedError as error:
            blame(form.new, str(error))
        else:
            return come_in(begun)
    page = render_template("account/invitation.html", form=form, opened=opened)
    return page, 422 if form.errors else 200


@PAGES.route("/first/<token>", methods=["GET", "POST"])
def first_administrator(token: str) -> Answer:
    """Become the first administrator; looking at the page changes nothing."""
    try:
        first.check_link(current_work(), token)
    except DeadLinkError:
        return errors.page(
            404,
            "This link makes the first administrator, once and within a day: it was used, is too "
            "old, or a newer one was printed. Who is one already signs in; otherwise start the "
            "desk again, and it prints a new link.",
        )
    form = forms.FirstForm()
    if form.validate_on_submit():
        try:
            with all_or_nothing():
                begun = first.accept(
                    current_work(),
                    token,
                    field_value(form.email),
                    field_value(form.name),
                    field_value(form.new),
                    locale=str(formats.locale()),
                    browser=browser(),
                )
        except first.BadAddressError as error:
            blame(form.email, sentence(error))
        except BadNameError as error:
            blame(form.name, sentence(error))
        except RefusedError as error:
            blame(form.new, str(error))
        else:
            return come_in(begun)
    page = render_template("account/first.html", form=form)
    return page, 422 if form.errors else 200


def _join(token: str, offer: colleagues.Invitation) -> Answer:
    """Belong to one more, with the account that one has."""
    form = forms.JoinForm()
    if form.validate_on_submit():
        colleagues.join(current_work(), token)
        flash(f"You belong to {offer.house} from now on: as {offer.email}.", "good")
        return redirect(url_for("account.sign_in"), 303)
    page = render_template("account/join.html", form=form, offer=offer)
    return page, 422 if form.errors else 200


@PAGES.route("/reset/<token>", methods=["GET", "POST"])
def reset(token: str) -> Answer:
    """Choose a new password; looking at the page changes nothing."""
    try:
        opened = links.find_owner(current_work(), token, LinkPurpose.RESET)
    except DeadLinkError as error:
        return errors.page(404, str(error))
    form = forms.ResetForm()
    if form.validate_on_submit():
        try:
            with all_or_nothing():
                links.reset(current_work(), token, field_value(form.new))
        except RefusedError as error:
            blame(form.new, str(error))
        else:
            forget()
            flash("The password is changed: sign in with it.", "good")
            return redirect(url_for("account.sign_in"), 303)
    page = render_template("account/reset.html", form=form, opened=opened)
    return page, 422 if form.errors else 200
