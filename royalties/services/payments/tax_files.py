"""The filer's template of a tax form, filled in: files of at most a hundred rows."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from royalties.domain.counting import counted
from royalties.domain.money import amount_text, number_text
from royalties.domain.payments.tax_columns import MOST_ROWS, empty_needed, known_columns
from royalties.domain.payments.tax_year import INCOME_CODE, Duty, TaxForm, YearFigures
from royalties.domain.problems import Problem
from royalties.domain.spreadsheets import no_formula
from royalties.domain.terms.beneficiaries import Publisher
from royalties.ingest.payments.tax_template import (
    MOST_BYTES,
    FaultyTemplateError,
    TaxTemplate,
    template_of,
)
from royalties.services.books import setup_in_force
from royalties.services.payments.tax_years import tax_year
from royalties.services.work import RefusedError, Work

LARGEST = MOST_BYTES


@dataclass(frozen=True, slots=True)
class FilledForms:
    """Files of a form, and what is left to whoever files it.

    Attributes:
        files: their names and contents, at most a hundred rows in each.
        rows: how many forms they hold.
        not_filled: headings for which the books have nothing.
        empty: headings that must not be empty and are, each with the payees.
        left_out: payees with amounts in other currencies, which are to be converted before.
    """

    files: tuple[tuple[str, bytes], ...]
    rows: int
    not_filled: tuple[str, ...]
    empty: dict[str, list[str]]
    left_out: tuple[str, ...]


def filled_forms(work: Work, year: int, form: TaxForm, template: bytes, name: str) -> FilledForms:
    """Fill a template's columns, known by their names, with a year's figures; nothing is recorded.

    Args:
        work: the unit of work.
        year: the calendar year.
        form: 1099-MISC or 1042-S.
        template: as the filer downloaded it: a CSV file with its header row.
        name: of the first file; ``out.csv`` is followed by ``out-2.csv``.

    Raises:
        FaultyTemplateError: the template cannot be filled; by column, with what to do.
        RefusedError: nobody is to be reported on this form.
    """
    figures = tax_year(work, year).of(form)
    read = template_of(template)
    known = known_columns(form, read.headings)
    if "gross" not in known.values():
        raise FaultyTemplateError(
            [
                Problem(
                    f"no column of the template is that of the royalties of Form {form.value}",
                    f"download the template of Form {form.value}",
                    row=1,
                )
            ]
        )
    house = setup_in_force(work).publisher_on(work.today)
    rows = [
        (each.payee.name, row)
        for each in figures
        if each.duty is Duty.REPORT
        for row in _rows(house, year, each)
    ]
    if not rows:
        raise RefusedError(f"nobody is to be reported on Form {form.value} for {year}")
    empty: dict[str, list[str]] = {}
    for payee, row in rows:
        for heading in empty_needed(read.headings, known, row):
            empty.setdefault(heading, []).append(payee)
    lines = [
        [row.get(known.get(at, ""), "") for at in range(len(read.headings))] for _, row in rows
    ]
    parts = [lines[at : at + MOST_ROWS] for at in range(0, len(lines), MOST_ROWS)]
    return FilledForms(
        tuple((_numbered(name, place), _csv(read, part)) for place, part in enumerate(parts, 1)),
        len(rows),
        tuple(heading for at, heading in enumerate(read.headings) if at not in known),
        empty,
        tuple(each.payee.name for each in figures if each.duty is Duty.CONVERT),
    )


def packed(made: FilledForms, form: TaxForm, year: int) -> bytes:
    """The files in one archive, with a list of what is left to whoever files them."""
    held = io.BytesIO()
    with ZipFile(held, "w", ZIP_DEFLATED) as archive:
        for name, data in (*made.files, (_LIST, _left_to_do(made, form, year).encode())):
            archive.writestr(ZipInfo(name), data, ZIP_DEFLATED)
    return held.getvalue()


_LIST = "what is left.txt"


def _left_to_do(made: FilledForms, form: TaxForm, year: int) -> str:
    lines = [f"{counted(made.rows, 'form')} {form.value} of {year}", ""]
    if made.not_filled:
        lines += ["Not filled, for the books do not know it:"]
        lines += [f"  {heading}" for heading in made.not_filled]
    for heading, payees in made.empty.items():
        lines += ["", f"Must not be empty: {heading}, of", *(f"  {payee}" for payee in payees)]
    if made.left_out:
        lines += ["", "Left out, to be converted to USD first:"]
        lines += [f"  {payee}" for payee in made.left_out]
    return "\r\n".join([*lines, ""])


def _rows(house: Publisher, year: int, each: YearFigures) -> list[dict[str, str]]:
    """What is known of a payee's forms, by our own names of columns."""
    payee = each.payee
    common = {
        "form": payee.form.value,
        "year": str(year),
        "payer name": house.name,
        **_two_lines("payer address", house.address),
        "payer email": house.email,
        "payer phone": house.phone,
        "number": payee.number,
        "name": payee.name,
        **_two_lines("address", payee.address),
        "city": payee.city,
        "region": payee.region.removeprefix(f"{payee.country}-"),
        "country": payee.country,
        "account": payee.key,
    }
    texts = {name: no_formula(text) for name, text in common.items()}
    if payee.form is TaxForm.MISC:
        return [{**texts, **_amounts(each.currency, gross=each.gross, tax=each.tax)}]
    return [
        {
            **texts,
            "income code": INCOME_CODE,
            "chapter": payee.chapter,
            "rate": number_text(rate * 100),
            **_amounts(each.currency, gross=gross, tax=tax, total=tax),
        }
        for rate, gross, tax in each.by_rate
    ]


def _two_lines(name: str, lines: Sequence[str]) -> dict[str, str]:
    first, *rest = lines or ("",)
    return {name: first, f"{name} 2": ", ".join(rest)}


def _amounts(currency: str, **minor: int) -> dict[str, str]:
    named = {"total": "total tax"}
    return {named.get(name, name): amount_text(each, currency) for name, each in minor.items()}


def _numbered(name: str, place: int) -> str:
    path = PurePath(name)
    return name if place == 1 else f"{path.stem}-{place}{path.suffix}"


def _csv(template: TaxTemplate, rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=template.delimiter, lineterminator="\r\n")
    writer.writerow(template.headings)
    writer.writerows(rows)
    return (b"\xef\xbb\xbf" if template.has_mark else b"") + out.getvalue().encode()
