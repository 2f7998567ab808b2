"""Setting up the second factor, and its recovery codes."""

from urllib.parse import quote

from flask import current_app, flash, redirect, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from markupsafe import Markup
from werkzeug.wrappers import Response

from royalties.domain.people import EVERYBODY
from royalties.services.people import accounts, throttle
from royalties.services.people import second_factor as factor
from royalties.services.people.sessions import Visit
from royalties.services.people.throttle import Blocked
from royalties.web.account import forms
from royalties.web.account.doors import browser, come_in, present, too_many, way_on
from royalties.web.account.forms import blame, field_value
from royalties.web.account.proving import NOT_YOURS, again_by, prove
from royalties.web.core.layout import publisher_name
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import current_work, remember, separate_work, system, visit

PAGES = Pages("factor", __name__, "/account/second-factor", EVERYBODY)

_KEY_LASTS = 3600


@PAGES.route("/new", methods=["GET", "POST"])
def set_up() -> Answer:
    """Show a new key, and take it once its app gives a right code.

    The key goes to the page and comes back signed, for this session only; nothing is stored of it
    before it is confirmed.
    """
    session = visit()
    if session is None:
        return redirect(url_for("account.sign_in", next=way_on() or None))
    if not session.is_full and session.has_second_factor:
        return redirect(url_for("account.second_factor", next=way_on() or None))
    form = forms.SetUpAgainForm() if session.is_full else forms.SetUpForm()
    key = _key_of(request.form.get("key", ""), session) if request.method == "POST" else None
    if request.method == "POST" and key is None:
        blame(form.code, "This page was open for too long: scan the new code below.")
    elif form.validate_on_submit() and key is not None:
        subjects = again_by(session)
        with separate_work() as unit:
            held = throttle.attempt(unit, subjects)
        if held is not None:
            return too_many(held)
        if session.is_full and not accounts.is_password(
            current_work(), session, field_value(form.password)
        ):
            blame(form.password, NOT_YOURS)
        else:
            new_factor = factor.set_up(
                current_work(), session, key, field_value(form.code), browser()
            )
            if new_factor is not None:
                throttle.forgive(current_work(), subjects)
                remember(new_factor.begun.token)
                return _codes_page(session, new_factor.codes)
            blame(form.code, factor.why_wrong(current_work(), key, field_value(form.code)))
    return _set_up_page(session, form, key)


def _set_up_page(session: Visit, form: forms.SetUpForm, key: str | None) -> Answer:
    credentials = system().credentials
    key = key or credentials.totp_secret()
    address = credentials.totp_address(key, session.email, publisher_name())
    page = render_template(
        "account/set_up.html",
        form=form,
        signed=_signer().dumps([key, session.hash]),
        key=" ".join(key[at : at + 4] for at in range(0, len(key), 4)),
        address=address,
        qr=Markup(credentials.qr_code(address)),  # noqa: S704 - an SVG that we made
        found=session,
        needed=factor.is_needed(current_work(), session.actor.role),
        next=way_on() or None,
    )
    return page, 422 if form.errors else 200


@PAGES.post("/skip")
def skip() -> Response:
    """Come in without one, where that is left to the person."""
    session = visit()
    if session is None:
        return redirect(url_for("account.sign_in", next=way_on() or None))
    return come_in(factor.skip(current_work(), session, browser()))


@PAGES.route("/codes", methods=["GET", "POST"])
def renew_codes() -> Answer:
    """New recovery codes, by the password."""
    session = present()
    if isinstance(session, Response):
        return session
    if not session.has_second_factor:
        flash("Set up the second factor first.", "warn")
        return redirect(url_for("factor.set_up"))
    form = forms.ProveForm()
    if form.validate_on_submit():
        proof = prove(session, field_value(form.password))
        if isinstance(proof, Blocked):
            return too_many(proof)
        if proof:
            codes = factor.renew_codes(current_work(), session)
            return _codes_page(session, codes)
        blame(form.password, NOT_YOURS)
    page = render_template("account/renew.html", form=form)
    return page, 422 if form.errors else 200


def _codes_page(session: Visit, codes: list[str]) -> str:
    """The only page that ever shows these codes; the file is in its link, not on the server."""
    today = current_work().today.isoformat()
    lines = [
        f"Recovery codes of {session.email} at {publisher_name()}, {today}",
        "Each code signs in once, in place of a code of the authenticator app.",
        "",
        *codes,
    ]
    return render_template(
        "account/codes.html",
        codes=codes,
        onward=_onward(session),
        file="data:text/plain;charset=utf-8," + quote("\r\n".join([*lines, ""])),
    )


def _onward(session: Visit) -> str:
    """Where to go once the codes are saved: on, for who was coming in; else back to the account."""
    if session.is_full:
        return url_for("account.account")
    return way_on() or url_for("account.root")


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="second-factor-key")


def _key_of(signed: str, session: Visit) -> str | None:
    try:
        key, hash_ = _signer().loads(signed, max_age=_KEY_LASTS)
    except BadSignature:
        return None
    return str(key) if hash_ == session.hash else None
