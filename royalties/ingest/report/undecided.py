"""What the headers of a report leave open: which sheet, column, retailer and currency count."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from royalties.domain.problems import Choice, Problem
from royalties.ingest.report.answers import TrackedAnswers
from royalties.ingest.report.cells import printed
from royalties.ingest.report.conventions import again
from royalties.ingest.report.declaration import BOOK, AmbiguousColumn, Header, ReportFormat, normal
from royalties.ingest.report.headings import column_letters
from royalties.ingest.report.named_currencies import named_currencies
from royalties.ingest.report.reading import ReferenceData, UnreadableError
from royalties.ingest.report.tables import FoundTables, Sheet

_ALL_SHEETS = "all"
_SHOWN_CELLS = 3


def counted_sheets(
    declared: ReportFormat, tables: FoundTables, choices: Mapping[str, str]
) -> tuple[FoundTables, list[Choice]]:
    """The sheets to read, if several look like a report of one sheet."""
    if declared.sheets or declared.every_sheet or len(tables) == 1:
        return tables, []
    names = [sheet.name for sheet, _, _ in tables]
    chosen = choices.get("sheet", "")
    if chosen == _ALL_SHEETS and _ALL_SHEETS not in names:
        return tables, []
    if chosen in names:
        return [tables[names.index(chosen)]], []
    choice = Choice(
        "sheet",
        "several sheets hold such a report: choose one, or all of them",
        (*names, _ALL_SHEETS),
    )
    return tables, [again(choice, choices)]


def with_chosen_columns(
    tables: FoundTables, choices: Mapping[str, str]
) -> tuple[FoundTables, list[Choice]]:
    """The tables with the columns that the user chose, and what is still to be chosen."""
    asked: dict[str, Choice] = {}
    settled: FoundTables = []
    for sheet, header, preamble in tables:
        columns = list(header.columns)
        places: dict[tuple[int, ...], int] = {}
        unsettled: set[tuple[int, ...]] = set()
        for doubt in header.ambiguous_columns:
            key = f"column_{doubt.field}"
            options = {column_letters(at): at for at in doubt.places}
            chosen = places.get(doubt.places)
            if chosen is None:
                chosen = options.get(choices.get(key, "").strip().upper())
            if chosen is None:
                question = Choice(key, _in_doubt(sheet, header, doubt), tuple(options))
                if doubt.places not in unsettled:
                    asked.setdefault(key, again(question, choices))
                unsettled.add(doubt.places)
                continue
            places[doubt.places] = chosen
            columns = [
                (column, chosen if column.field == doubt.field and at == doubt.places[0] else at)
                for column, at in columns
            ]
        settled.append((sheet, replace(header, columns=tuple(columns)), preamble))
    return settled, list(asked.values())


def _in_doubt(sheet: Sheet, header: Header, doubt: AmbiguousColumn) -> str:
    rows = [cells for _, cells in sheet.peek()]
    shown = []
    for at in doubt.places:
        below = [
            printed(cells[at]).strip() for cells in rows[header.place + 1 :] if at < len(cells)
        ]
        examples = ", ".join([text for text in below if text][:_SHOWN_CELLS]) or "nothing"
        above = _heading_above(rows[: header.place], at)
        name = f"{above}, {header.names[at]}" if above else header.names[at]
        shown.append(f"column {column_letters(at)}, {name!r} ({examples})")
    where = f"sheet {sheet.name!r}: " if sheet.name else ""
    wanted = "ISBN" if doubt.field == BOOK else doubt.field.replace("_", " ")
    return (
        f"{where}the heading of {wanted} {doubt.why}: choose the column that counts: "
        f"{'; '.join(shown)}"
    )


def _heading_above(rows: Sequence[Sequence[Any]], at: int) -> str:
    """The heading above a column, such as ``Year to date``, at its place or to the left."""
    if not rows:
        return ""
    texts = [printed(cell).strip() for cell in rows[-1][: at + 1]]
    return next((text for text in reversed(texts) if text), "")


def retailer_of(
    declared: ReportFormat,
    tables_found: FoundTables,
    known: ReferenceData,
    choices: Mapping[str, str],
) -> tuple[str | None, list[Choice]]:
    """The report's retailer, asked for where the setup does not have it."""
    if all(header.at("retailer") >= 0 for _, header, _ in tables_found):
        return None, []
    own = [key for key, retailer in known.retailers.items() if declared.name in retailer.reports]
    if len(own) == 1:
        return own[0], []
    default = declared.retailer
    named = (default, *declared.also_known_as)
    for key in named:
        if key in known.retailers:
            return key, []
    called = [key for key, retailer in known.retailers.items() if normal(retailer.name) in named]
    if len(called) == 1:
        return called[0], []
    chosen = choices.get("retailer", "")
    if chosen in known.retailers:
        return chosen, []
    reason = f"no retailer {default!r} is in the setup" if default else "the file names no retailer"
    if chosen:
        reason = f"no retailer {chosen!r} is in the setup"
    return default, [
        Choice(
            "retailer",
            f"{reason}: choose whose sales these are, or let the retailer's entry in the setup "
            f"say it for good by 'reports': ['{declared.name}']",
            tuple(known.retailers),
        )
    ]


def with_stated_currency(
    declared: ReportFormat,
    tables: FoundTables,
    outside_texts: Sequence[tuple[str, str]],
    choices: TrackedAnswers,
) -> tuple[ReportFormat, list[Choice]]:
    """The currency that headings of amounts state, where the rows have none.

    If headings, or texts around the tables, name another one than the report is known to be in,
    it is asked.

    Args:
        declared: the format.
        tables: what was found of it.
        outside_texts: where texts outside the rows stand, in words, and the texts.
        choices: the user's answers.

    Raises:
        UnreadableError: headings state several.
    """
    without = [header for _, header, _ in tables if header.at("currency") < 0]
    stated = {name: code for header in without for name, code in header.amounts_in().items()}
    codes = sorted(set(stated.values()))
    if len(codes) > 1:
        names = ", ".join(f"{name!r} ({code})" for name, code in stated.items())
        raise UnreadableError(
            Problem(
                f"the amounts are in several currencies: {names}",
                "export the report in one currency, or map the columns of one of them",
            )
        )
    known = declared.constants.get("currency") or next(iter(codes), "")
    says = f"the heading {next(iter(stated))!r} says {codes[0]}" if codes else ""
    if not codes and known and _lacks_currency(tables):
        says, codes = _contradicting(outside_texts, known)
    code, asked = known, []
    if codes and known not in codes:
        question = Choice(
            "currency",
            f"{says}, the report is known to be in {known}: choose the currency of its amounts",
            (*codes, known),
        )
        code = choices.get("currency", "").upper()
        asked = [] if code in question.options else [again(question, choices)]
    if not known:
        return declared, []
    declared = replace(
        declared,
        constants={**declared.constants, "currency": code or known},
        asks=tuple(key for key in declared.asks if key != "currency"),
    )
    return declared, asked


def _lacks_currency(tables: FoundTables) -> bool:
    """Whether some table says its currency neither in a column nor above it, labelled."""
    return any(
        header.at("currency") < 0 and "currency" not in preamble.texts
        for _, header, preamble in tables
    )


def _contradicting(outside_texts: Sequence[tuple[str, str]], known: str) -> tuple[str, list[str]]:
    """A text that names currencies, and those, if none of the texts names the known one."""
    named = named_currencies(outside_texts)
    if not named or any(known in codes for codes in named.values()):
        return "", []
    says = min(named, key=lambda text: len(named[text]))
    return says, sorted(named[says])
