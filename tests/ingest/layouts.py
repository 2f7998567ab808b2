"""The layouts of sellers' reports, each with rows as that seller writes them."""

from decimal import Decimal

from hypothesis import strategies as st

from tests.ingest.sellers import (
    ASIDE,
    DAY,
    EDITIONS,
    RECORDED,
    SKIPPED,
    UNKNOWN,
    Book,
    Copies,
    Day,
    Money,
    Row,
    Seller,
    Value,
)

CURRENCIES = ("USD", "EUR", "GBP", "CAD")
NOTHING = Decimal(0)


def _cents(draw: st.DrawFn, most: int = 200_000, least: int = 1) -> Decimal:
    return Decimal(draw(st.integers(least, most))) / 100


def _book(draw: st.DrawFn) -> Book:
    numbers = sorted(EDITIONS) if draw(st.integers(0, 4)) else UNKNOWN
    return Book(draw(st.sampled_from(numbers)))


def _drawn(draw: st.DrawFn, *kinds: str) -> tuple[str, int, Decimal, str]:
    """A kind, copies without sign, money without sign, and a currency."""
    kind = draw(st.sampled_from(kinds))
    count = 0 if kind == "usage" else draw(st.integers(1, 1_500))
    money = NOTHING if kind == "free" else _cents(draw)
    return kind, count, money, draw(st.sampled_from(CURRENCIES))


def _signed(kind: str, count: int, money: Decimal) -> tuple[dict[str, int], int, Decimal]:
    sign = -1 if kind == "return" else 1
    return {kind: sign * count}, sign * count, sign * money


def _kobo(draw: st.DrawFn) -> Row:
    kind, count, money, currency = _drawn(draw, "sale", "sale", "return", "free")
    copies, units, net = _signed(kind, count, money)
    price = NOTHING if kind == "free" else _cents(draw, 5_000)
    cells: dict[str, Value] = {
        "Date": Day(DAY), "Country": "CA", "State": "Québec", "Content Type": "eBook",
        "Total Qty": Copies(units), "Publisher Name": "Example House", "eISBN": _book(draw),
        "Author": "Inés Álvarez-Núñez", "Title": "", "List Price": Money(price),
        "Tax Excluded List Price": Money(price), "COGS %": "70",
        "LP Currency": draw(st.sampled_from((currency, "JPY"))), "COGS (Payable Currency)": Money(net),
        "Net Due (Payable Currency)": Money(net), "Payable Currency": currency,
    }  # fmt: skip
    return Row(cells, currency, net, copies)


KOBO = Seller(
    format="kobo",
    headings=(
        "Date", "Country", "State", "Zip Code", "Content Type", "Total Qty", "Refund Reason",
        "DealID", "Publisher Name", "Imprint", "eISBN", "Author", "Title", "List Price",
        "Tax Excluded List Price", "COGS %", "COGS Amount (LP Currency)", "LP Currency",
        "Foreign Exchange Rate to Payable Currency", "COGS (Payable Currency)", "COGS based LP",
        "COGS based LP excluding tax", "COGS based LP Currency",
        "COGS Adjustment (Payable Currency)", "Net Due (Payable Currency)", "Payable Currency",
        "Total Tax (Payable Currency)",
    ),
    book="eISBN",
    net="Net Due (Payable Currency)",
    units="Total Qty",
    date="Date",
    order="dmy",
    optional=frozenset(
        ("State", "Zip Code", "DealID", "Imprint", "Total Tax (Payable Currency)", "Title")
    ),
    sized=("List Price", "Tax Excluded List Price", "COGS (Payable Currency)", "COGS %"),
    row=_kobo,
)  # fmt: skip


def _use(draw: st.DrawFn) -> tuple[Decimal, str]:
    return _cents(draw) * draw(st.sampled_from((1, 1, 1, -1))), draw(st.sampled_from(CURRENCIES))


def _kobo_plus(draw: st.DrawFn) -> Row:
    net, currency = _use(draw)
    cells: dict[str, Value] = {
        "Read Period": Day(DAY), "Publisher name": "Example House", "eISBN": _book(draw),
        "Author": "Inés Álvarez-Núñez", "List price (TaxIn)": Money(Decimal("9.99")),
        "List price currency": "CAD", "Region": "CA", "Read threshold (%)": "20",
        "Reads": str(draw(st.integers(0, 400))), "Total Minutes": "1200",
        "Payable Currency": currency, "Publisher revenue share (%)": "60",
        "Total publisher revenue share in payable currency ($)": Money(net), "Content Type": "eBook",
    }  # fmt: skip
    return Row(cells, currency, net, {"usage": 0})


KOBO_PLUS = Seller(
    format="kobo-plus",
    headings=(
        "Read Period", "Publisher name", "eISBN", "Author", "Title", "List price (TaxIn)",
        "List price (TaxOut)", "List price currency", "Region", "Read threshold (%)", "Reads",
        "Total payable", "Foreign exchange to payable currency", "Total in payable currency",
        "Payable Currency", "Value Per Minute", "Total Minutes", "Revenue earned per title",
        "Publisher revenue share (%)", "Total publisher revenue share in payable currency ($)",
        "Total Tax in Payable Currency", "Content Type",
    ),
    book="eISBN",
    net="Total publisher revenue share in payable currency ($)",
    date="Read Period",
    months=True,
    optional=frozenset(("Content Type", "Title", "Region", "Total payable")),
    sized=("List price (TaxIn)", "Reads", "Total Minutes"),
    row=_kobo_plus,
)  # fmt: skip


def _google(draw: st.DrawFn) -> Row:
    kind, count, money, currency = _drawn(draw, "sale", "sale", "return", "free")
    copies, units, net = _signed(kind, count, money)
    price = NOTHING if kind == "free" else _cents(draw, 5_000)
    cells: dict[str, Value] = {
        "Transaction Date": Day(DAY), "Id": "GPY.0000-1", "Product": "Single Purchase",
        "Type": "Refund" if kind == "return" else "Sale", "Preorder": "None",
        "Qty": Copies(units), "Primary ISBN": _book(draw), "Imprint Name": "Example House",
        "Author": "Inés Álvarez-Núñez", "List Price Currency": draw(st.sampled_from((currency, "JPY"))),
        "List Price [tax exclusive]": Money(price), "Country of Sale": "FR",
        "Publisher Revenue %": "52.00%", "Earnings Currency": currency,
        "Earnings Amount": Money(net),
    }  # fmt: skip
    return Row(cells, currency, net, copies)


GOOGLE = Seller(
    format="google-play",
    headings=(
        "Earnings Date", "Transaction Date", "Id", "Product", "Type", "Preorder", "Qty",
        "Primary ISBN", "Imprint Name", "Title", "Author", "Original List Price Currency",
        "Original List Price", "List Price Currency", "List Price [tax inclusive]",
        "List Price [tax exclusive]", "Country of Sale", "Publisher Revenue %",
        "Publisher Revenue", "Earnings Currency", "Earnings Amount", "Currency Conversion Rate",
    ),
    book="Primary ISBN",
    net="Earnings Amount",
    units="Qty",
    date="Transaction Date",
    optional=frozenset(("Earnings Date", "Preorder", "Imprint Name", "Currency Conversion Rate")),
    sized=("List Price [tax exclusive]", "Publisher Revenue %"),
    row=_google,
)  # fmt: skip


def _apple(draw: st.DrawFn) -> Row:
    kind, count, money, currency = _drawn(draw, "sale", "sale", "return", "free")
    copies, _, net = _signed(kind, count, money)
    cells: dict[str, Value] = {
        "Start Date": "05/01/2025", "End Date": Day(DAY), "ISRC/ISBN": _book(draw),
        "Vendor Identifier": "", "Quantity": Copies(count), "Extended Partner Share": Money(net),
        "Partner Share Currency": currency, "Sales or Return": "R" if kind == "return" else "S",
        "Artist/Show/Developer/Author": "Inés Álvarez-Núñez", "Country Of Sale": "DE",
        "Customer Price": Money(NOTHING if kind == "free" else Decimal("9.99")),
        "Customer Currency": currency,
    }  # fmt: skip
    return Row(cells, currency, net, copies)


APPLE = Seller(
    format="apple-books",
    headings=(
        "Start Date", "End Date", "UPC", "ISRC/ISBN", "Vendor Identifier", "Quantity",
        "Partner Share", "Extended Partner Share", "Partner Share Currency", "Sales or Return",
        "Apple Identifier", "Artist/Show/Developer/Author", "Title",
        "Label/Studio/Network/Developer/Publisher", "Grid", "Product Type Identifier",
        "ISAN/Other Identifier", "Country Of Sale", "Pre-order Flag", "Promo Code",
        "Customer Price", "Customer Currency",
    ),
    book="ISRC/ISBN",
    net="Extended Partner Share",
    units="Quantity",
    date="End Date",
    order="mdy",
    optional=frozenset(("UPC", "Grid", "Promo Code", "Title", "Pre-order Flag")),
    sized=("Customer Price", "Start Date"),
    row=_apple,
)  # fmt: skip


def _d2d(draw: st.DrawFn, number: str) -> Row:
    kind, count, money, currency = _drawn(draw, "sale", "both", "return", "free", "usage")
    verified = draw(st.integers(0, 4)) > 0
    back = draw(st.integers(1, count)) if kind == "both" else count if kind == "return" else 0
    sold = 0 if kind in ("return", "usage") else count
    net = -money if kind == "return" else money
    copies = {"sale": sold, "return": -back}
    if kind in ("free", "usage"):
        copies = {kind: sold}
    cells: dict[str, Value] = {
        "Start Date": "2025-05-01", "End Date": Day(DAY), number: _book(draw),
        "Publisher": "Example House", "Primary Author": "Inés Álvarez-Núñez", "Vendor": "Tolino",
        "Country": "DE", "Units Sold": Copies(sold), "Units Returned": Copies(back),
        "Net Unit Sales": Copies(sold - back), "Sales Model": "CPC" if kind == "usage" else "Agency",
        "List Price Per Unit": Money(Decimal("9.99")), "Currency Code": currency,
        "Offer Price Per Unit": Money(NOTHING if kind == "free" else Decimal("8.99")),
        "Royalty Percent": "0.70", "Publisher Share": Money(net),
        "Publisher Share USD (estimated)": Money(net), "Verified": str(verified).lower(),
    }  # fmt: skip
    kept = {word: number for word, number in copies.items() if number or word == "usage"}
    return Row(cells, currency, net, kept, RECORDED if verified else ASIDE)


_D2D = (
    "Title", "Primary Author", "Distributor", "Vendor", "Country", "Units Sold", "Units Returned",
    "Net Unit Sales", "Sales Model", "Retailer", "List Price Per Unit", "Currency Code",
    "Offer Price Per Unit", "Royalty Percent", "Sales Channel Fee/Taxes Per Unit",
    "Extended Sales Channel Revenue", "Sales Channel Share", "D2D Share", "Publisher Share",
    "Publisher Share USD (estimated)", "Verified",
)  # fmt: skip
_D2D_SIZED = (
    "Units Sold", "Units Returned", "List Price Per Unit", "Offer Price Per Unit", "Start Date",
    "Publisher Share USD (estimated)", "Royalty Percent",
)  # fmt: skip
D2D_EBOOK = Seller(
    format="draft2digital-ebook",
    headings=("Start Date", "End Date", "Publisher", "Title ID", "Ebook ISBN", *_D2D),
    book="Ebook ISBN",
    net="Publisher Share",
    units="Net Unit Sales",
    date="End Date",
    optional=frozenset(("Title ID", "Distributor", "Sales Channel Share", "D2D Share")),
    sized=_D2D_SIZED,
    row=lambda draw: _d2d(draw, "Ebook ISBN"),
)
D2D_PRINT = Seller(
    format="draft2digital-print",
    headings=(
        "Start Date", "End Date", "Publisher", "Title ID", "Paperback ISBN",
        *(name for name in _D2D if name != "D2D Share"), "Unit Cost",
    ),
    book="Paperback ISBN",
    net="Publisher Share",
    units="Net Unit Sales",
    date="End Date",
    optional=frozenset(("Title ID", "Unit Cost")),
    sized=_D2D_SIZED,
    row=lambda draw: _d2d(draw, "Paperback ISBN"),
)  # fmt: skip


def _overdrive(draw: st.DrawFn) -> Row:
    kind, count, money, _ = _drawn(draw, "sale", "sale", "return", "usage", "usage")
    copies, units, net = _signed(kind, count, money)
    if kind == "usage":
        units = draw(st.integers(0, 90))
    cells: dict[str, Value] = {
        "Date": Day(DAY), "Publisher": "Example House", "ISBN": _book(draw),
        "Author": "Inés Álvarez-Núñez", "Format": "OverDrive Read", "Retailer": "Library of Québec",
        "Country": "CA", "Lending Model": "CPC" if kind == "usage" else "OC/OU",
        "UNITS": Copies(units), "SRP USD": Money(Decimal("49.99")), "Discount %": "50",
        "Amt owed USD": Money(net),
    }  # fmt: skip
    return Row(cells, "USD", net, copies)


OVERDRIVE = Seller(
    format="overdrive",
    headings=(
        "Date", "Publisher", "Imprint", "ISBN", "Title", "Author", "Format", "Retailer", "Country",
        "Lending Model", "UNITS", "SRP USD", "Discount %", "Amt owed USD",
    ),
    book="ISBN",
    net="Amt owed USD",
    units="UNITS",
    date="Date",
    optional=frozenset(("Imprint", "Retailer", "Country", "Title", "SRP USD", "Discount %")),
    sized=("SRP USD", "Discount %"),
    row=_overdrive,
)  # fmt: skip


def _everand(draw: st.DrawFn) -> Row:
    net, currency = _use(draw)
    cells: dict[str, Value] = {
        "ISBN": _book(draw), "Authors": "Inés Álvarez-Núñez", "Publisher": "Example House",
        "Digital List Price": Money(Decimal("9.99")), "Currency": currency,
        "Payout Type": "Read > 20%", "Threshold Date": Day(DAY),
        "Amount owed for this interaction": Money(net), "Country of Reader": "US",
    }  # fmt: skip
    return Row(cells, currency, net, {"usage": 0})


EVERAND = Seller(
    format="everand",
    headings=(
        "ISBN", "Title", "Authors", "Publisher", "Imprint", "Digital List Price", "Currency",
        "Payout Type", "Threshold Date", "Payout Rate", "Amount owed for this interaction",
        "Country of Reader",
    ),
    book="ISBN",
    net="Amount owed for this interaction",
    date="Threshold Date",
    optional=frozenset(("Imprint", "Payout Rate", "Title", "Country of Reader")),
    sized=("Digital List Price",),
    row=_everand,
)  # fmt: skip


def _acx(draw: st.DrawFn) -> Row:
    kind, count, money, currency = _drawn(draw, "sale", "sale", "return", "usage")
    copies, units, net = _signed(kind, count, money)
    cells: dict[str, Value] = {
        "Royalty Earner": "Example House", "Product ID": "BK_ACX0_000001", "Digital ISBN": _book(draw),
        "Author": "Inés Álvarez-Núñez", "Transaction Type": "Sale", "Marketplace": "US",
        "Purchase Type": "On-Demand" if kind == "usage" else "AL", "Currency": currency,
        "Royalty Rate": "40%", "Net Units": Copies(units), "Net Sales": Money(net * 2),
        "Net Royalties Earned": Money(net),
    }  # fmt: skip
    return Row(cells, currency, net, copies)


ACX = Seller(
    format="acx",
    headings=(
        "Royalty Earner", "Product ID", "Author", "Title", "Digital ISBN", "Provider Product ID",
        "Transaction Type", "Marketplace", "Purchase Type", "Offer", "Royalty Rule",
        "Additional Rule Details", "Currency", "Royalty Rate", "Payee Split", "Net Units",
        "Net Sales", "Net Royalties Earned",
    ),
    book="Digital ISBN",
    net="Net Royalties Earned",
    units="Net Units",
    sheet="Sales Details",
    optional=frozenset(("Title", "Offer", "Payee Split", "Provider Product ID")),
    sized=("Net Sales", "Royalty Rate", "Product ID"),
    row=_acx,
)  # fmt: skip


def _findaway(draw: st.DrawFn) -> Row:
    kind, count, money, _ = _drawn(draw, "sale", "sale", "return", "usage")
    copies, units, net = _signed(kind, count, money)
    cells: dict[str, Value] = {
        "Sale Date": Day(DAY), "ISBN": _book(draw), "Author": "Inés Álvarez-Núñez",
        "Partner": "Chirp", "Business Model": "Subscription" if kind == "usage" else "À la carte",
        "Country": "US", "List Price": Money(Decimal("24.99")), "Quantity": Copies(units),
        "Royalty Payable": Money(net),
    }  # fmt: skip
    return Row(cells, "USD", net, copies)


FINDAWAY = Seller(
    format="findaway",
    headings=(
        "Sale Date", "ISBN", "Title", "Author", "Partner", "Business Model", "Country",
        "List Price", "Quantity", "Royalty Rate", "Royalty Payable",
    ),
    book="ISBN",
    net="Royalty Payable",
    units="Quantity",
    date="Sale Date",
    months=True,
    sheet="Retail",
    optional=frozenset(("Title", "Country", "Royalty Rate", "Sale Date")),
    sized=("List Price",),
    row=_findaway,
)  # fmt: skip


def _square(draw: st.DrawFn) -> Row:
    kind, count, money, currency = _drawn(draw, "sale", "sale", "return", "card")
    is_card = kind == "card"
    copies, units, net = _signed("sale" if is_card else kind, count, money)
    cells: dict[str, Value] = {
        "Date": Day(DAY), "Time": "10:11:12", "Time Zone": "Pacific Time", "Category": "Books",
        "Item": "", "Qty": Copies(units), "SKU": _book(draw), "Gross Sales": Money(net),
        "Discounts": Money(NOTHING), "Net Sales": Money(net), "Tax": Money(NOTHING),
        "Transaction ID": "T1", "Event Type": "Refund" if kind == "return" else "Payment",
        "Location": "Café Élan", "Itemization Type": "Gift Card" if is_card else "Physical Good",
    }  # fmt: skip
    return Row(cells, currency, net, copies, SKIPPED if is_card else RECORDED)


SQUARE = Seller(
    format="square-items",
    headings=(
        "Date", "Time", "Time Zone", "Category", "Item", "Qty", "Price Point Name", "SKU",
        "Modifiers Applied", "Gross Sales", "Discounts", "Net Sales", "Tax", "Transaction ID",
        "Payment ID", "Device Name", "Notes", "Details", "Event Type", "Location",
        "Dining Option", "Customer ID", "Customer Name", "Customer Reference ID", "Unit", "Count",
        "Itemization Type", "Commission", "Employee",
    ),
    book="SKU",
    net="Net Sales",
    units="Qty",
    date="Date",
    title="Item",
    one_currency=True,
    optional=frozenset(("Employee", "Commission", "Unit", "Count", "Tax", "Dining Option")),
    sized=("Gross Sales", "Discounts", "Tax", "Time"),
    row=_square,
)  # fmt: skip


def _woocommerce(draw: st.DrawFn) -> Row:
    state = draw(
        st.sampled_from(
            ("Completed", "processing", "wc-refunded", "On hold", "Failed", "Cancelled",
             "Abgeschlossen", "Terminée", "En espera", "Storniert", "Rückerstattet")
        )
    )  # fmt: skip
    is_back = state in ("wc-refunded", "Rückerstattet")
    count, net, currency = draw(st.integers(1, 40)), _cents(draw), draw(st.sampled_from(CURRENCIES))
    is_inside = draw(st.booleans())
    tax = min(_cents(draw, 900), net - Decimal("0.01")) if is_inside else _cents(draw, 900)
    shipping = NOTHING if is_inside else _cents(draw, 700, least=0)
    total = net if is_inside else net + tax + shipping
    refunded = total if is_back else NOTHING
    cells: dict[str, Value] = {
        "Order Status": state, "Order Date": Day(DAY), "Order Currency": currency,
        "SKU": _book(draw), "Quantity": Copies(count), "Item Cost": Money(Decimal("20.00")),
        "Order Line Subtotal": Money(net), "Order Line Total": Money(net),
        "Order Line Tax": Money(tax), "Order Refund Amount": Money(refunded),
        "Order Total Amount": Money(total), "City (Billing)": "Köln", "Country Code (Billing)": "DE",
    }  # fmt: skip
    brought = net - tax if is_inside else net
    fates = {"On hold": ASIDE, "En espera": ASIDE}
    fates |= dict.fromkeys(("Failed", "Cancelled", "Storniert"), SKIPPED)
    fate = fates.get(state, RECORDED)
    if is_back:
        return Row(cells, currency, NOTHING, {"sale": count, "return": -count}, fate)
    return Row(cells, currency, brought, {"sale": count}, fate)


WOOCOMMERCE = Seller(
    format="woocommerce-orders",
    headings=(
        "Order Number", "Order Status", "Order Date", "Order Currency", "SKU", "Item Name",
        "Quantity", "Item Cost", "Order Line Subtotal", "Order Line Total", "Order Line Tax",
        "Order Refund Amount", "Order Total Amount", "City (Billing)", "Country Code (Billing)",
    ),
    book="SKU",
    net="Order Line Total",
    date="Order Date",
    title="Item Name",
    number="Order Number",
    optional=frozenset(("Item Name", "Item Cost", "City (Billing)", "Country Code (Billing)")),
    row=_woocommerce,
    sized=("Item Cost", "Order Line Subtotal", "Order Line Tax", "Order Refund Amount"),
)  # fmt: skip

SELLERS: tuple[Seller, ...] = (
    KOBO, KOBO_PLUS, GOOGLE, APPLE, D2D_EBOOK, D2D_PRINT, OVERDRIVE, EVERAND, ACX, FINDAWAY, SQUARE,
    WOOCOMMERCE,
)  # fmt: skip
