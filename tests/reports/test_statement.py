"""The contents of a beneficiary's statement."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from reports import statement as reports
from royalties.domain.royalties.statements import (
    ExchangeRateShown,
    MonthShown,
    PlaceShown,
    ReserveShown,
    Statement,
)
from tests.reports import samples
from tests.reports.reading import (
    cells_of,
    formulas_in,
    opened,
    parts_of,
    read_day,
    row_with,
    rows_of,
    sheet_of,
    texts_of,
)

HOSTILE = (
    "=cmd|' /C calc'!A0",
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "#N/A",
    "a\x00b\x07c\x1f",
    "x" * 500,
    "שלום עולם \u202e evil",
    "<b>&amp;</b> ]]>",
    "two\nlines",
    "y" * 40_000,
    "\ud800 alone",
)


def letter_amount(workbook: bytes, name: str) -> object:
    return row_with(sheet_of(workbook, "Statement"), name)[4]


def test_sheets_are_in_order() -> None:
    names = ["Statement", "Earned", "Sales by month", "Places", "Corrections", "Editions"]
    assert opened(reports.workbook(samples.statement())).sheetnames == names


def test_corrections_sheet_exists_only_if_there_are_any() -> None:
    contract = samples.contract(corrections=())
    workbook = opened(reports.workbook(samples.statement(contracts=(contract,))))
    assert "Corrections" not in workbook.sheetnames


def test_the_account_adds_up_from_opening_to_closing() -> None:
    workbook = reports.workbook(
        samples.statement(
            tax_rate="0.24", tax=61200, net=193800, to_pay=255000, carried_forward=93550
        )
    )
    names = (
        "Balance brought forward",
        "Royalties allocated to you",
        "To pay",
        "Balance carried forward",
    )
    amounts = [letter_amount(workbook, name) for name in names]
    assert amounts == [12.4, 3473.1, -2550, 935.5]
    assert letter_amount(workbook, "Due") == 3485.5
    expected = [letter_amount(workbook, name) for name in ("Expected tax", "Expected to arrive")]
    assert expected == [-612, 1938]
    texts = texts_of(sheet_of(workbook, "Statement"))
    assert "24 % of what is to pay, when it is sent" in texts


def test_letter_says_what_a_close_once_withheld_and_gives_back() -> None:
    """Closes took tax of what was allocated; the first that does not gives back what was too much."""
    taken = samples.statement(tax_rate="0.24", tax_withheld=83354, due=265196, to_pay=265196)
    workbook = reports.workbook(taken)
    assert letter_amount(workbook, "Tax withheld") == -833.54
    assert "24 % of what was allocated" in texts_of(sheet_of(workbook, "Statement"))
    workbook = reports.workbook(samples.statement(tax_withheld=-4959, due=353509))
    assert letter_amount(workbook, "Tax given back") == 49.59
    nothing = texts_of(sheet_of(reports.workbook(samples.statement()), "Statement"))
    assert not [each for each in nothing if "tax" in each.casefold()]


def test_letter_has_its_head() -> None:
    value = samples.statement()
    sheet = sheet_of(reports.workbook(value), "Statement")
    texts = texts_of(sheet)
    payee, publisher = value.payee, value.publisher
    for expected in (
        publisher.name,
        *publisher.address,
        payee.name,
        *payee.address,
        payee.email,
        f"EIN {payee.ein}",
        value.outcome,
        "Royalty statement",
        "2025-H1-001",
        "2025-H1",
        "USD",
    ):
        assert expected in texts
    days = {value for row in rows_of(sheet) for value in row if isinstance(value, datetime)}
    assert days >= {read_day(2025, 8, 15), read_day(2025, 1, 1), read_day(2025, 6, 30)}
    assert any("+1 217 555 0142" in text for text in texts)


def test_draft_is_marked_on_sheet_and_paper() -> None:
    workbook = opened(reports.workbook(samples.statement(number=None)))
    assert "DRAFT – NOT ISSUED" in texts_of(workbook["Statement"])
    for sheet in workbook.worksheets:
        assert sheet.oddHeader.right.text == "DRAFT – NOT ISSUED"
    assert "DRAFT – NOT ISSUED" not in texts_of(
        sheet_of(reports.workbook(samples.statement()), "Statement")
    )


def test_contract_account_and_share_are_shown() -> None:
    workbook = reports.workbook(samples.statement())
    expected = {
        "Earned in this period": 9762.68,
        "Debit balance brought forward": 0,
        "Withheld against returns": -1371.8,
        "Released from what was withheld": 542.1,
        "Available": 8932.98,
        "Recouped against advances": -2200,
        "Payable": 6732.98,
        "Debit balance carried forward": 0,
        "1.  The first 1,000.00 of every period goes to Harbor Light.": 1000,
        "Allocated to you": 3473.1,
        "Held in all": 1990.57,
    }
    assert {name: letter_amount(workbook, name) for name in expected} == expected


def test_reserves_name_their_release_and_advances_what_is_open() -> None:
    sheet = sheet_of(reports.workbook(samples.statement()), "Statement")
    assert row_with(sheet, "Withheld in 2025-H1")[2:] == ["2026-H1", read_day(2026, 6, 30), 1371.8]
    assert row_with(sheet, read_day(2021, 5, 1))[1:] == [5000, 3800, 1200, 0]


def test_undistributed_money_is_shown() -> None:
    contract = samples.contract(undistributed_before=1200, undistributed=5)
    workbook = reports.workbook(samples.statement(contracts=(contract,)))
    assert letter_amount(workbook, "Not distributed in earlier periods") == 12
    assert letter_amount(workbook, "Not distributed, kept for the next period") == -0.05


def test_earned_lines_show_all_their_factors() -> None:
    sheet = sheet_of(reports.workbook(samples.statement()), "Earned")
    assert row_with(sheet, "2") == [
        "2",
        samples.HARDCOVER,
        "Amazon",
        "Sale",
        "Hardcover, trade",
        2,
        "List price",
        412,
        "USD",
        30900,
        0.25,
        1,
        0.125,
        965.63,
    ]
    assert row_with(sheet, "10")[10] == "5/7"
    assert row_with(sheet, "8")[8:13] == ["GBP", 3588, 1, 1.2712, 0.075]
    assert row_with(sheet, "9")[9] == 6984.1275


def test_number_formats_follow_currency_basis_and_digits() -> None:
    workbook = opened(reports.workbook(samples.statement()))
    by_line = {row[0].value: row for row in workbook["Earned"].iter_rows()}
    assert by_line["1"][13].number_format == "#,##0.00_0;[Red]-#,##0.00_0"
    assert by_line["2"][12].number_format == "0.0%_0"
    assert by_line["5"][12].number_format == "#,##0.000_0;[Red]-#,##0.000_0"
    assert by_line["9"][9].number_format == "#,##0.0000_0;[Red]-#,##0.0000_0"
    assert by_line["1"][1].data_type == "s"


def test_copies_of_an_edition_in_several_tiers_count_once() -> None:
    sheet = sheet_of(reports.workbook(samples.statement()), "Earned")
    subtotals = [(row[7], row[13]) for row in rows_of(sheet) if row[2] == "Subtotal"]
    assert subtotals == [(533, 3787.51), (982, 2798.78), (445, 2051.39), (None, 1125)]
    assert row_with(sheet, "Earned in the period", 2)[13] == 9762.68


def test_months_are_shown_by_retailer_with_totals_and_chart() -> None:
    sheet = sheet_of(reports.workbook(samples.statement()), "Sales by month")
    retailers = ["Amazon", "Amazon UK", "Barnes & Noble", "Publisher web", "Elliott Bay Books"]
    totals = ["Sold", "Returned", "All copies", "Net receipts GBP", "Net receipts USD"]
    assert row_with(sheet, "Month") == ["Month", *retailers, *totals]
    march = row_with(sheet, read_day(2025, 3, 1))
    assert march[1:6] == [298, 70, -41, 11, 15]
    assert march[6:] == [406, -53, 353, 1046.5, 5378]
    total = row_with(sheet, "Total")
    assert total[1:6] == [1666, 120, 104, 75, 64]
    assert total[6:] == [2144, -115, 2029, 1794.0025, 36282]
    (chart,) = sheet._charts
    assert chart.grouping == "stacked"
    assert len(chart.series) == 5


def test_a_month_without_sales_has_its_row() -> None:
    months = tuple(month for month in samples.months() if month.month != "2025-02")
    contract = samples.contract(months=months)
    sheet = sheet_of(reports.workbook(samples.statement(contracts=(contract,))), "Sales by month")
    assert row_with(sheet, read_day(2025, 2, 1))[1:7] == [0] * 6


def test_corrections_name_their_period() -> None:
    sheet = sheet_of(reports.workbook(samples.statement()), "Corrections")
    assert row_with(sheet, "2024-H2")[1:] == [
        samples.TITLE,
        samples.HARDCOVER,
        "Amazon",
        "Return",
        -7,
        "USD",
        -267.75,
        "sales of November 2024",
    ]


def test_editions_are_shown_with_format_and_sums() -> None:
    sheet = sheet_of(reports.workbook(samples.statement()), "Editions")
    assert row_with(sheet, samples.PAPERBACK, 3) == [
        samples.TITLE,
        "A. N. Author, C. O. Author",
        "paperback",
        samples.PAPERBACK,
        read_day(2021, 9, 1),
        38,
        1023,
        -41,
        982,
        30,
        7410,
        2798.78,
        21145.3,
    ]
    assert row_with(sheet, samples.EBOOK, 3)[4:6] in ([None, None], [None, ""])
    assert row_with(sheet, "Total")[6:] == [2019, -59, 1960, 42, 14748, 8637.68, 75139]
    assert any("30 Jun 2025" in text for text in texts_of(sheet))


def test_sums_of_places_agree_with_the_total() -> None:
    sheet = sheet_of(reports.workbook(samples.statement()), "Places")
    heads = ["Country", "Region", "City", "Net copies", "Net receipts GBP", "Net receipts USD"]
    assert row_with(sheet, "Country") == heads
    assert row_with(sheet, "US") == ["US", "WA", "Seattle", 1204, 0, 21905.5]
    assert row_with(sheet, "not reported")[3] == 15
    assert row_with(sheet, "and 37 more places")[3:] == [300, 0, 6700]
    copies = row_with(sheet_of(reports.workbook(samples.statement()), "Sales by month"), "Total")
    assert row_with(sheet, "Total")[3:] == [copies[8], *copies[9:]]


def test_places_are_shown_only_if_any_is_known() -> None:
    contract = samples.contract(places=())
    workbook = opened(reports.workbook(samples.statement(contracts=(contract,))))
    assert "Places" not in workbook.sheetnames


def test_exchange_rates_follow_the_earned_lines() -> None:
    sheet = sheet_of(reports.workbook(samples.statement()), "Earned")
    row = row_with(sheet, "1 GBP in USD", 2)
    assert (row[4], row[8], row[11]) == ("2025-H1", "GBP", 1.2712)
    plain = samples.contract(exchange_rates=())
    without = sheet_of(reports.workbook(samples.statement(contracts=(plain,))), "Earned")
    assert "Exchange rates used" in texts_of(sheet)
    assert "Exchange rates used" not in texts_of(without)


def test_the_licensee_of_other_income_is_named() -> None:
    sheet = sheet_of(reports.workbook(samples.statement()), "Earned")
    assert row_with(sheet, "11")[2:5] == [
        "Sample Publishing, Korean edition",
        "Income",
        "Translation",
    ]


def test_share_of_the_distributed_amount_is_shown() -> None:
    workbook = reports.workbook(samples.statement())
    sheet = sheet_of(workbook, "Statement")
    assert "By the plan in force since 1 Jan 2024 · Seattle" in texts_of(sheet)
    assert letter_amount(workbook, "To be shared out by the plan") == 6732.98
    assert row_with(sheet, "Allocated to you")[1] == "51.58 % of what was to be shared out"


def test_no_percentage_if_nothing_was_distributed() -> None:
    contract = samples.contract(pool=0, share_of_pool="", allocated=0)
    sheet = sheet_of(reports.workbook(samples.statement(contracts=(contract,))), "Statement")
    assert row_with(sheet, "Allocated to you")[1] is None


def test_minimum_payment_is_shown_if_any() -> None:
    names = [
        text
        for least in ("25.00", "")
        for text in texts_of(
            sheet_of(
                reports.workbook(
                    samples.statement(payee=replace(samples.PAYEE, minimum_payment=least))
                ),
                "Statement",
            )
        )
    ]
    assert names.count("Minimum payment") == 1


def test_last_day_of_payment_is_shown_if_set() -> None:
    for day, there in ((date(2025, 9, 28), True), (None, False)):
        workbook = reports.workbook(samples.statement(pays_by=day))
        assert ("Payment due by" in texts_of(sheet_of(workbook, "Statement"))) is there
        assert (read_day(2025, 9, 28) in {cell.value for cell in cells_of(workbook)}) is there


def test_statements_of_older_releases_are_still_printed() -> None:
    plain = samples.contract()
    old = replace(
        plain,
        plan="",
        pool=0,
        share_of_pool="",
        exchange_rates=(),
        places=(),
        reserves=(ReserveShown("2025-H1", 137180, "2026-H1"),),
        months=(MonthShown("2025-01", "Amazon", 7, "USD", "70.00"),),
    )
    workbook = reports.workbook(samples.statement(contracts=(old,)))
    texts = texts_of(sheet_of(workbook, "Statement"))
    assert "By the plan in force since 1 Jan 2024 · Seattle" in texts
    assert "To be shared out by the plan" not in texts


@pytest.mark.parametrize(
    ("currency", "shown", "number_format"),
    [
        ("JPY", 309000, "#,##0_0;[Red]-#,##0_0"),
        ("KWD", 309, "#,##0.000_0;[Red]-#,##0.000_0"),
        ("CLF", 30.9, "#,##0.0000_0;[Red]-#,##0.0000_0"),
    ],
)
def test_currencies_with_other_digits_are_printed_right(
    currency: str, shown: float, number_format: str
) -> None:
    contract = samples.contract(currency=currency, lines=(samples.earned_line(currency=currency),))
    value = samples.statement(currency=currency, due=309000, contracts=(contract,))
    workbook = opened(reports.workbook(value))
    due = next(row[4] for row in workbook["Statement"].iter_rows() if row[0].value == "Due")
    line = next(row[13] for row in workbook["Earned"].iter_rows() if row[0].value == "1")
    assert (due.value, due.number_format) == (shown, number_format)
    assert (line.value, line.number_format) == (shown, number_format)


def test_several_contracts_have_their_sections_on_every_sheet() -> None:
    second = samples.contract(contract="harbors-2019", author="B. Writer")
    workbook = opened(reports.workbook(samples.statement(contracts=(samples.contract(), second))))
    for sheet in workbook.worksheets:
        found = [text for text in texts_of(sheet) if text.startswith("Contract ")]
        assert len(found) == 2, sheet.title
    assert len(workbook["Sales by month"]._charts) == 2


def test_statement_with_nothing_due_is_complete() -> None:
    contract = samples.contract(
        earned=0,
        withheld=0,
        released=0,
        available=0,
        recouped=0,
        payable=0,
        allocated=0,
        shares=(),
        reserves=(),
        advances=(),
        lines=(),
        corrections=(),
        months=(),
        life_to_date=(),
    )
    for contracts in ((), (contract,)):
        value = samples.statement(
            brought_forward=0,
            allocated=0,
            due=0,
            to_pay=0,
            net=0,
            outcome="Nothing was earned, so nothing is to pay.",
            contracts=contracts,
        )
        workbook = reports.workbook(value)
        assert letter_amount(workbook, "Due") == 0
        assert "Nothing was earned, so nothing is to pay." in texts_of(
            sheet_of(workbook, "Statement")
        )


def test_statement_of_a_balance_without_a_contract_is_only_a_letter() -> None:
    """A balance in a currency without contracts needs no empty sheets."""
    workbook = opened(reports.workbook(samples.statement(contracts=())))
    assert workbook.sheetnames == ["Statement"]
    texts = texts_of(workbook["Statement"])
    assert "No contract gives you anything in this currency." in texts
    assert not [text for text in texts if "What the figures mean" in text or "sheet “" in text]


def test_a_debit_balance_is_shown_as_it_is() -> None:
    contract = samples.contract(
        earned=-5000, brought_forward=-100, available=-5100, payable=0, carried_forward=-5100
    )
    workbook = reports.workbook(samples.statement(contracts=(contract,)))
    assert letter_amount(workbook, "Earned in this period") == -50
    assert letter_amount(workbook, "Debit balance carried forward") == -51


def everywhere(text: str) -> Statement:
    """A statement with the same text wherever a text may stand."""
    line = samples.earned_line(
        id=text, rule=text, basis=text, title=text, isbn=text, format=text, retailer=text, kind=text
    )
    noted = replace(line, retailer="", note=text)
    plain = samples.contract()
    contract = replace(
        plain,
        contract=text,
        author=text,
        titles=(text,),
        lines=(line, noted),
        shares=(replace(plain.shares[0], sentence=text),),
        reserves=(replace(plain.reserves[0], withheld_in=text, expected_release=text),),
        corrections=(replace(plain.corrections[0], title=text, corrects=text, period=text),),
        months=(replace(plain.months[0], retailer=text),),
        life_to_date=(
            replace(
                plain.life_to_date[0],
                title=text,
                isbn=text,
                format=text,
                authors=(text,),
                list_price=text,
            ),
        ),
        plan=text,
        share_of_pool=text,
        exchange_rates=(ExchangeRateShown(text, text, text, text),),
        places=(PlaceShown(text, text, text, 1, (("USD", "1.00"),)),),
    )
    payee = replace(
        samples.PAYEE,
        key=text,
        name=text,
        address=(text,),
        email=text,
        ein=text,
        city=text,
        minimum_payment=text,
    )
    publisher = replace(
        samples.PUBLISHER, name=text, address=(text,), email=text, phone=text, website=text
    )
    return samples.statement(
        number=text,
        period=text,
        outcome=text,
        tax_rate=text,
        tax=1,
        payee=payee,
        publisher=publisher,
        contracts=(contract,),
    )


@pytest.mark.thorough("hostile values", but_one_in=4)
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:12]))
def test_hostile_text_stays_text(text: str) -> None:
    workbook = reports.workbook(everywhere(text))
    assert not formulas_in(workbook)
    assert {cell.data_type for cell in cells_of(workbook)} <= {"s", "n", "d"}
    for sheet in opened(workbook).worksheets:
        for part in (sheet.oddFooter.left, sheet.oddFooter.center):
            assert len(part.text or "") <= 160


def test_statement_contains_no_formula() -> None:
    assert not formulas_in(reports.workbook(samples.statement()))


def test_amounts_are_exact_beyond_what_a_float_holds() -> None:
    huge = 12_345_678_901_234_567_890
    workbook = reports.workbook(samples.statement(brought_forward=huge))
    letter = parts_of(workbook)["xl/worksheets/sheet1.xml"]
    assert b"<v>123456789012345678.90</v>" in letter


def test_template_version_is_a_text() -> None:
    assert isinstance(reports.TEMPLATE_VERSION, str)


def test_only_date_in_the_properties_is_that_of_the_statement() -> None:
    properties = opened(reports.workbook(samples.statement())).properties
    assert properties.created == properties.modified == read_day(2025, 8, 15)
    assert properties.title == "Royalty statement 2025-H1-001"
    assert properties.creator == samples.PUBLISHER.name


def test_decimal_rates_keep_their_digits() -> None:
    line = samples.earned_line(rate="0.08125", base="100.123456")
    contract = samples.contract(lines=(line,))
    workbook = opened(reports.workbook(samples.statement(contracts=(contract,))))
    row = next(row for row in workbook["Earned"].iter_rows() if row[0].value == "1")
    assert Decimal(str(row[12].value)) == Decimal("0.08125")
    assert row[12].number_format == "0.000%_0"
    assert row[9].value == 100.123456


def test_numbers_that_no_workbook_holds_stay_texts() -> None:
    line = samples.earned_line(rate="0." + "1" * 300, base="1" * 40)
    contract = samples.contract(lines=(line,))
    sheet = sheet_of(reports.workbook(samples.statement(contracts=(contract,))), "Earned")
    row = row_with(sheet, "1")
    assert (row[9], row[12]) == (line.base, line.rate)


def test_long_list_of_titles_is_shortened() -> None:
    contract = samples.contract(titles=tuple(f"Title {number}" for number in range(9)))
    texts = texts_of(
        sheet_of(reports.workbook(samples.statement(contracts=(contract,))), "Statement")
    )
    assert "Title 5" in texts
    assert "Title 6" not in texts
    assert "and 3 more, see the sheet “Editions”" in texts


def test_first_day_of_the_plan_version_is_shown() -> None:
    contract = samples.contract(plan_in_force_since=date(2023, 7, 1))
    payee = replace(samples.PAYEE, city="")
    workbook = reports.workbook(samples.statement(payee=payee, contracts=(contract,)))
    texts = texts_of(sheet_of(workbook, "Statement"))
    assert "By the plan in force since 1 Jul 2023" in texts


OWN = "2000000000015"


def headings(workbook: bytes, sheet: str) -> set[str]:
    wanted = {"ISBN", "ISBN or number"}
    return wanted & {str(value) for row in rows_of(sheet_of(workbook, sheet)) for value in row}


def test_a_houses_own_number_is_not_called_an_isbn() -> None:
    """A sheet without one says ISBN, as it did."""
    plain = reports.workbook(samples.statement())
    of = samples.statement().contracts[0]
    for sheet, changed in (
        ("Earned", {"lines": (*of.lines, samples.earned_line(id="99", isbn=OWN))}),
        ("Corrections", {"corrections": (replace(of.corrections[0], isbn=OWN),)}),
        ("Editions", {"life_to_date": (replace(of.life_to_date[0], isbn=OWN),)}),
    ):
        assert headings(plain, sheet) == {"ISBN"}
        own = samples.statement(contracts=(replace(of, **changed),))
        assert headings(reports.workbook(own), sheet) == {"ISBN or number"}
