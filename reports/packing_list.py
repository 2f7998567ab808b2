"""A shipment's packing list as a workbook and as a PDF; the same one gives the same bytes."""

from reports import order_sheet as parts
from reports import order_words as words
from reports.pdf import pdf as filled
from reports.sheet import Book
from reports.styles import Style
from reports.tables import SheetColumn
from royalties.domain.orders.papers import PackingListShown

_NAME = "Packing list"
_CHECK = (
    "Please count the copies when they arrive, and tell us at once if some are missing or damaged: "
    "name order and shipment, and keep the carton."
)
_TEXT = Style()


def workbook(shipment: PackingListShown, logo: bytes = b"") -> bytes:
    """The packing list as an Excel workbook."""
    with Book(
        f"{_NAME} {shipment.number}",
        shipment.publisher.name,
        shipment.dated,
        currency=shipment.publisher.currency,
        logo=logo,
    ) as book:
        widths = [40.0, 36.0, 11.0, 12.0, 20.0, 20.0]
        sheet = parts.order_sheet(
            book, _NAME, widths, shipment.publisher, shipment.number, marked=""
        )
        parties = [("Ship to", shipment.ship_to), ("Ordered by", shipment.organization)]
        parts.parties_and_facts(sheet, parties, _facts(shipment))
        columns = [
            SheetColumn("Title"),
            SheetColumn("Edition"),
            SheetColumn("Ordered", figures=True),
            SheetColumn("Shipped before", figures=True),
            SheetColumn("In this shipment", figures=True),
            SheetColumn("To come", figures=True),
        ]
        rows = (
            (
                line.goods.title,
                "; ".join(
                    filter(None, (words.goods_line(line.goods), words.option_text(line.goods)))
                ),
                line.ordered,
                line.before,
                line.copies,
                line.to_come,
            )
            for line in shipment.lines
        )
        parts.table(sheet, columns, rows)
        parts.texts(sheet, "Note", words.paragraphs(shipment.note), _TEXT)
        parts.texts(sheet, "Please check", [_CHECK], _TEXT)
        sheet.avoid_widow()
        return book.packed()


def pdf(shipment: PackingListShown, logo: bytes = b"") -> bytes:
    """The packing list as a PDF."""
    return filled("packing_list", _data(shipment), shipment.dated, logo)


def _data(shipment: PackingListShown) -> dict[str, object]:
    return {
        "name": _NAME,
        "number": shipment.number,
        "marked": "",
        "day": words.day_data(shipment.dated),
        "paper": words.paper_of(shipment.publisher),
        "house": words.letterhead_data(shipment.publisher),
        "to": words.party_data(shipment.organization),
        "ship_to": words.party_data(shipment.ship_to),
        "facts": [list(pair) for pair in _facts(shipment)],
        "lines": [
            {
                **words.goods_data(line.goods),
                "ordered": words.count(line.ordered),
                "before": words.count(line.before),
                "copies": words.count(line.copies),
                "to_come": words.count(line.to_come),
            }
            for line in shipment.lines
        ],
        "note": words.paragraphs(shipment.note),
        "check": _CHECK,
    }


def _facts(shipment: PackingListShown) -> list[tuple[str, str]]:
    pairs = [
        ("Shipped on", words.day(shipment.dated)),
        ("Order", shipment.order),
        ("Purchase order", shipment.po_number),
        ("Carrier", shipment.carrier),
        ("Tracking number", shipment.tracking),
    ]
    return [(label, value) for label, value in pairs if value]
