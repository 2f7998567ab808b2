"""An invoice or credit note as a workbook and as a PDF; the same one gives the same bytes."""

from reports import order_sheet as parts
from reports import order_words as words
from reports.pdf import pdf as filled
from reports.sheet import Book
from reports.styles import Style
from royalties.domain.orders.papers import InvoiceShown

_TEXT = Style()


def workbook(invoice: InvoiceShown, logo: bytes = b"") -> bytes:
    """The invoice as an Excel workbook."""
    name = invoice.kind.label
    with Book(
        f"{name} {invoice.number}",
        invoice.publisher.name,
        invoice.dated,
        currency=invoice.publisher.currency,
        logo=logo,
    ) as book:
        amounts = [minor for _, minor, _ in _sums(invoice)]
        amounts += [line.amount for line in invoice.lines]
        sheet = parts.order_sheet(
            book,
            name,
            parts.widths_of(amounts, invoice.currency),
            invoice.publisher,
            invoice.number,
            "",
        )
        parts.parties_and_facts(sheet, [("To", invoice.organization)], _facts(invoice))
        parts.subject(sheet, invoice.goods)
        parts.line_items(sheet, invoice.lines, invoice.currency)
        parts.sums(sheet, _sums(invoice), invoice.currency)
        parts.texts(sheet, "Payment", filter(None, [_due(invoice)]), _TEXT)
        parts.texts(sheet, "How to pay", _pay_lines(invoice), _TEXT)
        parts.texts(sheet, "Note", words.paragraphs(invoice.note), _TEXT)
        parts.texts(sheet, "Tax", filter(None, [invoice.tax_note]), _TEXT)
        parts.texts(sheet, "Terms", invoice.terms, _TEXT)
        sheet.avoid_widow()
        return book.packed()


def pdf(invoice: InvoiceShown, logo: bytes = b"") -> bytes:
    """The invoice as a PDF."""
    return filled("invoice", _data(invoice), invoice.dated, logo)


def _data(invoice: InvoiceShown) -> dict[str, object]:
    return {
        "name": invoice.kind.label,
        "number": invoice.number,
        "marked": "",
        "day": words.day_data(invoice.dated),
        "paper": words.paper_of(invoice.publisher),
        "house": words.letterhead_data(invoice.publisher),
        "to": words.party_data(invoice.organization),
        "facts": [list(pair) for pair in _facts(invoice)],
        "goods": words.goods_data(invoice.goods),
        "currency": invoice.currency,
        "lines": words.line_data(invoice.lines, invoice.currency),
        "sums": words.sum_data(_sums(invoice), invoice.currency),
        "due": _due(invoice),
        "pay": [list(pair) for pair in _pay_pairs(invoice)],
        "pay_note": invoice.pay_to.note if invoice.pay_to else "",
        "note": words.paragraphs(invoice.note),
        "tax_note": invoice.tax_note,
        "terms": list(invoice.terms),
    }


def _facts(invoice: InvoiceShown) -> list[tuple[str, str]]:
    pairs = [("Date", words.day(invoice.dated))]
    if invoice.kind == "credit":
        pairs.append(("For invoice", invoice.of_number))
    else:
        pairs.append(("Due", words.day(invoice.due)))
    pairs.append(("Order", invoice.order))
    if invoice.po_number:
        pairs.append(("Your purchase order", invoice.po_number))
    return [*pairs, ("Currency", invoice.currency)]


def _pay_pairs(invoice: InvoiceShown) -> list[tuple[str, str]]:
    """How to pay, as labels and texts."""
    return invoice.pay_to.pairs(invoice.number) if invoice.pay_to else []


def _pay_lines(invoice: InvoiceShown) -> list[str]:
    said = [f"{label}: {value}" for label, value in _pay_pairs(invoice)]
    return [*said, *filter(None, [invoice.pay_to.note if invoice.pay_to else ""])]


def _sums(invoice: InvoiceShown) -> list[words.Sum]:
    """The total, the part paid before, and the remainder."""
    before = [
        ("Deposit, paid before", -invoice.deposit_applied, False),
        ("Paid before", -invoice.paid_before, False),
    ]
    deposit = [each for each in before if each[1]]
    label = "Credit" if invoice.kind == "credit" else "Total"
    total = (f"{label} {invoice.currency}", invoice.total, not deposit)
    if not deposit:
        return [total]
    return [total, *deposit, (f"Balance due {invoice.currency}", invoice.balance, True)]


def _due(invoice: InvoiceShown) -> str:
    balance = f"{invoice.currency} {words.amount(abs(invoice.balance), invoice.currency)}"
    if invoice.kind == "credit":
        return f"This note is set against invoice {invoice.of_number}; nothing is to be paid."
    if invoice.balance <= 0:
        return "Nothing is to be paid any more. Thank you."
    return f"Please pay {balance} by {words.day(invoice.due)}, naming invoice {invoice.number}."
