"""People, and settings."""

from collections.abc import Collection

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from royalties.domain.people import FINANCE, Role, Verb
from royalties.domain.terms.beneficiaries import Publisher
from royalties.domain.terms.catalogue import is_offered
from royalties.services import approvals
from royalties.services.books import setup_in_force
from royalties.services.people import second_factor
from royalties.services.people import staff as service
from royalties.services.people.staff import Invited, Person
from royalties.services.work import RefusedError
from royalties.web.account.proving import proven
from royalties.web.core.pages import Answer, Pages, number_in_query
from royalties.web.core.visit import all_or_nothing, current_work, system
from royalties.web.finance.desk import log as log_pages
from royalties.web.finance.desk.house_form import CALENDARS
from royalties.web.finance.people.forms import InviteForm, RoleForm, blame

PAGES = Pages("people", __name__, "/finance", FINANCE)
log_pages.add_to(PAGES)

_CONTROLS = {
    "two-people": approvals.set_two_people,
    "second-factor": second_factor.set_for_all,
}


@PAGES.get("/people")
def people() -> Answer:
    """Everybody who may come in, or was invited."""
    text, role = request.args.get("q", "").strip()[:100], request.args.get("role", type=Role)
    page = min(number_in_query("page", 1), 100_000)
    work = current_work()
    listed = service.people(work, text=text, role=role, page=page)
    has_more = len(listed) > service.PAGE
    return render_template(
        "finance/people/people.html",
        people=listed[: service.PAGE],
        names=_all_names(),
        roles=service.INVITABLE,
        q=text,
        role=role,
        page=page,
        has_more=has_more,
        for_all=second_factor.is_for_all(work),
        now=work.at,
    )


def _invites_staff(number: int | None = None) -> bool:
    """Whether the form invites somebody to the finance desk, who may do much there."""
    if number is not None:
        return _find_person(number).role in FINANCE
    return request.form.get("role", "") in set(FINANCE)


@PAGES.route("/people/invite", methods=["GET", "POST"])
@proven(_invites_staff)
def invite() -> Answer:
    """Invite somebody by e-mail."""
    current_work().actor.require(Verb.MANAGE_PEOPLE)
    form = InviteForm().offer(*_names())
    if form.validate_on_submit():
        try:
            with all_or_nothing():
                invited = service.invite(
                    current_work(),
                    str(form.email.data),
                    str(form.name.data),
                    Role(form.role.data),
                    form.beneficiaries.data or [],
                    form.organizations.data or [],
                )
        except RefusedError as error:
            blame(form, f"{error}.")
        else:
            return _invitation_answer(invited)
    page = render_template("finance/people/invite.html", form=form)
    return page, 422 if form.errors else 200


@PAGES.get("/people/<int:number>")
def person(number: int) -> Answer:
    """One person: what they are, and what an administrator may change."""
    return _person_page(_find_person(number))


@PAGES.post("/people/<int:number>")
@proven()
def change(number: int) -> Answer:
    """Change somebody's role and nonprofits."""
    person = _find_person(number)
    form = RoleForm().offer(*_names(person.beneficiaries))
    if form.validate_on_submit():
        try:
            with all_or_nothing():
                service.change_role(
                    current_work(),
                    number,
                    Role(form.role.data),
                    form.beneficiaries.data or [],
                    form.organizations.data or [],
                )
        except RefusedError as error:
            blame(form, f"{error}.")
        else:
            flash(f"{person.listed.name} is signed out, and comes back as what you chose.", "good")
            return redirect(url_for("people.person", number=number), 303)
    return _person_page(_find_person(number), form)


@PAGES.post("/people/<int:number>/invite-again")
@proven(_invites_staff)
def invite_again(number: int) -> Answer:
    """Send a new invitation."""
    _find_person(number)
    return _invitation_answer(service.invite_again(current_work(), number))


@PAGES.post("/people/<int:number>/withdraw")
def withdraw(number: int) -> Response:
    """Take an invitation back."""
    _find_person(number)
    name = service.withdraw(current_work(), number, request.form.get("reason", ""))
    flash(f"The invitation of {name} is withdrawn; its link opens nothing any more.", "good")
    return redirect(url_for("people.people"), 303)


@PAGES.post("/people/<int:number>/disable")
@proven()
def disable(number: int) -> Response:
    """Close somebody's account."""
    person = _find_person(number)
    service.disable(current_work(), number)
    return _back_to_person(number, f"{person.listed.name} is out, and cannot come in any more.")


@PAGES.post("/people/<int:number>/enable")
@proven()
def enable(number: int) -> Response:
    """Open an account that was closed."""
    person = _find_person(number)
    service.enable(current_work(), number)
    return _back_to_person(number, f"The account of {person.listed.name} is open again.")


@PAGES.post("/people/<int:number>/reset-second-factor")
@proven()
def reset_second_factor(number: int) -> Response:
    """Let somebody who lost their second factor set up another one."""
    person = _find_person(number)
    service.reset_second_factor(current_work(), number)
    return _back_to_person(
        number, f"{person.listed.name} was told, and sets up a new one at the next visit."
    )


@PAGES.post("/people/<int:number>/sign-out")
def sign_out(number: int) -> Response:
    """End all sessions of somebody."""
    person = _find_person(number)
    service.sign_out_everywhere(current_work(), number)
    return _back_to_person(number, f"{person.listed.name} is signed out everywhere.")


@PAGES.get("/settings")
def settings() -> Answer:
    """The controls of the house, and whether they are on."""
    work = current_work()
    work.actor.require(Verb.AUDIT)
    return render_template(
        "finance/desk/settings.html",
        two_people_on=approvals.two_people(work),
        for_all=second_factor.is_for_all(work),
        can_send=system().mailer.is_set_up,
        base_url=system().config.base_url,
        time_zone=work.now.tzinfo,
        house=_house(),
        calendars=CALENDARS,
    )


def _house() -> Publisher | None:
    try:
        return setup_in_force(current_work()).publisher
    except RefusedError:
        return None


@PAGES.post("/settings/<any('two-people', 'second-factor'):control>")
@proven()
def switch(control: str) -> Response:
    """Switch a control of the house on or off."""
    on = request.form.get("on") == "1"
    _CONTROLS[control](current_work(), on=on)
    flash("Switched on." if on else "Switched off; every page of the desk says so.", "good")
    return redirect(url_for("people.settings"), 303)


def _person_page(person: Person, form: RoleForm | None = None) -> Answer:
    form = form or RoleForm(
        formdata=None,
        data={
            "role": person.role,
            "beneficiaries": list(person.beneficiaries),
            "organizations": list(person.organizations),
        },
    ).offer(*_names(person.beneficiaries))
    work = current_work()
    page = render_template(
        "finance/people/person.html",
        person=person,
        form=form,
        names=_all_names(),
        is_self=work.actor.person == person.listed.id,
        needed=second_factor.is_needed(work, person.role),
        now=work.at,
    )
    return page, 422 if form.errors else 200


def _invitation_answer(invited: Invited) -> Answer:
    """Back to the list; without a mail server the link is shown, to be handed over."""
    person = _find_person(invited.number)
    if not system().mailer.is_set_up:
        return render_template("finance/people/link.html", person=person, address=invited.address)
    flash(f"An invitation is on its way to {person.listed.email}.", "good")
    return redirect(url_for("people.people"), 303)


def _find_person(number: int) -> Person:
    person = service.find(current_work(), number)
    if person is None:
        abort(404)
    return person


def _back_to_person(number: int, words: str) -> Response:
    flash(words, "good")
    return redirect(url_for("people.person", number=number), 303)


def _names(keep: Collection[str] = ()) -> tuple[dict[str, str], dict[str, str]]:
    """The beneficiaries' and the organizations' names by key; none before the first setup file.

    Retired beneficiaries are offered only to who belongs to them, ``keep``.
    """
    try:
        setup = setup_in_force(current_work())
    except RefusedError:
        return {}, {}
    return (
        {
            key: beneficiary.name
            for key, beneficiary in setup.beneficiaries.items()
            if key in keep or is_offered(beneficiary.retired, current_work().today)
        },
        {key: organization.name for key, organization in setup.organizations.items()},
    )


def _all_names() -> dict[str, str]:
    """Both together: who belongs to one kind does not belong to the other."""
    try:
        known: Collection[str] = setup_in_force(current_work()).beneficiaries
    except RefusedError:
        known = ()
    beneficiaries, organizations = _names(known)
    return {**organizations, **beneficiaries}
