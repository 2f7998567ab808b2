"""The register of tax that was deposited: what is open and since when, and each deposit."""

from flask import abort, render_template, url_for

from royalties.domain.currencies import EXPONENTS
from royalties.domain.money import NotAnAmountError
from royalties.domain.payments.tax_deposits import DepositForm
from royalties.domain.people import FINANCE, Verb
from royalties.services.payments import tax_deposits
from royalties.services.payments.tax_deposits import DepositRow, NoDepositError
from royalties.services.work import RefusedError
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import current_work
from royalties.web.forms.choices import Selection
from royalties.web.forms.fields import DayField, EntryField
from royalties.web.forms.numbers import as_minor
from royalties.web.ordering.fields import do_or_show, new_token
from royalties.web.ordering.forms import OrderForm

PAGES = Pages("tax_deposits", __name__, "/finance/payments/tax/deposits", FINANCE)


class TaxDepositForm(OrderForm):
    """A deposit that was made."""

    kind = Selection("For", options=[(each.value, f"Form {each.value}") for each in DepositForm])
    day = DayField("Deposited on", needed=True, short=True)
    currency = EntryField("Currency", needed=True, short=True, longest=3)
    amount = EntryField(
        "Amount", needed=True, short=True, longest=30, render_kw={"inputmode": "decimal"}
    )
    reference = EntryField("Reference", hint="Such as the EFTPS number.", longest=60)
    note = EntryField("Note", longest=500)


class UndoDepositForm(OrderForm):
    """Why a deposit is taken back."""

    reason = EntryField("Why", needed=True, longest=500)


@PAGES.get("/")
def deposits() -> Answer:
    """What is open, and every deposit."""
    return _page()


@PAGES.post("/record")
def record_deposit() -> Answer:
    """Record that tax was deposited."""
    current_work().actor.require(Verb.APPROVE)

    def do() -> str:
        form = TaxDepositForm()
        currency = form.currency.data.strip().upper()
        if currency not in EXPONENTS:
            raise RefusedError("write a currency such as USD")
        try:
            kind, amount = DepositForm(form.kind.data), as_minor(form.amount.data, currency)
        except NotAnAmountError as error:
            raise RefusedError(str(error)) from None
        except ValueError:
            raise RefusedError("choose the form") from None
        tax_deposits.record(
            current_work(),
            form.token.data,
            kind,
            currency,
            amount,
            form.day.day,
            reference=form.reference.data,
            note=form.note.data,
        )
        return "The deposit is recorded."

    return do_or_show(do, url_for(".deposits"), _page)


@PAGES.get("/<int:number>")
def deposit(number: int) -> Answer:
    """One deposit."""
    return _deposit_page(number)


@PAGES.post("/<int:number>/take-back")
def undo_deposit(number: int) -> Answer:
    """Take back a deposit that was recorded by mistake."""
    _find(number)

    def do() -> str:
        tax_deposits.take_back(current_work(), number, UndoDepositForm().reason.data)
        return "The deposit is taken back: what it settled is open again."

    return do_or_show(do, url_for(".deposits"), lambda refused: _deposit_page(number, refused))


def _page(refused: str = "") -> str:
    work = current_work()
    form = TaxDepositForm()
    form.day.data = form.day.data or work.today.isoformat()
    form.currency.data = form.currency.data or "USD"
    return render_template(
        "finance/payments/tax_deposits.html",
        found=tax_deposits.register(work),
        form=form,
        token=new_token(),
        refused=refused,
        today=work.today,
    )


def _deposit_page(number: int, refused: str = "") -> str:
    return render_template(
        "finance/payments/tax_deposit.html",
        row=_find(number),
        form=UndoDepositForm(),
        refused=refused,
    )


def _find(number: int) -> DepositRow:
    try:
        return tax_deposits.deposit(current_work(), number)
    except NoDepositError:
        abort(404)
