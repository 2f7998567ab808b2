"""The page that the link of a request opens: it makes the order, and the account if one is new."""

from flask import redirect, render_template, url_for

from royalties.domain.people import EVERYBODY, Role
from royalties.services.orders import preconditions
from royalties.services.orders.intake import requests
from royalties.services.orders.intake.requests import PendingRequest
from royalties.services.people.links import DeadLinkError
from royalties.services.people.names import BadNameError
from royalties.services.work import RefusedError
from royalties.web.account import forms
from royalties.web.account.doors import browser
from royalties.web.account.forms import blame, field_value, sentence
from royalties.web.core import errors, formats
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import all_or_nothing, current_work, remember

PAGES = Pages("order_links", __name__, "/requests", EVERYBODY)


@PAGES.route("/<token>", methods=["GET", "POST"])
def opened(token: str) -> Answer:
    """Confirm a request; looking at the page changes nothing."""
    try:
        pending = requests.find(current_work(), token)
    except DeadLinkError as error:
        return errors.page(404, str(error))
    form = forms.InvitationForm(data={"name": pending.body.contact_name})
    if not pending.needs_account:
        for name in ("name", "new", "again"):
            del form[name]
    if form.validate_on_submit():
        answer = _open_order(token, pending, form)
        if answer is not None:
            return answer
    setup = preconditions.setup_or_none(current_work())
    title = setup.titles.get(pending.body.title) if setup else None
    page = render_template(
        "public/order_opened.html",
        form=form,
        body=pending.body,
        needs_account=pending.needs_account,
        title=title.heading if title else pending.body.title,
    )
    return page, 422 if form.errors else 200


def _open_order(token: str, pending: PendingRequest, form: forms.InvitationForm) -> Answer | None:
    """Make the order, and go on to it by the second factor; None: say what is wrong."""
    name, password = (
        (field_value(form.name), field_value(form.new)) if pending.needs_account else ("", "")
    )
    try:
        with all_or_nothing():
            opened = requests.open_request(
                current_work(),
                token,
                name,
                password,
                locale=str(formats.locale()),
                browser=browser(),
            )
    except BadNameError as error:
        blame(form.name, sentence(error))
        return None
    except RefusedError as error:
        if not pending.needs_account:
            raise
        blame(form.new, str(error))
        return None
    onward = url_for("organization_orders.order", number=opened.number)
    if opened.begun is None:
        own = current_work().actor.role is Role.ORGANIZATION
        return redirect(onward if own else url_for("account.sign_in", next=onward), 303)
    remember(opened.begun.token)
    if opened.begun.is_full:
        return redirect(onward, 303)
    return redirect(url_for("account.second_factor", next=onward), 303)
