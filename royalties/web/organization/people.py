"""The people of an organization, whom its own people invite and remove."""

from flask import abort, flash, redirect, render_template, url_for

from royalties.domain.people import ORGANIZATIONS
from royalties.domain.terms.organizations import Organization
from royalties.services.orders.intake import customer_orders
from royalties.services.people.colleagues import (
    colleagues,
    invited,
    remove_colleague,
)
from royalties.web.account import colleagues as colleague_pages
from royalties.web.account.colleagues import ColleagueForm
from royalties.web.account.proving import proven
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import current_work

PAGES = Pages("organization_people", __name__, "/organization", ORGANIZATIONS)


@PAGES.get("/people")
def choose() -> Answer:
    """The people of one's organization; a choice for who orders for several."""
    own_organizations = customer_orders.organizations(current_work())
    if len(own_organizations) == 1:
        return redirect(url_for(".people", key=next(iter(own_organizations))))
    return render_template("organization/people_choice.html", own=own_organizations)


@PAGES.get("/<key>/people")
def people(key: str) -> str:
    """Who orders for an organization."""
    return _people_page(key, ColleagueForm())


@PAGES.post("/<key>/people")
def invite(key: str) -> Answer:
    """Invite a colleague by e-mail."""
    _own_organization(key)
    form = ColleagueForm()
    if colleague_pages.invite(form, key):
        return redirect(url_for(".people", key=key), 303)
    return _people_page(key, form), 422


@PAGES.post("/<key>/people/<int:number>/remove")
@proven()
def remove(key: str, number: int) -> Answer:
    """Let a colleague order for the organization no more, at once."""
    _own_organization(key)
    remove_colleague(current_work(), key, number)
    flash("They order nothing for this organization any more.", "good")
    return redirect(url_for(".people", key=key), 303)


@PAGES.post("/<key>/people/invited/<int:number>/withdraw")
def withdraw(key: str, number: int) -> Answer:
    """Take back an invitation that was not followed yet."""
    _own_organization(key)
    colleague_pages.withdraw(key, number)
    return redirect(url_for(".people", key=key), 303)


def _own_organization(key: str) -> Organization:
    """One of the visitor's organizations; another one is a page that is not there."""
    organization = customer_orders.organizations(current_work()).get(key)
    if organization is None:
        abort(404)
    return organization


def _people_page(key: str, form: ColleagueForm) -> str:
    return render_template(
        "organization/people.html",
        own=customer_orders.organizations(current_work()),
        chosen=_own_organization(key),
        form=form,
        people=colleagues(current_work(), key),
        invited=invited(current_work(), key),
        remove=lambda number: url_for(".remove", key=key, number=number),
        withdraw=lambda number: url_for(".withdraw", key=key, number=number),
    )
