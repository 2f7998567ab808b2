"""Warnings and notes about a report as a whole, once all its rows have been read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from royalties.domain.counting import counted
from royalties.ingest.report import unread_sheets
from royalties.ingest.report.amounts import EXAMPLE
from royalties.ingest.report.judging import SET_ASIDE
from royalties.ingest.report.other_rows import OtherRows
from royalties.ingest.report.reading_state import ReadingState
from royalties.ingest.report.shop_orders import shown
from royalties.ingest.report.tables import Sheet
from royalties.ingest.report.unread_columns import UnreadColumns


def note_undated_rows(state: ReadingState, period: tuple[date, date] | None) -> None:
    """Note the undated rows, which count as of the last day of the period given."""
    filled = sum(table.undated for table in state.tables)
    if filled and period is not None:
        first, last = period
        state.converters.dates.spans[last.isoformat()] = first.isoformat()
        state.answers.need(("period",))
        state.notes.append(f"{counted(filled, 'row')} without a date: taken as of {last}")


def say_what_is_not_read(
    state: ReadingState, unread_columns: Sequence[UnreadColumns], sheets: Sequence[Sheet]
) -> None:
    """Warn about unread columns and sheets that hold sales or money."""
    for table, watched in zip(state.tables, unread_columns, strict=True):
        where = f"sheet {table.sheet.name!r}, " if len(state.tables) > 1 else ""
        watched.say(state.remarks, where, table.constants)
    ways = (
        f". Add --choose {key}={answer} to record them as subscriptions and loans"
        for key, (answer, _) in state.declared.variants.items()
    )
    unread_sheets.say(
        sheets,
        state.tally.receipts,
        state.remarks,
        state.notes,
        currency=state.declared.constants.get("currency", ""),
        mark=state.converters.numbers.mark.answer,
        incomplete=state.is_incomplete or bool(state.choices),
        pages_hint=next(ways, ""),
    )


def say_totals(state: ReadingState) -> None:
    """Report rows of totals, and note identical rows if the format often has them."""
    state.printed_totals.say(
        state.remarks,
        state.notes,
        own=state.declared.own_totals,
        incomplete=state.is_incomplete or bool(state.choices),
    )
    if not state.declared.strict and (text := state.remarks.take("identical-rows")):
        state.notes.append(text)


def report_other_rows(state: ReadingState, asides: OtherRows, last_rows: Mapping[int, int]) -> None:
    """Note rows that are not sales; prose below the last sale has to be confirmed.

    ``last_rows`` is the last row of each table that was not an aside.
    """
    for at, note, is_prose in asides.notes:
        if is_prose and state.declared.strict and at[1] > last_rows.get(at[0], 0):
            state.remarks.add("footer", at, f"{note}, below the last sale: does it change any?")
        else:
            state.notes.append(note)


def note_conventions(state: ReadingState) -> None:
    """Note how numbers and dates were read."""
    state.notes.extend(convention.told() for convention in state.conventions if convention.told())
    whole = state.converters.dates.whole
    if whole and not state.declared.months:
        text, day = whole
        state.notes.append(f"a month or quarter counts as its last day: {text} as {day}")


def write_remedies_as_the_file(state: ReadingState) -> None:
    """Write the amounts of remedies with the decimal mark that the file has."""
    if state.converters.numbers.mark.answer != ",":
        return
    as_here = EXAMPLE.replace(".", ",")
    state.refusals.problems[:] = [
        replace(problem, remedy=problem.remedy.replace(EXAMPLE, as_here))
        for problem in state.refusals.problems
    ]


def note_answers(state: ReadingState) -> None:
    """Note the answers recalled from earlier reports, and those without effect."""
    for convention in state.conventions:
        if convention.consulted:
            state.answers.need((convention.key,))
            if convention.fixed and state.answers.given(convention.key) == convention.fixed:
                state.answers.taken[convention.key] = convention.fixed
        if convention.recalled:
            state.answers.recalled[convention.key] = convention.remembered
    state.answers.need(state.converters.dates.answered)
    state.notes.extend(
        f"{key}={answer} as for this retailer's report before ('royalties remembered')"
        for key, answer in state.answers.recalled.items()
    )
    state.notes.extend(
        f"{answer} had no effect: this report leaves nothing like that open"
        for answer in state.answers.idle()
    )


def report_set_aside(state: ReadingState) -> None:
    """Warn about rows that will count later, with their money."""
    texts = []
    for reason, rows in state.skipped.by_reason.items():
        if reason.startswith(SET_ASIDE):
            money = state.skipped.net.get(reason, {})
            sums = [shown(currency, micro) for currency, micro in sorted(money.items())]
            texts.append("; ".join((f"{counted(rows, 'row')} {reason}", *sums)))
    if texts:
        state.remarks.say(
            "set-aside",
            f"{'. '.join(texts)}. Import the report again once the retailer confirms them",
        )
