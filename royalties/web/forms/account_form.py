"""The form of a payee's bank details, for the payee's own people and for the staff."""

from werkzeug.datastructures import MultiDict

from royalties.domain.payments.accounts import Account, AccountType
from royalties.ingest.payments.accounts import (
    AccountFaultError,
    canadian_account,
    iban_account,
    us_account,
)
from royalties.web.core.formats import sentence
from royalties.web.forms.choices import Selection
from royalties.web.forms.entries import EntryForm
from royalties.web.forms.fields import EntryField, Hidden

KINDS = {"us": "U.S. account", "iban": "Account with an IBAN", "ca": "Canadian account"}
"""The kinds of accounts by the word in the address of their form."""

_LONGEST_NUMBER = 40
_LONGEST_HOLDER = 140
_LONGEST_SOURCE = 1000
_NOT_THE_SAME = "This is not the number above: type both again from the paper"
_FIELDS = {
    "us": ("routing", "number", "again", "type"),
    "iban": ("iban", "bic"),
    "ca": ("institution", "transit", "number", "again"),
}
"""Names of the fields that an account of each kind has."""


class AccountForm(EntryForm):
    """Bank details of one kind; of the others' fields nothing is shown.

    Attributes:
        is_sent: whether it was sent; else it is blank.
    """

    is_sent = False
    kind = Hidden()
    holder = EntryField(
        "In whose name",
        hint="As the bank has it.",
        needed=True,
        longest=_LONGEST_HOLDER,
    )
    routing = EntryField(
        "Routing number",
        hint="Nine digits, at the lower left of a check. Ask the bank for the one for electronic "
        "payments (ACH).",
        needed=True,
        short=True,
        longest=_LONGEST_NUMBER,
    )
    institution = EntryField(
        "Institution number", hint="Three digits.", needed=True, short=True, longest=_LONGEST_NUMBER
    )
    transit = EntryField(
        "Transit number", hint="Five digits.", needed=True, short=True, longest=_LONGEST_NUMBER
    )
    number = EntryField("Account number", needed=True, longest=_LONGEST_NUMBER)
    again = EntryField("Account number, once more", needed=True, longest=_LONGEST_NUMBER)
    type = Selection(
        "Kind of account",
        options=[(AccountType.CHECKING.value, "Checking"), (AccountType.SAVINGS.value, "Savings")],
    )
    iban = EntryField("IBAN", needed=True, longest=_LONGEST_NUMBER)
    bic = EntryField("BIC", hint="May be left out in Europe.", short=True, longest=_LONGEST_NUMBER)
    source = EntryField(
        "From which paper",
        hint="Such as: letter of 3 May, signed by their treasurer. Attach it to the beneficiary's "
        "notes.",
        needed=True,
        longest=_LONGEST_SOURCE,
    )

    @property
    def fields(self) -> list[EntryField]:
        """The fields of its kind, in order."""
        return [self[name] for name in _FIELDS[self.kind.data]]

    def account(self) -> Account | None:
        """The account that was typed; None if it cannot be one, with the field blamed."""
        try:
            account = self._account()
        except AccountFaultError as error:
            self[error.field].errors.append(f"{sentence(str(error))}.")
            return None
        if self.kind.data != "iban" and _digits(self.number.data) != _digits(self.again.data):
            self.again.errors.append(f"{_NOT_THE_SAME}.")
            return None
        return account

    def _account(self) -> Account:
        match self.kind.data:
            case "us":
                type_ = AccountType.SAVINGS if self.type.data == "savings" else AccountType.CHECKING
                return us_account(self.routing.data, self.number.data, type_)
            case "ca":
                return canadian_account(self.institution.data, self.transit.data, self.number.data)
            case _:
                return iban_account(self.iban.data, self.bic.data)


def account_form(sent: "MultiDict[str, str]", kind: str, country: str) -> AccountForm:
    """The form of a kind of account; unless one is named, of the payee's country.

    Args:
        sent: what was sent, of this form or of another one of its page.
        kind: of ``KINDS``.
        country: two letters, of the payee.
    """
    form = AccountForm(sent if "kind" in sent else None)
    form.is_sent = "kind" in sent
    named = form.kind.data or kind
    if named not in KINDS:
        named = {"US": "us", "CA": "ca", "": "us"}.get(country, "iban")
    form.kind.data = named
    return form


def _digits(number: str) -> str:
    return "".join(number.split()).replace("-", "")
