"""What is typed about payments: each form with its fields' words and limits."""

from royalties.domain.payments.life import Method
from royalties.web.core.formats import METHODS
from royalties.web.forms.choices import Selection
from royalties.web.forms.fields import DayField, EntryField, Hidden, Tick
from royalties.web.ordering.forms import OrderForm

METHOD_OPTIONS = [(each.value, METHODS[each]) for each in Method]

_DECIMAL = {"inputmode": "decimal"}


class ProposeForm(OrderForm):
    """What goes with a proposal."""

    seen = Hidden(longest=64)
    without_account = Hidden(longest=1)
    note = EntryField("Note for whoever approves it", longest=500)


class ApproveForm(OrderForm):
    """What was looked at, and is approved."""

    seen = Hidden(longest=64)


class BankFileForm(OrderForm):
    """Which bank is to pay, and when."""

    bank = Selection("For", options=())
    pay_on = DayField("The bank pays on", needed=True, short=True)


class SentForm(OrderForm):
    """How payments have left the house, and when."""

    method = Selection("How", options=METHOD_OPTIONS)
    sent_on = DayField("Sent on", needed=True, short=True)
    reference = EntryField(
        "Reference",
        hint="The bank’s, or the check’s number; the beneficiary reads it. Blank: our own.",
        longest=60,
    )


class ArrivedForm(OrderForm):
    """When payments have arrived."""

    arrived_on = DayField("Arrived on", needed=True, short=True)


class PayLessForm(OrderForm):
    """How much of a payment is still made."""

    amount = EntryField("Pay only", needed=True, short=True, longest=30, render_kw=_DECIMAL)
    reason = EntryField("Why", id="less-reason", longest=500)


class PaymentEndForm(OrderForm):
    """Why a payment is taken back."""

    reason = EntryField("Why", needed=True, longest=500)


class VoidForm(PaymentEndForm):
    """The same, and whether the page said that it had been sent."""

    seen_sent = Hidden(name="seen-sent", longest=1)


class PaymentReturnForm(PaymentEndForm):
    """Why and when a payment came back."""

    day = DayField("Came back on", needed=True, short=True)
    reason = EntryField(
        "Why", hint="As the bank says it; the beneficiary reads it.", needed=True, longest=500
    )


class ReleaseForm(OrderForm):
    """What was put right, so that the payee can be paid again."""

    reason = EntryField("What was put right", needed=True, longest=500)


def signing(numbers: list[int]) -> ApproveForm:
    """The form of an approval, with a tick for each payment to be looked at on its own."""
    ticks = {
        f"signed_{number}": Tick("Looked at", name=f"signed-{number}", is_consent=True)
        for number in numbers
    }
    made: ApproveForm = type("ApproveForm", (ApproveForm,), ticks)()
    return made
