"""The forms of a close."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, TextAreaField
from wtforms.validators import InputRequired, Length

from royalties.services.runs.closing import MOST_TEXT

_NOT_TOO_LONG = Length(max=MOST_TEXT, message=f"At most {MOST_TEXT} characters.")


class PrepareForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF carries no types
    """A note for who approves."""

    note = TextAreaField(
        "Note for who approves",
        [_NOT_TOO_LONG],
        description="What was special about this period, what to look at.",
    )


class ApproveForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF carries no types
    """The second pair of eyes."""

    looked = BooleanField(
        "I have looked at the draft",
        [InputRequired("Look at the draft first, then say so here.")],
    )


class RefuseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF carries no types
    """Why it goes back."""

    reason = TextAreaField(
        "What must change",
        [InputRequired("Say why, so that who prepared it knows what to change."), _NOT_TOO_LONG],
    )


class SendForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF carries no types
    """How statements are sent."""

    attach = BooleanField(
        "Attach the workbook",
        description="Otherwise the message has only a link to the portal, and no amounts.",
    )
    again = BooleanField("Send once more to those it was sent to already")
