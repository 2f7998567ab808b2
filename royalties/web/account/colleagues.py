"""Colleagues whom the people of a nonprofit or an organization invite and remove themselves."""

from flask import flash
from wtforms import EmailField, StringField
from wtforms.validators import InputRequired, Length

from royalties.services.people.colleagues import invite_colleague, withdraw_colleague
from royalties.services.people.names import BadNameError
from royalties.services.work import RefusedError
from royalties.web.account.forms import Form, blame, field_value, sentence
from royalties.web.core.visit import all_or_nothing, current_work


class ColleagueForm(Form):
    """Somebody whom a colleague invites."""

    email = EmailField(
        "E-mail",
        [InputRequired("Give an e-mail address."), Length(max=254, message="This is too long.")],
        render_kw={"autocomplete": "off"},
    )
    name = StringField(
        "Name",
        [InputRequired("Give a name."), Length(max=100, message="This is too long.")],
        render_kw={"autocomplete": "off"},
    )


INVITED = (
    "If this address can be invited, an invitation is on its way. They are here once they follow "
    "the link in it, which works for seven days."
)
"""What is answered to who invites somebody, whatever address it is."""


WITHDRAWN = "The invitation is taken back; its link opens nothing any more."


def invite(form: ColleagueForm, key: str) -> bool:
    """Invite whom a form names to see what ``key`` sees; where it cannot be, its fields say why.

    Returns:
        Whether the form is done with, and the visitor was notified.
    """
    if not form.validate_on_submit():
        return False
    try:
        with all_or_nothing():
            invite_colleague(current_work(), key, field_value(form.email), field_value(form.name))
    except BadNameError as error:
        blame(form.name, sentence(error))
        return False
    except RefusedError as error:
        blame(form.email, sentence(error))
        return False
    flash(INVITED, "good")
    return True


def withdraw(key: str, number: int) -> None:
    """Take back an invitation that was not followed yet, and say so."""
    withdraw_colleague(current_work(), key, number)
    flash(WITHDRAWN, "good")
