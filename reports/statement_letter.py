"""The first sheet: the letter that says who is paid how much, and why."""

from collections.abc import Iterator
from itertools import zip_longest

from reports.measure import Cell
from reports.sheet import Book, Layout, SheetWriter
from reports.statement_contract import contract_section, printed_amounts
from reports.statement_parts import DRAFT, account_line, heading_line
from reports.styles import (
    ACCENT,
    ALERT,
    DATE,
    HEADING,
    LINE,
    MUTED,
    NOTE,
    PAD,
    SUBHEADING,
    SUBTOTAL,
    TINT,
    TITLE,
    TOTAL,
    Style,
    money,
)
from reports.tables import amount_width, day_text, figure, percent_text
from royalties.domain.currencies import exponent
from royalties.domain.money import amount_text, as_decimal
from royalties.domain.royalties.statements import Statement
from royalties.domain.terms.beneficiaries import Publisher

_LABELS = 58
_PLAIN = Style(wrap=True)
_TEXT = Style()
_QUIET = Style(color=MUTED)
_RIGHT = Style().to_the_right()
_WARNING = _RIGHT.also(bold=True, color=ALERT)
_END_OF_HEAD = Style(bottom="medium", edge=ACCENT)
_BOX = Style(fill=TINT, size=12, bold=True, color=ACCENT, wrap=True, indent=1)
_MEANING = (
    "Earned: what sales gave by the contract's rules, every line of it on the sheet “Earned”.",
    "Withheld: kept back against returns, released in full later.  Recouped: set against advances.",
    "Payable: what the plan shares out.  Allocated: your part of that.  Negative figures are red.",
)


def letter_sheet(book: Book, statement: Statement) -> None:
    """Write the letter."""
    sheet = book.sheet("Statement", _layout(statement))
    _letterhead(sheet, statement)
    _addressee(sheet, statement)
    _outcome(sheet, statement)
    _account(sheet, statement)
    _sent(sheet, statement)
    for contract in statement.contracts:
        contract_section(sheet, contract, statement.payee.city)
    if not statement.contracts:
        sheet.row()
        sheet.row([("No contract gives you anything in this currency.", _PLAIN)])
    _closing(sheet, statement)
    sheet.avoid_widow()


def _layout(statement: Statement) -> Layout:
    own = (statement.brought_forward, statement.allocated, statement.to_pay, statement.due)
    amounts = [(minor, statement.currency) for minor in own]
    amounts.append((statement.balance_before, statement.currency))
    amounts += [(each.amount, statement.currency) for each in statement.payments]
    amounts += [(each.amount, statement.currency) for each in statement.adjustments]
    for contract in statement.contracts:
        amounts += printed_amounts(contract)
    width = amount_width(amounts)
    boxed = 1.35 * (amount_width([(statement.to_pay, statement.currency)]) + 1)
    return Layout(
        [_LABELS, *[max(13.0, width)] * 3, max(17.0, width, boxed)],
        landscape=False,
        tab=ALERT if statement.number is None else ACCENT,
    )


def _letterhead(sheet: SheetWriter, statement: Statement) -> None:
    publisher = statement.publisher
    sheet.letter_logo()
    name = (publisher.name, TITLE.also(wrap=True))
    sheet.row(
        [name, None, None, None, ("Royalty statement", TITLE.also(align="right", format="@_)"))]
    )
    left: list[Cell] = [(line, _QUIET) for line in (*publisher.address, _contact(publisher))]
    right: list[Cell] = [] if statement.number else [(DRAFT, _WARNING)]
    for line, remark in zip_longest(left, right):
        sheet.row([line, None, None, None, remark])
    sheet.row([(None, _END_OF_HEAD)] * 5, height=6)
    sheet.row(height=12)


def _contact(publisher: Publisher) -> str:
    return " · ".join(filter(None, (publisher.email, publisher.phone, publisher.website)))


def _addressee(sheet: SheetWriter, statement: Statement) -> None:
    payee = statement.payee
    ein = f"EIN {payee.ein}" if payee.ein else ""
    below = [line for line in (*payee.address, payee.email, ein) if line]
    left: list[Cell] = [("To", _QUIET), (payee.name, _PLAIN.also(bold=True, size=11))]
    left += [(line, _PLAIN) for line in below]
    for line, fact in zip_longest(left, _facts(statement)):
        name, value = fact or (None, None)
        sheet.row([line, None, name, None, value])
    sheet.row(height=12)


def _facts(statement: Statement) -> list[tuple[Cell, Cell]]:
    number: Cell = (statement.number, _RIGHT.also(bold=True))
    if statement.number is None:
        number = ("not issued", _RIGHT)
    day = _RIGHT.also(format=DATE + PAD)
    facts: list[tuple[str, Cell]] = [
        ("Statement number", number),
        ("Date", (statement.dated, day)),
        ("Period", (statement.period, _RIGHT)),
        ("From", (statement.starts, day)),
        ("To", (statement.ends, day)),
        ("Currency", (statement.currency, _RIGHT)),
    ]
    if least := statement.payee.minimum_payment:
        facts.append(("Minimum payment", figure(least, _RIGHT, exponent(statement.currency))))
    if statement.pays_by:
        facts.append(("Payment due by", (statement.pays_by, day)))
    return [((name, _QUIET), value) for name, value in facts]


def _outcome(sheet: SheetWriter, statement: Statement) -> None:
    edge: list[Cell] = [(None, _BOX)] * 5
    digits = exponent(statement.currency)
    to_pay = as_decimal(statement.to_pay, statement.currency)
    amount = _BOX.as_number(f'"{statement.currency}" {money(digits)}')
    name = _BOX.to_the_right().also(size=10, bold=False, color=MUTED)
    sheet.row(edge, height=5)
    sheet.row([(statement.outcome, _BOX), *edge[:2], ("To pay", name), (to_pay, amount)])
    sheet.row(edge, height=5)


def _account(sheet: SheetWriter, statement: Statement) -> None:
    sheet.row(height=12)
    heading_line(sheet, "Your account", HEADING, statement.currency)
    for name, amount, style, remark in (
        ("Balance brought forward", statement.balance_before, LINE, ""),
        *_came_back(statement),
        *(("Adjustment", each.amount, LINE, each.reason) for each in statement.adjustments),
        ("Royalties allocated to you", statement.allocated, LINE, ""),
        *_withheld(statement),
        ("Due", statement.due, SUBTOTAL, ""),
        ("To pay", -statement.to_pay, LINE, ""),
        ("Balance carried forward", statement.carried_forward, TOTAL, ""),
        *_expected(statement),
    ):
        account_line(sheet, name, amount, statement.currency, style, remark)


def _came_back(statement: Statement) -> Iterator[tuple[str, int, Style, str]]:
    """Payments that came back: they are owed again."""
    for each in statement.payments:
        if each.came_back:
            why = f"{day_text(each.day)}, {each.reference}: {each.reason}"
            if each.tax_kept:
                kept = amount_text(each.tax_kept, statement.currency)
                why += f" ({kept} tax of the year it was sent in stays withheld)"
            yield "A payment that came back", each.amount, LINE, why


def _sent(sheet: SheetWriter, statement: Statement) -> None:
    """Payments since the last statement; what is to pay by this one comes later."""
    sent = [each for each in statement.payments if not each.came_back]
    if not sent:
        return
    sheet.row(height=12)
    heading_line(sheet, "Payments since the last statement", SUBHEADING, statement.currency)
    for each in sent:
        tax = f", {amount_text(each.tax, statement.currency)} tax withheld" if each.tax else ""
        if each.taxed_before:
            tax += (
                f", {amount_text(each.taxed_before, statement.currency)} taxed in an earlier year"
            )
        remark = f"{each.reference}{tax}"
        account_line(
            sheet, f"Sent on {day_text(each.day)}", each.amount, statement.currency, LINE, remark
        )


def _withheld(statement: Statement) -> Iterator[tuple[str, int, Style, str]]:
    """Tax that a close took itself, as closes once did, or gave back."""
    if statement.tax_withheld > 0:
        rate = f"{percent_text(statement.tax_rate)} of what was allocated"
        yield "Tax withheld", -statement.tax_withheld, LINE, rate
    elif statement.tax_withheld:
        yield (
            "Tax given back",
            -statement.tax_withheld,
            LINE,
            "withheld from what was carried forward",
        )


def _expected(statement: Statement) -> Iterator[tuple[str, int, Style, str]]:
    """What is expected to be withheld of the amount to pay when it is sent, and what is left."""
    if statement.tax:
        base = "what is to pay"
        if statement.taxed_before:
            before = amount_text(statement.taxed_before, statement.currency)
            base += f" without {before} taxed in an earlier year"
        rate = f"{percent_text(statement.tax_rate)} of {base}, when it is sent"
        yield "Expected tax", -statement.tax, LINE, rate
        yield "Expected to arrive", statement.net, SUBTOTAL, ""


def _closing(sheet: SheetWriter, statement: Statement) -> None:
    publisher = statement.publisher
    sheet.row(height=16)
    sheet.row([("Questions about this statement?", SUBHEADING)])
    for line in filter(None, (publisher.name, _contact(publisher))):
        sheet.row([(line, _TEXT)])
    if not statement.contracts:
        return
    sheet.row(height=8)
    sheet.row([("What the figures mean", SUBHEADING)])
    for line in _MEANING:
        sheet.row([(line, NOTE)])
