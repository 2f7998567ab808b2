"""Signing in and out, and one's own account."""

from collections.abc import Mapping

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from royalties.domain.people import ANONYMOUS, EVERYBODY, FINANCE, Role
from royalties.services.people import accounts, throttle
from royalties.services.people import second_factor as factor
from royalties.services.people.names import plain_address
from royalties.services.people.sessions import Visit
from royalties.services.people.throttle import Blocked, Subject, Tried
from royalties.services.work import RefusedError
from royalties.web.account import forms
from royalties.web.account.browsers import browser_words
from royalties.web.account.doors import asker, browser, come_in, present, too_many, way_on
from royalties.web.account.forms import blame, field_value, sentence
from royalties.web.account.proving import NOT_YOURS, prove
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import (
    LOOKING,
    actor,
    all_or_nothing,
    current_work,
    forget,
    remember,
    separate_work,
    system,
    visit,
)

PAGES = Pages("account", __name__, "/account", EVERYBODY)

_WRONG = "E-mail and password do not belong together, or the account is not open."
_HOMES = {
    Role.NONPROFIT: "nonprofit.home",
    Role.ORGANIZATION: "organization.home",
    **dict.fromkeys(FINANCE, "home.home"),
}


@PAGES.get("/")
def root() -> Response:
    """To where somebody of this role begins."""
    session = visit()
    if session is not None and not session.is_full:
        return redirect(url_for("account.second_factor"))
    return redirect(url_for(_HOMES.get(actor().role, "public.titles")))


# Coming in


@PAGES.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Answer:
    """Ask for e-mail and password."""
    form = forms.SignInForm()
    if not form.validate_on_submit():
        if request.method in LOOKING and actor().person is not None:
            return redirect(way_on() or url_for("account.root"))
        return _sign_in_page(form)
    with separate_work() as unit:
        subjects = throttle.of_sign_in(unit, field_value(form.email), asker())
        who = f"{plain_address(field_value(form.email))} {asker().network}"
        always = Subject(Tried.SIGN_IN, who)  # also if it is right
        held = throttle.attempt(unit, subjects) or throttle.attempt(unit, [always])
        if held is not None:
            accounts.note_blocked(unit, held, email=field_value(form.email))
    if held is not None:
        return too_many(held)
    with system().work(ANONYMOUS, read_only=True) as unit:
        number = accounts.check_password(unit, field_value(form.email), field_value(form.password))
    if number is None:
        blame(form.password, _WRONG)
        return _sign_in_page(form)
    throttle.forgive(current_work(), subjects)
    return come_in(accounts.sign_in(current_work(), number, browser()))


def _sign_in_page(form: forms.Form) -> Answer:
    page = render_template(
        "account/sign_in.html",
        form=form,
        next=way_on() or None,
        nobody=not accounts.is_anybody_here(current_work()),
    )
    return page, 422 if form.errors else 200


@PAGES.route("/second-factor", methods=["GET", "POST"])
def second_factor() -> Answer:
    """Ask for the second factor of somebody who gave the password."""
    session = visit()
    if session is None:
        return redirect(url_for("account.sign_in", next=way_on() or None))
    if session.is_full:
        return redirect(way_on() or url_for("account.root"))
    if not session.has_second_factor:
        return redirect(url_for("factor.set_up", next=way_on() or None))
    by_recovery = request.args.get("by") == "recovery"
    form = forms.RecoveryForm() if by_recovery else forms.CodeForm()
    if form.validate_on_submit():
        with separate_work() as unit:
            subjects = throttle.of_code(unit, session.person, asker())
            held = throttle.attempt(unit, subjects)
            if held is not None:
                accounts.note_blocked(unit, held, number=session.person)
        if held is not None:
            return too_many(held)
        begun = accounts.give_code(current_work(), session, field_value(form.code), browser())
        if begun is not None:
            throttle.forgive(current_work(), subjects)
            return come_in(begun)
        blame(
            form.code,
            "This is not one of your recovery codes, or it was used already."
            if by_recovery
            else accounts.why_wrong(current_work(), session, field_value(form.code)),
        )
    page = render_template(
        "account/second_factor.html", form=form, next=way_on() or None, by_recovery=by_recovery
    )
    return page, 422 if form.errors else 200


@PAGES.post("/sign-out")
def sign_out() -> Response:
    """End this browser's session."""
    session = visit()
    if session is not None:
        accounts.sign_out(current_work(), session)
    return _signed_out("You are signed out.")


def _signed_out(words: str) -> Response:
    forget()
    flash(words, "good")
    answer = redirect(url_for("account.sign_in"), 303)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


# One's own account


@PAGES.route("/me", methods=["GET", "POST"])
def account() -> Answer:
    """One's own account; POST changes the name and how figures are written."""
    session = present()
    if isinstance(session, Response):
        return session
    form = forms.NameForm(data={"name": session.actor.name, "locale": session.locale})
    if form.validate_on_submit():
        try:
            with all_or_nothing():
                accounts.rename(
                    current_work(), session, field_value(form.name), field_value(form.locale)
                )
        except RefusedError as error:
            blame(form.name, sentence(error))
        else:
            flash("Saved.", "good")
            return redirect(url_for("account.account"), 303)
    return _account_page(session, name=form)


@PAGES.post("/me/password")
def password() -> Answer:
    """Change the password; other browsers are signed out."""
    session = present()
    if isinstance(session, Response):
        return session
    form = forms.PasswordForm()
    if form.validate_on_submit():
        proof = prove(session, field_value(form.current))
        if isinstance(proof, Blocked):
            return too_many(proof)
        if not proof:
            blame(form.current, NOT_YOURS)
            return _account_page(session, password=form)
        try:
            with all_or_nothing():
                begun = accounts.change_password(
                    current_work(), session, field_value(form.new), browser()
                )
        except RefusedError as error:
            blame(form.new, str(error))
        else:
            remember(begun.token)
            flash("The password is changed; your other browsers were signed out.", "good")
            return redirect(url_for("account.account"), 303)
    return _account_page(session, password=form)


@PAGES.post("/me/sessions/end")
def end_session() -> Answer:
    """Sign out another browser of one's own."""
    session = present()
    if isinstance(session, Response):
        return session
    if not accounts.end_own_session(current_work(), session, request.form.get("session", "")):
        abort(404)
    flash("That browser is signed out.", "good")
    return redirect(url_for("account.account", _anchor="browsers"), 303)


@PAGES.post("/me/sign-out-everywhere")
def sign_out_everywhere() -> Answer:
    """Sign out every browser of one's own, this one too."""
    session = present()
    if isinstance(session, Response):
        return session
    accounts.sign_out_everywhere(current_work(), session)
    return _signed_out("You are signed out everywhere.")


def _account_page(session: Visit, **tried: forms.Form) -> Answer:
    """The page with its forms; the one that was sent keeps what was typed and what is wrong."""
    shown: Mapping[str, forms.Form] = {
        "name": forms.NameForm(
            formdata=None, data={"name": session.actor.name, "locale": session.locale}
        ),
        "password": forms.PasswordForm(formdata=None),
        **tried,
    }
    at_work = current_work()
    page = render_template(
        "account/account.html",
        frame="desk.html" if session.actor.role in FINANCE else "base.html",
        forms=shown,
        found=session,
        codes_left=factor.codes_left(at_work, session),
        needed=factor.is_needed(at_work, session.actor.role),
        sessions=accounts.own_sessions(at_work, session),
        browser_words=browser_words,
    )
    return page, 422 if any(form.errors for form in tried.values()) else 200
