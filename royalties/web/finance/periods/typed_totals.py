"""The old statement's totals, typed: a row for each figure of the draft, and rows for others."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256

from flask import redirect, render_template, request, url_for

from royalties.domain.money import NotAnAmountError, amount_text
from royalties.domain.people import Verb
from royalties.domain.royalties.parallel import OF_PAYEES, Figure, FigureKey
from royalties.ingest.uploads.filled_table import FilledRow
from royalties.services.periods import parallel as service
from royalties.services.periods.old_totals import (
    FigureToType,
    TooManyFiguresError,
    figures_to_type,
)
from royalties.services.terms.filled_tables import FaultyTableError
from royalties.services.work import RefusedError
from royalties.web.core.formats import sentence
from royalties.web.core.names import in_names
from royalties.web.core.pages import Answer
from royalties.web.core.visit import all_or_nothing, current_work
from royalties.web.finance.periods.parallel import FIGURES, PAGES
from royalties.web.forms.choices import NotListedError, Picker, Selection
from royalties.web.forms.entries import EntryForm, RowList
from royalties.web.forms.fields import Currency, EntryField, Hidden, Number, Whole

_CALLED = "the old statement"
_GONE = "This figure is not in the draft any more: type it among the others."


class FigureRow(EntryForm):
    """What the old statement says of a figure of the draft."""

    figure = Hidden("Figure")
    copies = Whole("Copies", short=True)
    amount = Number("Amount", short=True)


class OtherRow(EntryForm):
    """A total that the draft does not have."""

    what = Selection(
        "What",
        options=[("", "choose …"), *((each.value, words) for each, words in FIGURES.items())],
    )
    contract = Picker("Contract", of="contracts")
    beneficiary = Picker("Beneficiary", of="beneficiaries")
    rule = EntryField("Rule or right")
    edition = Picker("Edition", of="editions")
    currency = Currency("Currency", short=True)
    copies = Whole("Copies", short=True)
    amount = Number("Amount", short=True)


class TypedTotalsForm(EntryForm):
    """The old statement's totals."""

    called = EntryField(
        "What the statement is called", hint="As you find it again, such as 2024-H2 as sent.",
        longest=80,
    )  # fmt: skip
    figures = RowList(FigureRow, "figure")
    others = RowList(OtherRow, "total", least=1)


@PAGES.get("/<period>/parallel/type")
def type_totals(period: str) -> Answer:
    """The draft's figures, with the totals typed so far."""
    current_work().actor.require(Verb.PREPARE)
    try:
        figures = figures_to_type(current_work(), period)
    except TooManyFiguresError as error:
        return _typed_totals_page(
            period, TypedTotalsForm(), (), in_names(error), too_many=True
        ), 409
    rows = [
        {
            "figure": _token(figure.key),
            "copies": figure.copies,
            "amount": None
            if figure.amount is None
            else amount_text(figure.amount, figure.key.currency),
        }
        for figure in figures
    ]
    return _typed_totals_page(period, TypedTotalsForm(body={"figures": rows}), figures)


@PAGES.post("/<period>/parallel/type")
def compare_typed(period: str) -> Answer:
    """Put what was typed beside the draft."""
    work = current_work()
    work.actor.require(Verb.PREPARE)
    form = TypedTotalsForm(request.form)
    figures = figures_to_type(work, period)
    asked = request.form.get("act", "save")
    if asked != "save":
        return _typed_totals_page(period, form, figures, focus=form.operate(asked))
    typed = dict(enumerate(_typed(form, figures), 1))
    if any(each.errors for each in form.every_field.values()):
        return _typed_totals_page(
            period, form, figures, "Nothing was compared yet: mend what is marked."
        ), 422
    rows = [FilledRow(number, cells) for number, (_, cells) in typed.items()]
    try:
        with all_or_nothing():
            service.begin(work, period, rows, form.called.data or _CALLED)
    except FaultyTableError as error:
        refused = "Nothing was compared yet: mend what is marked."
        for fault in error.faults:
            row = typed[fault.row][0] if fault.row in typed else None
            if row is None:
                refused = "Type at least one amount."
            else:
                _field_of(row, fault.column).errors.append(f"{sentence(fault.message)}.")
        return _typed_totals_page(period, form, figures, refused), 422
    except RefusedError as error:
        return _typed_totals_page(period, form, figures, in_names(error)), 409
    return redirect(url_for(".parallel", period=period), 303)


def _typed(
    form: TypedTotalsForm, figures: Sequence[FigureToType]
) -> Iterator[tuple[EntryForm, dict[str, str]]]:
    """Rows that say something, as cells of the table that may be filled in instead."""
    keys = {_token(each.key): each.key for each in figures}
    for row in form.figures.rows:
        cells = _cells(row, "copies", "amount")
        if not cells:
            continue
        key = keys.get(row["figure"].data)
        if key is None:
            row["amount"].errors.append(_GONE)
        elif "amount" not in cells and not row["amount"].errors:
            row["amount"].errors.append("Type its amount as well.")
        else:
            said = {
                "what": key.figure.value, "of": key.of, "currency": key.currency,
                "rule": key.rule, "edition": key.isbn,
            }  # fmt: skip
            yield row, {**said, **cells}
    for row in form.others.rows:
        cells = _cells(row, *(each.short_name for each in row))
        if not cells:
            continue
        of = "beneficiary" if _is_of_payee(cells) else "contract"
        for name, words in (("what", "Choose"), (of, "Say whose"), ("amount", "Type its amount")):
            if name not in cells and not row[name].errors:
                row[name].errors.append(f"{words}.")
        yield row, {**cells, "of": cells.get(of, "")}


def _is_of_payee(cells: Mapping[str, str]) -> bool:
    return cells.get("what") in set(OF_PAYEES) or (
        cells.get("what") == Figure.BROUGHT_FORWARD and "contract" not in cells
    )


def _cells(row: EntryForm, *names: str) -> dict[str, str]:
    """What was typed in fields of a row; what cannot be read is told at its field."""
    cells = {}
    for name in names:
        try:
            value = row[name].value()
        except (NotAnAmountError, NotListedError) as error:
            row[name].errors.append(str(error))
            continue
        if value is not None:
            cells[name] = str(value)
    return cells


def _field_of(row: EntryForm, column: str) -> EntryField:
    """The field in which a fault of a column is mended."""
    if column == "of":
        column = "beneficiary" if row["beneficiary"].data else "contract"
    found: EntryField = row[column] if column in row else row["amount"]
    return found


def _token(key: FigureKey) -> str:
    """Names a figure on the page."""
    return sha256("\n".join(key).encode()).hexdigest()[:24]


def _typed_totals_page(
    period: str,
    form: TypedTotalsForm,
    figures: Sequence[FigureToType],
    refused: str = "",
    focus: str = "",
    *,
    too_many: bool = False,
) -> str:
    return render_template(
        "finance/periods/typed_totals.html",
        period=period,
        form=form.padded(),
        of={_token(each.key): each for each in figures},
        words=FIGURES,
        refused=refused,
        focus=focus,
        too_many=too_many,
    )
