"""What was paid in a calendar year, by day of payment: for the year's forms."""

from collections.abc import Sequence

from flask import Response, abort, render_template, request

from royalties.domain.money import number_text
from royalties.domain.payments.life import name_of
from royalties.domain.payments.tax_year import INCOME_CODE, TaxForm
from royalties.domain.people import FINANCE
from royalties.domain.problems import Problem
from royalties.ingest.payments.tax_template import FaultyTemplateError
from royalties.services.payments import tax_files, tax_years
from royalties.services.payments.tax_years import NoYearError, TaxYear
from royalties.services.work import RefusedError
from royalties.web.core.files import download
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import current_work, read_only
from royalties.web.forms.choices import Selection
from royalties.web.forms.entries import EntryForm
from royalties.web.forms.fields import FileUpload
from royalties.web.forms.sent_files import chosen_file

_FILLED = (TaxForm.MISC, TaxForm.FOREIGN)

PAGES = Pages("tax", __name__, "/finance/payments/tax", FINANCE)


class TemplateForm(EntryForm):
    """The filer's template of a form."""

    kind = Selection("Form", options=[(each.value, each.value) for each in _FILLED])
    file = FileUpload(
        "Template",
        hint="The CSV file that the filer gives out, with its header row. Up to 1 MB.",
        needed=True,
        accept=".csv",
    )


@PAGES.get("/<int:number>")
def year(number: int) -> Answer:
    """A year's figures by payee, and each payment."""
    return _page(number, TemplateForm())


@PAGES.post("/<int:number>/fill")
@read_only
def fill(number: int) -> Answer:
    """The filer's template, filled in, with a list of what is left to them; nothing is recorded."""
    _found(number)
    form = TemplateForm(request.form)
    try:
        sent = chosen_file()
        chosen = _form_chosen(form.kind.data)
        name = f"{chosen.value.lower()}-{number}"
        content = sent.stream.read(tax_files.LARGEST + 1)
        made = tax_files.filled_forms(current_work(), number, chosen, content, f"{name}.csv")
    except FaultyTemplateError as error:
        return _page(number, form, faults=error.problems), 422
    except RefusedError as error:
        return _page(number, form, refused=str(error)), 422
    return download(f"{name}.zip", tax_files.packed(made, chosen, number))


def _form_chosen(asked: str) -> TaxForm:
    chosen = next((each for each in _FILLED if each.value == asked), None)
    if chosen is None:
        raise RefusedError("choose the form")
    return chosen


def _page(
    number: int, form: TemplateForm, refused: str = "", faults: Sequence[Problem] = ()
) -> str:
    found = _found(number)
    return render_template(
        "finance/payments/tax.html",
        found=found,
        misc=found.of(TaxForm.MISC),
        foreign=found.of(TaxForm.FOREIGN),
        income_code=INCOME_CODE,
        name_of=name_of,
        number_text=number_text,
        form=form,
        refused=refused,
        faults=faults,
        today=current_work().today,
    )


@PAGES.get("/<int:number>.xlsx")
def workbook(number: int) -> Response:
    """The same as a workbook."""
    _found(number)
    return download(f"tax-{number}.xlsx", tax_years.workbook(current_work(), number))


def _found(number: int) -> TaxYear:
    try:
        return tax_years.tax_year(current_work(), number)
    except NoYearError:
        abort(404)
