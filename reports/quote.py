"""A quote as a workbook and as a PDF; the same quote gives the same bytes."""

from reports import order_sheet as parts
from reports import order_words as words
from reports.pdf import pdf as filled
from reports.sheet import Book
from reports.styles import Style
from reports.tables import SheetColumn
from royalties.domain.orders.papers import QuoteShown, ShipToShown
from royalties.domain.orders.pricing import LineKind

_NAME = "Quote"
_TEXT = Style()


def workbook(quote: QuoteShown, logo: bytes = b"") -> bytes:
    """The quote as an Excel workbook."""
    with Book(
        f"{_NAME} {quote.number}",
        quote.publisher.name,
        quote.dated,
        currency=quote.publisher.currency,
        logo=logo,
    ) as book:
        amounts = [quote.total, *(line.amount for line in quote.lines)]
        sheet = parts.order_sheet(
            book,
            _NAME,
            parts.widths_of(amounts, quote.currency),
            quote.publisher,
            quote.number,
            "",
        )
        parts.parties_and_facts(sheet, [("For", quote.organization)], _facts(quote))
        parts.subject(sheet, quote.goods)
        parts.line_items(sheet, quote.lines, quote.currency)
        parts.sums(sheet, _sums(quote), quote.currency)
        parts.texts(sheet, "More copies", filter(None, [_cheaper(quote)]), _TEXT)
        parts.texts(sheet, "Agreed", words.paragraphs(quote.note), _TEXT)
        parts.texts(sheet, "Delivery", [quote.delivery], _TEXT)
        if len(quote.ship_to) > 1:
            sheet.row(height=6)
            columns = (
                SheetColumn("To"),
                SheetColumn("Address"),
                SheetColumn("Copies", figures=True),
                SheetColumn("Tax"),
            )
            parts.table(
                sheet,
                columns,
                (
                    (
                        address.party.name,
                        words.joined(address.party.lines),
                        address.copies,
                        _tax(quote, address),
                    )
                    for address in quote.ship_to
                ),
            )
        parts.texts(sheet, "Tax", [quote.tax_note], _TEXT)
        parts.texts(sheet, "Terms", quote.terms, _TEXT)
        parts.texts(sheet, "To accept", [_accept(quote)], _TEXT)
        sheet.avoid_widow()
        return book.packed()


def pdf(quote: QuoteShown, logo: bytes = b"") -> bytes:
    """The quote as a PDF."""
    return filled("quote", _data(quote), quote.dated, logo)


def _data(quote: QuoteShown) -> dict[str, object]:
    currency = quote.currency
    return {
        "name": _NAME,
        "number": quote.number,
        "marked": "",
        "day": words.day_data(quote.dated),
        "paper": words.paper_of(quote.publisher),
        "house": words.letterhead_data(quote.publisher),
        "to": words.party_data(quote.organization),
        "facts": [list(pair) for pair in _facts(quote)],
        "goods": words.goods_data(quote.goods),
        "currency": currency,
        "lines": words.line_data(quote.lines, currency),
        "sums": words.sum_data(_sums(quote), currency),
        "cheaper": _cheaper(quote),
        "note": words.paragraphs(quote.note),
        "delivery": quote.delivery,
        "ship_to": [
            {
                "copies": words.count(address.copies),
                "name": address.party.name,
                "address": words.joined(address.party.lines),
                "tax": _tax(quote, address),
            }
            for address in quote.ship_to
        ],
        "tax_note": quote.tax_note,
        "terms": list(quote.terms),
        "accept": _accept(quote),
    }


def _facts(quote: QuoteShown) -> list[tuple[str, str]]:
    pairs = [
        ("Date", words.day(quote.dated)),
        ("Valid until", words.day(quote.valid_until)),
        ("Order", quote.order),
        ("Copies", words.count(quote.copies)),
        ("Currency", quote.currency),
        ("Prepared by", quote.issued_by),
    ]
    if quote.need_by:
        pairs.insert(4, ("Needed by", words.day(quote.need_by)))
    if quote.rush:
        pairs.insert(4, ("Rush", "yes"))
    return pairs


def _sums(quote: QuoteShown) -> list[words.Sum]:
    """The total, and the deposit."""
    total = [(f"Total {quote.currency}", quote.total, True)]
    if not quote.deposit:
        return total
    when = "without a purchase order" if quote.net_terms else "before work begins"
    return [*total, (f"Deposit {when}", quote.deposit, False)]


def _cheaper(quote: QuoteShown) -> str:
    if quote.cheaper is None:
        return ""
    total = words.amount(quote.cheaper.total, quote.currency)
    saved = words.amount(quote.total - quote.cheaper.total, quote.currency)
    return (
        f"{words.count(quote.cheaper.copies)} copies would cost {quote.currency} {total} in all, "
        f"{quote.currency} {saved} less than {words.count(quote.copies)} copies. Ask us for "
        f"another quote if you can use them."
    )


def _tax(quote: QuoteShown, address: ShipToShown) -> str:
    if address.exempt:
        return "exempt"
    taxed = any(line.kind == LineKind.TAX and line.place == address.place for line in quote.lines)
    return "taxed" if taxed else "none"


def _accept(quote: QuoteShown) -> str:
    return (
        f"Open order {quote.order} in our portal until {words.day(quote.valid_until)} and accept "
        f"quote {quote.number} with your name"
        + (" and the number of your purchase order." if quote.net_terms else ".")
    )
