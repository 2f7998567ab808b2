"""tax: what was paid in a calendar year, for the year's forms."""

from pathlib import Path
from typing import Any

import click

from royalties.cli.desk import Desk, command
from royalties.domain.counting import counted
from royalties.domain.money import amount_text, number_text
from royalties.domain.payments.life import name_of
from royalties.domain.payments.tax_year import INCOME_CODE, TaxForm, YearFigures
from royalties.domain.problems import Problem
from royalties.ingest.payments.tax_template import FaultyTemplateError
from royalties.services.payments import tax_files, tax_years
from royalties.services.payments.tax_years import TaxYear

_FILE = click.Path(path_type=Path, dir_okay=False)
_FORMS = {form.value.lower(): form for form in (TaxForm.MISC, TaxForm.FOREIGN)}
_HEADINGS = ("beneficiary", "form", "currency", ">gross", ">tax", ">net", "report")


@click.command("tax")
@click.argument("year", type=click.IntRange(1990, 2999))
@click.option("--out", type=_FILE, help="Write a workbook.")
@click.option("--form", type=click.Choice(list(_FORMS)), help="Fill the filer's template of this.")
@click.option("--template", type=_FILE, help="With --form: the CSV file that the filer gives out.")
@click.option("--csv", "filled", type=_FILE, help="With --form: where the filled one goes.")
@command
def tax(
    desk: Desk,
    *,
    year: int,
    out: Path | None,
    form: str | None,
    template: Path | None,
    filled: Path | None,
) -> None:
    """Show what was paid in a calendar year, by the day of payment: gross, tax and net.

    It says who is to be reported on Form 1099-MISC (boxes 2 and 4) or 1042-S (income code 12).
    With --form, --template and --csv it fills the template of whoever files the forms.
    """
    if form is not None or template is not None or filled is not None:
        if form is None or template is None or filled is None:
            raise click.UsageError("a template needs --form, --template FILE and --csv FILE")
        _fill(desk, year, _FORMS[form], template, filled)
        return
    if out is not None:
        _write(desk, year, out)
        return
    with desk.work(read_only=True) as work:
        found = tax_years.tax_year(work, year)
    if desk.json:
        desk.show(_document(found))
        return
    if not found.figures:
        desk.say(f"No payment was sent in {year}.")
    else:
        desk.table(_HEADINGS, [_line(each) for each in found.figures])
        _say_payments(desk, found)
    for (beneficiary, currency), amount in sorted(found.by_closes.items()):
        desk.say(
            f"Closes of an earlier version withheld {currency} {amount_text(amount, currency)} of "
            f"{beneficiary}: no payment has it, add it by hand."
        )


def _write(desk: Desk, year: int, out: Path) -> None:
    if out.suffix.lower() != ".xlsx":
        desk.refuse("the year's figures are a workbook: name it .xlsx")
    if out.exists():
        desk.refuse(f"{out} is there already: name another file")
    with desk.work(read_only=True) as work:
        data = tax_years.workbook(work, year)
    desk.system.files.write_out(out.parent, out.name, data)
    if desk.json:
        desk.show({"outcome": "written", "file": str(out)})
        return
    desk.say(f"{out}: what was paid in {year}, by payee, by form and payment by payment")


def _fill(desk: Desk, year: int, form: TaxForm, template: Path, out: Path) -> None:
    if out.suffix.lower() != ".csv":
        desk.refuse("a filled template is CSV: name it .csv")
    try:
        content = template.read_bytes()
    except OSError as error:
        desk.refuse(f"{template} cannot be read ({error.strerror}): name the template's file")
    try:
        with desk.work(read_only=True) as work:
            made = tax_files.filled_forms(work, year, form, content, out.name)
    except FaultyTemplateError as error:
        desk.refuse("\n".join(_fault_words(template.name, each) for each in error.problems))
    there = [name for name, _ in made.files if (out.parent / name).exists()]
    if there:
        desk.refuse(f"{out.parent / there[0]} is there already: name another file")
    for name, data in made.files:
        desk.system.files.write_out(out.parent, name, data)
    names = [str(out.parent / name) for name, _ in made.files]
    if desk.json:
        desk.show(
            {
                "outcome": "written",
                "files": names,
                "rows": made.rows,
                "not_filled": list(made.not_filled),
                "empty": made.empty,
                "left_out": list(made.left_out),
            }
        )
        return
    desk.say(f"{', '.join(names)}: {counted(made.rows, 'form')} {form.value} of {year}")
    if made.not_filled:
        desk.say(f"Not filled, for the books do not know it: {'; '.join(made.not_filled)}")
    for heading, payees in made.empty.items():
        desk.say(f"Must not be empty: {heading}, of {', '.join(payees)}")
    if made.left_out:
        desk.say(f"Left out, to be converted to USD first: {', '.join(made.left_out)}")


def _fault_words(name: str, problem: Problem) -> str:
    place = "".join(
        [
            f", row {problem.row}" if problem.row else "",
            f", column {problem.column}" * bool(problem.column),
        ]
    )
    value = f" ({problem.value!r})" if problem.value else ""
    return f"{name}{place}: {problem.message}{value}: {problem.remedy}"


def _say_payments(desk: Desk, found: TaxYear) -> None:
    desk.say("")
    desk.table(
        ("payment", "beneficiary", "sent on", "reference", ">gross", ">tax", "remark"),
        [
            (
                name_of(paid.number),
                each.payee.key,
                str(paid.sent_on),
                paid.reference,
                f"{each.currency} {amount_text(paid.gross, each.currency)}",
                amount_text(paid.tax, each.currency),
                paid.remark,
            )
            for each in found.figures
            for paid in each.payments
        ],
    )


def _line(each: YearFigures) -> tuple[str, ...]:
    amounts = [amount_text(minor, each.currency) for minor in (each.gross, each.tax, each.net)]
    return (each.payee.key, each.payee.form.value, each.currency, *amounts, each.duty.value)


def _document(found: TaxYear) -> dict[str, Any]:
    names = [heading.lstrip(">") for heading in _HEADINGS]
    payees = [
        {
            **dict(zip(names, _line(each), strict=True)),
            "name": each.payee.name,
            "country": each.payee.country,
            **_boxes(each),
            "payments": [
                {
                    "payment": name_of(paid.number),
                    "sent_on": paid.sent_on,
                    "reference": paid.reference,
                    "gross": amount_text(paid.gross, each.currency),
                    "tax": amount_text(paid.tax, each.currency),
                    "counted": amount_text(paid.counted, each.currency),
                    "counted_tax": amount_text(paid.counted_tax, each.currency),
                    "remark": paid.remark,
                }
                for paid in each.payments
            ],
        }
        for each in found.figures
    ]
    closes = [
        {"beneficiary": key, "currency": currency, "tax": amount_text(amount, currency)}
        for (key, currency), amount in sorted(found.by_closes.items())
    ]
    return {"year": found.year, "payees": payees, "withheld_by_closes": closes}


def _boxes(each: YearFigures) -> dict[str, Any]:
    """The figures as their form has them."""
    if each.payee.form is TaxForm.MISC:
        gross, tax_text = (amount_text(minor, each.currency) for minor in (each.gross, each.tax))
        return {"box_2": gross, "box_4": tax_text}
    if each.payee.form is TaxForm.UNKNOWN:
        return {}
    return {
        "income_code": INCOME_CODE,
        "chapter": each.payee.chapter,
        "rates": [
            {
                "rate": number_text(rate),
                "gross": amount_text(gross, each.currency),
                "tax": amount_text(withheld, each.currency),
            }
            for rate, gross, withheld in each.by_rate
        ],
    }


COMMANDS = [tax]
