"""The forms of a close."""

from typing import TypeVar

from flask_wtf import FlaskForm
from wtforms import BooleanField, TextAreaField
from wtforms.validators import InputRequired, Length

from royalties.services.periods.approval import MOST_TEXT
from royalties.services.periods.checklist import Outlook

_NOT_TOO_LONG = Length(max=MOST_TEXT, message=f"At most {MOST_TEXT} characters.")


class PrepareForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF carries no types
    """A note for whoever approves, and of a period that has not ended why it is closed early."""

    early = TextAreaField(
        "Why it is closed before it ends",
        [InputRequired("Say why the period does not wait for its end."), _NOT_TOO_LONG],
        description="Whoever approves it reads this; the log keeps it.",
    )
    note = TextAreaField(
        "Note for whoever approves",
        [_NOT_TOO_LONG],
        description="What was special about this period, what to look at.",
    )

    @classmethod
    def of(cls, status: Outlook, *, empty: bool = False) -> "PrepareForm":
        """The form as a period wants it; ``empty``: as it is shown first."""
        return _form_for(cls, status, empty=empty)

    @property
    def why_early(self) -> str:
        """The reason, where the form asks for one."""
        return str(self.early.data or "") if "early" in self else ""


class ApproveCloseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF carries no types
    """The second pair of eyes."""

    early = BooleanField(
        "Close the period before it ends",
        [InputRequired("Say that it is closed before it ends, or send it back.")],
    )
    looked = BooleanField(
        "I have looked at the draft",
        [InputRequired("Look at the draft first, then say so here.")],
    )

    @classmethod
    def of(cls, status: Outlook, *, empty: bool = False) -> "ApproveCloseForm":
        """The form as a period wants it; ``empty``: as it is shown first."""
        return _form_for(cls, status, empty=empty)

    @property
    def is_early(self) -> bool:
        """Whether the early close was ticked, where the form asks for it."""
        return bool(self.early.data) if "early" in self else False


Form = TypeVar("Form", PrepareForm, ApproveCloseForm)


def _form_for(form: type[Form], status: Outlook, *, empty: bool) -> Form:
    bound = form(formdata=None) if empty else form()
    if status.has_ended:
        del bound.early
    return bound


class RefuseCloseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF carries no types
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
