"""The form by which an organization asks for a title."""

import unicodedata
from typing import Any

from flask_wtf import FlaskForm
from wtforms import EmailField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError

from royalties.services.inquiries import Asked
from royalties.services.names import fit_email
from royalties.services.work import RefusedError

_MOST_COPIES = 1_000_000
_LONGEST_MESSAGE = 4000


def _plain(value: str | None) -> str:
    return (value or "").strip()


def _one_line(_form: object, field: StringField) -> None:
    if any(unicodedata.category(each) in {"Cc", "Cs", "Zl", "Zp"} for each in field.data or ""):
        raise ValidationError("holds characters that no name has: type it again")


def _readable(_form: object, field: TextAreaField) -> None:
    text = (field.data or "").replace("\r\n", "\n").replace("\n", " ").replace("\t", " ")
    if any(unicodedata.category(each) in {"Cc", "Cs"} for each in text):
        raise ValidationError("holds characters that nobody can read: type it again")


def _an_address(_form: object, field: EmailField) -> None:
    try:
        field.data = fit_email(field.data or "")
    except RefusedError:
        raise ValidationError("is no e-mail address: write name@place.org") from None


class RequestForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """What is asked for, how many copies, and whom to answer."""

    what = RadioField("What would you like?", [InputRequired("choose one")])
    quantity = IntegerField(
        "Number of copies, about",
        [
            InputRequired("write a number, such as 100"),
            NumberRange(1, _MOST_COPIES, "write a number from 1 to 1,000,000"),
        ],
    )
    organization = StringField(
        "Organization",
        [DataRequired("is missing"), Length(max=200, message="is too long"), _one_line],
        filters=[_plain],
        render_kw={"autocomplete": "organization", "maxlength": 200},
    )
    name = StringField(
        "Your name",
        [DataRequired("is missing"), Length(max=200, message="is too long"), _one_line],
        filters=[_plain],
        render_kw={"autocomplete": "name", "maxlength": 200},
    )
    email = EmailField(
        "E-mail",
        [DataRequired("is missing"), _an_address],
        filters=[_plain],
        description="The publisher answers here. It is used for nothing else.",
        render_kw={"autocomplete": "email", "maxlength": 254},
    )
    message = TextAreaField(
        "Anything else?",
        [Length(max=_LONGEST_MESSAGE, message="is too long: shorten it"), _readable],
        filters=[_plain],
        description="When you need it, where it goes, what a custom edition should carry.",
        render_kw={"maxlength": _LONGEST_MESSAGE, "rows": 5},
    )
    website = StringField("Leave this empty", render_kw={"tabindex": "-1", "autocomplete": "off"})

    @property
    def is_from_a_machine(self) -> bool:
        """Whether the field was filled in that no person sees."""
        return bool(self.website.data)

    @property
    def asked(self) -> Asked:
        """What was asked for, once it is valid."""
        values: dict[str, Any] = {
            name: self[name].data
            for name in ("what", "organization", "name", "email", "quantity", "message")
        }
        return Asked(**values)
