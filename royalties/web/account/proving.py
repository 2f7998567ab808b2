"""The password, asked for again before what a borrowed browser must not do."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import render_template, request

from royalties.services.people import accounts, throttle
from royalties.services.people.sessions import Visit, is_proved, note_proof
from royalties.services.people.throttle import Blocked, Subject, Tried
from royalties.web.account import forms
from royalties.web.account.doors import present, too_many
from royalties.web.account.forms import blame, field_value
from royalties.web.core.again import typed
from royalties.web.core.pages import Answer
from royalties.web.core.visit import LOOKING, current_work, separate_work

NOT_YOURS = "This is not your password."

_View = TypeVar("_View", bound=Callable[..., Any])


def again_by(session: Visit) -> list[Subject]:
    """Whose attempts count when somebody who is in gives the password again."""
    return [Subject(Tried.PASSWORD_AGAIN, str(session.person))]


def prove(session: Visit, password: str) -> Blocked | bool:
    """Whether somebody who is in gave their own password, or for how long they are held.

    What the request did before is taken back; call it first.
    """
    subjects = again_by(session)
    with separate_work() as unit:
        held = throttle.attempt(unit, subjects)
    if held is not None:
        return held
    if not accounts.is_password(current_work(), session, password):
        return False
    with separate_work() as unit:
        throttle.forgive(unit, subjects)
        note_proof(unit, session)
    return True


def proven(when: Callable[..., bool] = lambda **_: True) -> Callable[[_View], _View]:
    """Let a page take its form only from somebody who gave the password a moment ago.

    Others are asked for it, with what they typed left on the page.

    Args:
        when: whether a form is of this kind, by the values of its address.
    """

    def decorated(view: _View) -> _View:
        @wraps(view)
        def asked(**values: Any) -> Any:  # noqa: ANN401 - as the view's own
            if request.method in LOOKING or not when(**values):
                return view(**values)
            session = present()
            if not isinstance(session, Visit):
                return session
            return _password_page(session) or view(**values)

        return cast("_View", asked)

    return decorated


def _password_page(session: Visit) -> Answer | None:
    """The page that asks for the password; None once it was given."""
    if is_proved(current_work(), session):
        return None
    form = forms.AgainForm()
    if form.own_password.data:
        proof = prove(session, field_value(form.own_password))
        if isinstance(proof, Blocked):
            return too_many(proof)
        if proof:
            return None
        blame(form.own_password, NOT_YOURS)
    page = render_template(
        "account/prove.html",
        form=form,
        fields=[(name, value) for name, value in typed(request) if name != "own_password"],
        action=request.full_path.rstrip("?"),
        email=session.email,
    )
    return page, 403
