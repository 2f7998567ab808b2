"""The forms of signing in and of one's own account."""

from flask_wtf import FlaskForm
from wtforms import EmailField, Field, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import EqualTo, InputRequired, Length

from royalties.services.people.passwords import LONGEST, SHORTEST
from royalties.web.core.formats import LOCALES
from royalties.web.core.formats import sentence as capitalised


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF carries no types
    """A form of ours."""


def field_value(field: Field) -> str:
    """What was typed into a field."""
    return str(field.data or "")


def blame(field: Field, words: str) -> None:
    """Say what is wrong with a field, found after its own checks."""
    field.errors = [*field.errors, words]


def sentence(error: Exception) -> str:
    """A refusal's message as a sentence beside its field."""
    words = str(error)
    return f"{capitalised(words)}{'' if words.endswith('.') else '.'}"


_NEW = (
    f"At least {SHORTEST} characters. A few words in a row are easy to keep and hard to guess; "
    "a password manager does it for you."
)


def _password(label: str, *, autocomplete: str, description: str = "") -> PasswordField:
    return PasswordField(
        label,
        [InputRequired("Give the password."), Length(max=LONGEST, message="This is too long.")],
        description=description,
        render_kw={"autocomplete": autocomplete},
    )


def _again(label: str) -> PasswordField:
    return PasswordField(
        label,
        [InputRequired("Repeat it."), EqualTo("new", message="This is not the same.")],
        render_kw={"autocomplete": "new-password"},
    )


class SignInForm(Form):
    """E-mail and password."""

    email = EmailField(
        "E-mail",
        [InputRequired("Give your e-mail address."), Length(max=254, message="This is too long.")],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = _password("Password", autocomplete="current-password")


class CodeForm(Form):
    """A code of the authenticator app."""

    code = StringField(
        "Code",
        [InputRequired("Give the code."), Length(max=20, message="This is too long.")],
        description="Six digits, as your authenticator app shows them now.",
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "data-first": ""},
    )


class RecoveryForm(Form):
    """A recovery code."""

    code = StringField(
        "Recovery code",
        [InputRequired("Give the code."), Length(max=20, message="This is too long.")],
        description="One of the ten you kept, such as k7m2p-x9q4r. Each opens once.",
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )


class SetUpForm(Form):
    """The first code of a new second factor."""

    code = StringField(
        "Code from the app",
        [InputRequired("Give the code."), Length(max=20, message="This is too long.")],
        description="Six digits, as the app shows them now.",
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class SetUpAgainForm(SetUpForm):
    """The same for somebody who is in already: the password is asked for again."""

    password = _password("Your password", autocomplete="current-password")


class ProveForm(Form):
    """The password, asked for again."""

    password = _password("Your password", autocomplete="current-password")


class AgainForm(Form):
    """The password again, beside the fields of another form."""

    own_password = _password("Your password", autocomplete="current-password")


class ForgottenForm(Form):
    """Who forgot a password."""

    email = EmailField(
        "E-mail",
        [InputRequired("Give your e-mail address."), Length(max=254, message="This is too long.")],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )


class ResetForm(Form):
    """A new password by a link."""

    new = _password("New password", autocomplete="new-password", description=_NEW)
    again = _again("The new password again")


class InvitationForm(Form):
    """Name and password of somebody who was invited."""

    name = StringField(
        "Your name",
        [InputRequired("Give your name."), Length(max=100, message="This is too long.")],
        description="As colleagues and the audit log are to know you.",
        render_kw={"autocomplete": "name"},
    )
    new = _password("Password", autocomplete="new-password", description=_NEW)
    again = _again("The password again")


class FirstForm(InvitationForm):
    """The first administrator, whom nobody invited."""

    email = EmailField(
        "Your e-mail",
        [InputRequired("Give your e-mail address."), Length(max=254, message="This is too long.")],
        description="You sign in with it.",
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )


class NameForm(Form):
    """What one is called, and how dates and money are written."""

    name = StringField(
        "Name",
        [InputRequired("Give your name."), Length(max=100, message="This is too long.")],
        description="The audit log keeps it with all you do.",
        render_kw={"autocomplete": "name"},
    )
    locale = SelectField(
        "Dates and figures",
        [InputRequired("Choose one.")],
        choices=[SelectChoice(*each) for each in LOCALES.items()],
    )


class PasswordForm(Form):
    """A new password, by the old one."""

    current = _password("Current password", autocomplete="current-password")
    new = _password("New password", autocomplete="new-password", description=_NEW)
    again = _again("The new password again")


class JoinForm(Form):
    """Consent of somebody who has an account already."""
