"""What workbooks of orders share: letterhead, addresses and facts, line items, sums, texts."""

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from reports import order_words as words
from reports.measure import Cell
from reports.sheet import Book, Layout, SheetWriter
from reports.styles import (
    ACCENT,
    ALERT,
    CELL,
    COUNT,
    HEADING,
    LINE,
    MUTED,
    NOTE,
    TINT,
    TITLE,
    TOTAL,
    Style,
)
from reports.tables import SheetColumn, amount, amount_width, banner, figure, heading_row
from royalties.domain.currencies import exponent
from royalties.domain.orders.papers import Goods, PaperLine, Party
from royalties.domain.terms.beneficiaries import Publisher

_PLAIN = Style(wrap=True)
_NAME = Style(bold=True, size=11)
_QUIET = Style(color=MUTED)
_RIGHT = Style().to_the_right()
_END = Style(bottom="medium", edge=ACCENT)
_BOX = Style(fill=TINT, bold=True, color=ACCENT, indent=1)
_BOX_LINE = Style(fill=TINT, indent=1)

_WHY = CELL.also(color=MUTED)

Facts = Sequence[tuple[str, str]]


def order_sheet(
    book: Book, name: str, widths: Sequence[float], publisher: Publisher, number: str, marked: str
) -> SheetWriter:
    """A portrait sheet that begins with the publisher's letterhead."""
    sheet = book.sheet(name, Layout(widths, landscape=False, tab=ALERT if marked else ACCENT))
    sheet.letter_logo()
    empty: list[Cell] = [None] * (len(widths) - 2)
    title = TITLE.also(align="right", format="@_)")
    sheet.row([(publisher.name, TITLE.also(wrap=True)), *empty, (name, title)])
    left = [line for line in (*publisher.address, words.contact(publisher)) if line]
    right: list[Cell] = [(number, _RIGHT.also(bold=True, size=11))]
    if marked:
        right.append((marked, _RIGHT.also(bold=True, color=ALERT)))
    for line, remark in zip_longest(left, right):
        sheet.row([(line, _QUIET) if line else None, *empty, remark])
    sheet.row([(None, _END)] * len(widths), height=6)
    sheet.row(height=12)
    return sheet


def parties_and_facts(
    sheet: SheetWriter, parties: Sequence[tuple[str, Party]], facts: Facts
) -> None:
    """Addresses on the left, facts on the right."""
    left: list[Cell] = []
    for place, (label, party) in enumerate(parties):
        left += [None] * bool(place)
        left += [(label, _QUIET), (party.name, _NAME)]
        left += [(line, _PLAIN) for line in words.party_lines(party)]
    empty: list[Cell] = [None] * (len(sheet.widths) - 3)
    for cell, fact in zip_longest(left, facts):
        named = [(fact[0], _QUIET), (fact[1], _RIGHT)] if fact else [None, None]
        sheet.row([cell, *empty, *named])
    sheet.row(height=12)


def subject(sheet: SheetWriter, goods: Goods) -> None:
    """The edition that the document is about."""
    banner(sheet, goods.title, _BOX)
    banner(sheet, words.goods_line(goods), _BOX_LINE.also(color=MUTED))
    if goods.options:
        banner(sheet, f"Custom edition: {words.option_text(goods)}", _BOX_LINE)
    sheet.row(height=10)


def widths_of(amounts: Iterable[int], currency: str) -> list[float]:
    """Column widths of line items: text, reason, quantity, price, amount."""
    width = max(15.0, amount_width([(each, currency) for each in amounts]) + 1)
    return [32.0, 42.0, 14.0, 16.0, width]


def line_items(sheet: SheetWriter, lines: Sequence[PaperLine], currency: str) -> None:
    """Line items with their amounts, each with its reason."""
    heading_row(
        sheet,
        [
            SheetColumn("Item"),
            SheetColumn("Why"),
            SheetColumn("Quantity", figures=True),
            SheetColumn("Price", figures=True),
            SheetColumn(currency, figures=True),
        ],
    )
    for line in lines:
        counted = line.is_counted
        price = figure(line.unit, CELL, exponent(currency)) if counted else (None, CELL)
        quantity = line.quantity if counted else None
        sheet.row(
            [
                (line.words, CELL),
                (line.why, _WHY),
                (quantity, CELL.as_number(COUNT)),
                price,
                amount(line.amount, currency, CELL),
            ]
        )


def sums(sheet: SheetWriter, pairs: Sequence[words.Sum], currency: str) -> None:
    """Sums below the line items; the ones that matter stand out."""
    for label, minor, counts in pairs:
        style = TOTAL if counts else LINE
        named = style.also(indent=1)
        sheet.row(
            [None, (label, named), *[(None, style)] * 2, amount(minor, currency, style)],
        )


def texts(sheet: SheetWriter, title: str, lines: Iterable[str], style: Style = NOTE) -> None:
    """A section with a heading and some sentences."""
    sentences = list(lines)
    if not sentences:
        return
    sheet.row(height=12)
    sheet.row([(title, HEADING), *[(None, HEADING)] * (len(sheet.widths) - 1)])
    for line in sentences:
        banner(sheet, line, style)


def table(
    sheet: SheetWriter, columns: Sequence[SheetColumn], rows: Iterable[Sequence[str | int]]
) -> None:
    """A table of texts and counts."""
    heading_row(sheet, columns)
    for row in rows:
        sheet.row([_cell(value) for value in row])


def _cell(value: str | int) -> Cell:
    if isinstance(value, int):
        return value, CELL.as_number(COUNT)
    return value, CELL
