"""The forms of people and settings."""

from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import EmailField, RadioField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from royalties.domain.people import Role

ROLES: Mapping[Role, str] = {
    Role.CLERK: "Clerk: imports reports, enters sales, prepares a close",
    Role.MANAGER: "Manager: also approves, closes, issues and sends, changes contracts and plans",
    Role.ADMINISTRATOR: "Administrator: also manages people and settings",
    Role.NONPROFIT: "Nonprofit: sees the royalties of its beneficiaries only",
    Role.ORGANIZATION: "Organization: orders bulk and custom editions",
}


class RoleForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF carries no types
    """What somebody is, and to which nonprofits or organizations they belong."""

    role = RadioField(
        "Role",
        [InputRequired("Choose a role.")],
        choices=[SelectChoice(role.value, words) for role, words in ROLES.items()],
    )
    beneficiaries = SelectMultipleField(
        "Beneficiaries",
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description="For a nonprofit's user only: whose figures they see.",
    )

    organizations = SelectMultipleField(
        "Organizations",
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description="For an organization's user only: whom they order for.",
    )

    def offer(self, names: Mapping[str, str], organizations: Mapping[str, str]) -> "RoleForm":
        """Offer the beneficiaries and the organizations by name."""
        self.beneficiaries.choices = _by_name(names)
        self.organizations.choices = _by_name(organizations)
        return self


class InviteForm(RoleForm):
    """Somebody who is invited."""

    email = EmailField(
        "E-mail",
        [InputRequired("Give an e-mail address."), Length(max=254, message="This is too long.")],
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )
    name = StringField(
        "Name",
        [InputRequired("Give a name."), Length(max=100, message="This is too long.")],
        render_kw={"autocomplete": "off"},
    )


def _by_name(names: Mapping[str, str]) -> list[SelectChoice]:
    by_name = sorted(names.items(), key=lambda each: each[1].lower())
    return [SelectChoice(key, name) for key, name in by_name]


def blame(form: FlaskForm, words: str) -> None:
    """Say what is wrong with a form as a whole."""
    errors: list[Any] = form.form_errors
    errors.append(words[:1].upper() + words[1:])
