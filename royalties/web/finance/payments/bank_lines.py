"""What came back from the bank: a file is looked at, then recorded; and what is still open."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for

from royalties.domain.payments.bookings import BookingOutcome, advice_on
from royalties.domain.payments.life import name_of
from royalties.domain.people import FINANCE, Verb
from royalties.ingest.payments.table import DATES, TableMap
from royalties.ingest.payments.table_columns import headings_of, proposed
from royalties.services.payments import bank_files, bank_imports, bank_lines
from royalties.services.payments.bank_files import FaultyBankFileError, ReadFile
from royalties.services.payments.bank_imports import NoImportError
from royalties.services.payments.bank_lines import Recorded, Told
from royalties.services.work import RefusedError
from royalties.web.core.names import in_names
from royalties.web.core.pages import Answer, Pages, number_in_query
from royalties.web.core.visit import all_or_nothing, current_work, read_only, release
from royalties.web.core.waiting import TooManyReadingsError, looking
from royalties.web.forms.choices import Selection
from royalties.web.forms.entries import EntryForm
from royalties.web.forms.fields import EntryField, FileUpload, Hidden
from royalties.web.forms.sent_files import (
    GONE,
    MOST_FAULTS,
    NotSentError,
    SentFile,
    SentFileForm,
    store_sent,
)
from royalties.web.ordering.fields import do_or_show

PAGES = Pages("bank_lines", __name__, "/finance/payments/bank-lines", FINANCE)

_SHOWN = 200
"""Bookings of a preview that match nothing, and of a page of an imported file."""

_FILES = 25

_FIELDS = {
    "day": "Day",
    "amount": "Amount, less than 0 where money went out",
    "money out": "Money out",
    "money in": "Money in",
    "reference": "Reference",
    "text": "Text",
    "currency": "Currency",
    "return code": "Why it came back",
    "bank id": "The bank’s own number",
    "account": "Account",
}
"""Columns of a bank's table, as the page calls them."""


class StatementForm(EntryForm):
    """A bank's file."""

    file = FileUpload(
        "File of the bank",
        hint="camt.053, BAI2, OFX, a NACHA file of returns, or a table: CSV or Excel. Up to 20 MB.",
        needed=True,
    )


class ColumnsForm(SentFileForm):
    """What the columns of a bank's table are; blank in a file of a format that is known."""

    column_day = Selection(_FIELDS["day"])
    column_amount = Selection(_FIELDS["amount"])
    column_money_out = Selection(_FIELDS["money out"])
    column_money_in = Selection(_FIELDS["money in"])
    column_reference = Selection(_FIELDS["reference"])
    column_text = Selection(_FIELDS["text"])
    column_currency = Selection(_FIELDS["currency"])
    column_return_code = Selection(_FIELDS["return code"])
    column_bank_id = Selection(_FIELDS["bank id"])
    column_account = Selection(_FIELDS["account"])
    dates = Selection(
        "Days are written",
        options=[("", "choose"), *((each, each) for each in DATES)],
    )
    decimal_mark = Selection(
        "Decimals are parted by", options=[(".", "a point: 1,204.33"), (",", "a comma: 1.204,33")]
    )
    currency = EntryField("Currency, where no column names it", short=True, longest=3)
    is_table = Hidden(longest=1)

    def column(self, name: str) -> EntryField:
        """The field of one of the table's columns."""
        found: EntryField = self[f"column_{name.replace(' ', '_')}"]
        return found

    @property
    def map(self) -> TableMap | None:
        """How the table is read; None: it is no table."""
        if not self.is_table.data:
            return None
        columns = {name: self.column(name).data for name in _FIELDS if self.column(name).data}
        return TableMap(
            columns, self.dates.data, self.decimal_mark.data, self.currency.data.upper() or "USD"
        )


@PAGES.get("/")
def bank_lines_page() -> Answer:
    """Open bookings, and the files that were imported."""
    return _main_page()


@PAGES.post("/look")
@read_only
def look() -> Answer:
    """What a bank's file says; nothing is recorded."""
    current_work().actor.require(Verb.PAY)
    try:
        sent = store_sent(bank_files.LARGEST)
    except NotSentError as error:
        return _main_page(str(error)), 422
    form = ColumnsForm()
    return _read_and(sent, form, lambda file: (_preview(file, sent, form), 200))


@PAGES.post("/read")
@read_only
def read_table() -> Answer:
    """What a bank's table says, by what was said of its columns."""
    current_work().actor.require(Verb.PAY)
    form = ColumnsForm(request.form)
    sent = form.sent
    return _read_and(sent, form, lambda file: (_preview(file, sent, form), 200))


@PAGES.post("/record")
def record() -> Answer:
    """Record what was looked at."""
    current_work().actor.require(Verb.PAY)
    form = ColumnsForm(request.form)
    sent = form.sent

    def write(file: ReadFile) -> Answer:
        try:
            with all_or_nothing():
                made = bank_lines.import_bank_file(current_work(), file, seen=form.seen.data)
        except RefusedError as error:
            return _preview(file, sent, form, in_names(error)), 409
        sent.drop()
        flash(_said(made), "good")
        return redirect(url_for(".imported", number=made.number), 303)

    return _read_and(sent, form, write)


@PAGES.post("/record-open")
def record_open() -> Answer:
    """Record what open bookings say by now."""
    form = SentFileForm(request.form)

    def do() -> str:
        return _said(bank_lines.record_open(current_work(), seen=form.seen.data))

    return do_or_show(do, url_for(".bank_lines_page"), _main_page)


@PAGES.get("/<int:number>")
def imported(number: int) -> Answer:
    """A file that was imported, and what became of each booking."""
    above = number_in_query("above")
    known = {each.value: each for each in BookingOutcome}
    chosen = known.get(request.args.get("outcome", ""))
    try:
        shown = bank_imports.imported(
            current_work(),
            number,
            outcomes=[chosen] if chosen else [],
            above=above or None,
            limit=_SHOWN + 1,
        )
    except NoImportError:
        abort(404)
    lines = shown.lines[:_SHOWN]
    return render_template(
        "finance/payments/bank_import.html",
        shown=shown,
        lines=lines,
        above=above,
        after=lines[-1].row.id if len(shown.lines) > _SHOWN else None,
        chosen=chosen,
        **_words(),
    )


def _read_and(sent: SentFile, form: ColumnsForm, go_on: Callable[[ReadFile], Answer]) -> Answer:
    """Read a file while nobody waits for the database, and go on; or say what is wrong with it."""
    path = sent.path
    if path is None:
        return _main_page(GONE), 422
    columns = form.map
    release()
    try:
        with looking():
            file = bank_files.read(path, sent.name, columns)
    except FaultyBankFileError as error:
        if error.sample or columns is not None:
            return _columns_page(sent, form, error), 422 if columns is not None else 200
        sent.drop()
        return _main_page("The file has faults, so nothing was recorded.", error), 422
    except TooManyReadingsError as error:
        return _main_page(in_names(error)), 429
    except RefusedError as error:
        return _columns_page(sent, form, None, in_names(error)), 422
    return go_on(file)


def _said(made: Recorded) -> str:
    """What was recorded, in words."""
    if made.again is not None:
        work = current_work()
        return (
            f"This file was imported on {in_names(work.day_of(made.again.imported_at))} by "
            f"{made.again.imported_by} already: nothing changed."
        )
    words = {
        BookingOutcome.SETTLED: "arrived",
        BookingOutcome.RETURNED: "came back",
        BookingOutcome.NOTED: "noted",
        BookingOutcome.KNOWN: "known already",
        BookingOutcome.WAITS: "waiting for a manager",
        BookingOutcome.DOUBTFUL: "to look at",
        BookingOutcome.NOTHING: "matching nothing",
    }
    told = [f"{made.counts[each]} {words[each]}" for each in words if each in made.counts]
    repeated = [f"{made.repeated} from an earlier file"] if made.repeated else []
    return f"Recorded: {', '.join([*told, *repeated]) or 'nothing new'}."


def _main_page(refused: str = "", error: FaultyBankFileError | None = None) -> str:
    work = current_work()
    may_record = work.actor.may(Verb.PAY)
    below = number_in_query("below")
    files = bank_imports.imports(work, below=below or None, limit=_FILES + 1)
    found = bank_lines.look_again(work) if may_record else None
    faults = error.problems if error else ()
    return render_template(
        "finance/payments/bank_lines.html",
        found=found,
        taken=[each for each in found.told if each.match.outcome in _RECORDABLE] if found else [],
        files=files[:_FILES],
        below=below,
        after=files[_FILES - 1].row.id if len(files) > _FILES else None,
        form=StatementForm(),
        refused=refused,
        faults=faults[:MOST_FAULTS],
        more=max(0, len(faults) - MOST_FAULTS),
        place_of=bank_files.place_of,
        **_words(),
    )


_RECORDABLE = frozenset(
    {
        BookingOutcome.SETTLED,
        BookingOutcome.RETURNED,
        BookingOutcome.NOTED,
        BookingOutcome.KNOWN,
    }
)
"""What open bookings may say that can be recorded at once."""


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Bookings of a preview: those that concern payments, and the others."""

    about: list[Told]
    others: list[Told]


def _preview(file: ReadFile, sent: SentFile, form: ColumnsForm, refused: str = "") -> str:
    found = bank_lines.outlook(current_work(), file)
    news = found.news
    nothing = [each for each in news if each.match.outcome is BookingOutcome.NOTHING]
    about = [each for each in news if each.match.outcome is not BookingOutcome.NOTHING]
    return render_template(
        "finance/payments/bank_preview.html",
        found=found,
        file=file,
        sent=sent,
        form=form,
        hidden=[(field.name, field.data) for field in form if field.name in _carried(form)],
        sorted=_Sorted(about[:_SHOWN], nothing[:_SHOWN]),
        more_about=max(0, len(about) - _SHOWN),
        more_others=max(0, len(nothing) - _SHOWN),
        refused=refused,
        **_words(),
    )


def _carried(form: ColumnsForm) -> set[str]:
    """Fields that say how a table is read, to come back with it."""
    if form.map is None:
        return set()
    columns = {form.column(name).name for name in _FIELDS}
    return {*columns, "dates", "decimal_mark", "currency", "is_table"}


def _columns_page(
    sent: SentFile, form: ColumnsForm, error: FaultyBankFileError | None, refused: str = ""
) -> str:
    """What the columns of a table are; what was chosen stays, else it is proposed."""
    chosen = form.map
    sample: Sequence[Sequence[str]] = error.sample if error else ()
    if not sample and sent.path is not None:
        sample = bank_files.first_rows(sent.path)
    headings = headings_of(sample)
    faults = error.problems if error and chosen is not None else ()
    if chosen is None:
        _propose(form, sample, headings)
    for name in _FIELDS:
        options = [("", "—"), *((each, each) for each in headings)]
        form.column(name).offer(options)  # type: ignore[attr-defined]
    return render_template(
        "finance/payments/bank_columns.html",
        sent=sent,
        form=form,
        columns=[form.column(name) for name in _FIELDS],
        sample=sample,
        faults=faults[:MOST_FAULTS],
        more=max(0, len(faults) - MOST_FAULTS),
        refused=refused or ("The file has faults, so nothing was recorded." if faults else ""),
        place_of=bank_files.place_of,
    )


def _propose(form: ColumnsForm, sample: Sequence[Sequence[str]], headings: list[str]) -> None:
    """Fill in what the last table's columns were, if this one has the same, else a guess."""
    last = bank_imports.last_columns(current_work())
    same = last is not None and set(last.columns.values()) <= set(headings)
    found = last if last is not None and same else proposed(sample)
    for name in _FIELDS:
        form.column(name).data = found.columns.get(name, "")
    form.dates.data = found.dates
    form.decimal_mark.data = found.decimal_mark
    form.currency.data = found.currency


def _words() -> dict[str, object]:
    return {"name_of": name_of, "advice_on": advice_on}
