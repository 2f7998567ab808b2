"""Statements and returns as banks send them: what is read, and every fault by its line."""

import re
from datetime import date
from pathlib import Path

import pytest
from bai2.bai2 import parse_from_string
from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.payments.accounts import AccountType
from royalties.domain.payments.bank_lines import BankLine, NoticeOfChange, ReturnedEntry
from royalties.ingest.payments.apart import read_bank_file_apart, read_table_apart
from royalties.ingest.payments.faults import BankFile
from royalties.ingest.payments.recognised import read_bank_file
from royalties.ingest.payments.table import DATES, TableMap, day_of, faults_of
from tests.ingest.payments.banks import BAI2, CAMT, OFX, RETURNS

DAY, MADE_ON = date(2026, 12, 4), date(2026, 12, 5)


def read(text: str) -> BankFile:
    return read_bank_file(text.encode())


def faults(file: BankFile) -> list[tuple[int, str]]:
    assert [file.lines, file.returns, file.notices] == [[], [], []], "all or nothing"
    assert all(each.remedy for each in file.problems)
    return [(each.row, each.message) for each in file.problems]


def test_camt_gives_each_payment_of_a_collective_entry() -> None:
    iban = "DE89370400440532013000"
    assert read(CAMT).lines == [
        BankLine(
            DAY, -120419, "EUR", "PAY-2026-0001", "Statement 2026-1-0001", "", "B-77", iban, 14
        ),
        BankLine(DAY, -7, "EUR", "PAY-2026-0002", "", "", "B-77", iban, 15),
        BankLine(DAY, 10000, "EUR", "PAY-2025-0009", "Konto aufgelöst", "AC04", "", iban, 21),
    ]


def test_bai2_gives_details_with_what_continues_them() -> None:
    assert read(BAI2).lines == [
        BankLine(
            DAY, -120433, "USD", "1001", "CHECK PAID, SEATTLE FOOD BANK", "", "B-77", "5550001", 4
        ),
        BankLine(
            DAY,
            10000,
            "USD",
            "PAY-2025-0009",
            "RETURN R03 NO ACCOUNT ANA DIAZ",
            "R03",
            "B-78",
            "5550001",
            5,
        ),
    ]


def test_bai2_is_read_as_the_kept_library_reads_it() -> None:
    details = parse_from_string(BAI2).children[0].children[0].children
    theirs = [(each.type_code.code, each.amount, each.customer_reference) for each in details]
    assert theirs == [("475", 120433, "1001"), ("257", 10000, "PAY-2025-0009"), ("890", None, None)]


def test_ofx_of_either_kind_is_read() -> None:
    expected = [
        BankLine(
            DAY, -120433, "USD", "1001", "SEATTLE FOOD BANK & PANTRY", "", "B-77", "5550001", 12
        ),
        BankLine(
            DAY, 10000, "USD", "", "ACH RETURN; R03 PAY-2025-0009", "R03", "B-78", "5550001", 19
        ),
    ]
    assert read(OFX).lines == expected
    closed = re.sub(r"<([A-Z0-9]+)>([^<\n]+)", r"<\1>\2</\1>", OFX.partition("\n\n")[2])
    head = '<?xml version="1.0"?>\n<?OFX OFXHEADER="200" VERSION="220"?>\n'
    assert [(each.amount, each.text) for each in read(head + closed).lines] == [
        (each.amount, each.text) for each in expected
    ]


def test_returns_and_notices_are_told_with_our_reference() -> None:
    file = read(RETURNS)
    assert file.problems == []
    assert file.returns == [
        ReturnedEntry(
            "PAY-2026-0001", "R03", 120433, "SEATTLE FOOD BANK", "122105150000001", 3, MADE_ON
        )
    ]
    assert file.notices == [
        NoticeOfChange(
            "PAY-2026-0002",
            "C03",
            "ANA DIAZ",
            "122105150000002",
            7,
            MADE_ON,
            routing="011401533",
            number="98-7654",
        )
    ]


@pytest.mark.parametrize(
    ("code", "corrected", "expected"),
    [
        ("C01", "123456789", ("", "123456789", None, "")),
        ("C02", "011401533", ("011401533", "", None, "")),
        ("C04", "SEATTLE FOODBANK", ("", "", None, "SEATTLE FOODBANK")),
        ("C05", "32", ("", "", AccountType.SAVINGS, "")),
        ("C06", "123456789           22", ("", "123456789", AccountType.CHECKING, "")),
        ("C07", "01140153398-7654          32", ("011401533", "98-7654", AccountType.SAVINGS, "")),
        ("C09", "NEW ID", ("", "", None, "NEW ID")),
    ],
)
def test_notice_says_what_to_correct(
    code: str, corrected: str, expected: tuple[object, ...]
) -> None:
    old = "798C03122105150000002      01140153011401533   98-7654".ljust(79)
    new = f"798{code}122105150000002      01140153{corrected}".ljust(79)
    (notice,) = read(RETURNS.replace(old, new)).notices
    assert (notice.routing, notice.number, notice.type, notice.other) == expected


def test_returns_without_line_ends_are_read() -> None:
    assert read(RETURNS.replace("\n", "")).returns == read(RETURNS).returns


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("<Cd>BOOK</Cd>", "<Cd>XXXX</Cd>", (10, "the entry says neither booked")),
        (
            '<Amt Ccy="EUR">1204.26',
            '<Amt Ccy="EUR">1204.265',
            (10, "the amount is none of its currency"),
        ),
        (
            '<Amt Ccy="EUR">1204.26',
            '<Amt Ccy="ECU">1204.26',
            (10, "the amount is none of its currency"),
        ),
        (
            '<Amt Ccy="EUR">1204.26',
            '<Amt Ccy="EUR">-1204.26',
            (10, "the amount is none of its currency"),
        ),
        (
            "<CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK",
            "<Sts><Cd>BOOK",
            (10, "it is not said whether money"),
        ),
        ("<BookgDt><Dt>2026-12-04</Dt></BookgDt>", "", (10, "the entry has no day of booking")),
        ("3895.74", "3895.75", (5, "opening balance and entries do not make the closing balance")),
        ("</Stmt>", "", (0, "the file is damaged XML here")),
        ("camt.053.001.08", "camt.054.001.08", (2, "this is camt.054, not a statement")),
        ("<Document", "<!DOCTYPE x><Document", (1, "the file declares a document type")),
        ("camt.053.001.08", "other", (2, "this XML is not a camt.053")),
    ],
)
def test_faults_of_camt(old: str, new: str, fault: tuple[int, str]) -> None:
    assert old in CAMT
    (row, message), *_ = faults(read(CAMT.replace(old, new, 1)))
    assert message.startswith(fault[1])
    assert fault[0] in (0, row)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "120433",
            "120434",
            (
                8,
                "the control total of what begins in line 3 is 1020000, but its amounts make 1020001",
            ),
        ),
        (
            "16,475,120433,Z,B-77,1001,CHECK PAID, SEATTLE FOOD BANK/\n",
            "",
            (7, "the trailer counts 6 records, but 5"),
        ),
        ("16,475,120433", "16,475,12.33", (4, "the detail's amount is no whole number")),
        ("16,475", "16,47x", (4, "the detail has no type of three digits")),
        ("16,475", "17,475", (4, "this line begins with no code of a BAI2 record")),
        ("49,1020000,6/\n", "", (8, "a record 98 does not belong here")),
        ("99,1020000,1,10/\n", "", (0, "the file ends before its last record")),
        (",261204,,USD,2", ",261304,,USD,2", (2, "the group's day is none")),
        ("5550001,USD", "5550001,DOLLARS", (3, "the account's currency is none")),
        ("80,,2/", "80,,3/", (1, "this is another version of BAI than 2")),
        ("122099999,1,261204", "122099999,4,261204", (2, "the group deletes earlier ones")),
    ],
)
def test_faults_of_bai2(old: str, new: str, fault: tuple[int, str]) -> None:
    assert old in BAI2
    (row, message), *_ = faults(read(BAI2.replace(old, new, 1)))
    assert row == fault[0]
    assert message.startswith(fault[1])


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("20261204120000", "20261304120000", (12, "the booking has no day")),
        ("-1204.33", "-1204.333", (12, "the booking has no amount")),
        ("<CURDEF>USD", "<CURDEF>DOLLARS", (9, "the statement's currency is none")),
        ("<CURDEF>USD\n", "", (11, "the statement names no currency")),
        ("</STMTTRN>", "", (12, "this booking has no end")),
        ("</OFX>\n", "", (0, "the file ends before its last element")),
        ("STMTRS>", "OTHER>", (0, "the file holds no statement")),
        ("<OFX>", '<!DOCTYPE x [<!ENTITY a "b">]><OFX>', (1, "the file declares a document type")),
    ],
)
def test_faults_of_ofx(old: str, new: str, fault: tuple[int, str]) -> None:
    assert old in OFX
    found = faults(read(OFX.replace(old, new, 2 if old == "STMTRS>" else 1)))
    assert any(row == fault[0] and message.startswith(fault[1]) for row, message in found), found


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("2612050801", "2613050801", (1, "the file's day is none")),
        ("799R03", "799X03", (4, "the reason is not one of R01 to R99")),
        ("799R03", "705R03", (3, "this entry has no addenda record that says why")),
        ("0000120433PAY", "0000120434PAY", (5, "the control record's credits 120433 do not agree")),
        ("621122105155", "621122105255", (5, "the control record's hash 12210515 do not agree")),
        ("8200000002", "8200000003", (5, "the control record's count 3 do not agree")),
        ("9000002", "9000003", (10, "the file's control counts other batches than 2")),
        (
            "0000120433PAY",
            "00001204x3PAY",
            (3, "amount or routing number of this entry are no digits"),
        ),
        ("5220QUARTO", "X220QUARTO", (6, "this is no record of 94 characters")),
    ],
)
def test_faults_of_returns(old: str, new: str, fault: tuple[int, str]) -> None:
    assert old in RETURNS
    found = faults(read(RETURNS.replace(old, new, 1)))
    assert any(row == fault[0] and message.startswith(fault[1]) for row, message in found), found


@pytest.mark.parametrize("text", [CAMT, BAI2, OFX, RETURNS], ids=["camt", "bai2", "ofx", "returns"])
def test_every_file_cut_short_is_refused(text: str) -> None:
    lines = text.rstrip("\n").split("\n")
    for kept in range(1, len(lines)):
        assert faults(read("\n".join(lines[:kept])))


@pytest.mark.parametrize("text", [CAMT, BAI2, OFX, RETURNS], ids=["camt", "bai2", "ofx", "returns"])
@given(data=st.data())
def test_changed_bank_file_never_crashes_its_reader(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    until = data.draw(st.integers(at, min(len(text), at + 40)))
    file = read(text[:at] + data.draw(st.text(max_size=10).filter(_encodable)) + text[until:])
    assert bool(file.problems) != bool(file.lines or file.returns or file.notices)


def _encodable(text: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in text)


@given(
    st.binary(max_size=300), st.sampled_from([b"", b"01,", b"101", b"<", b"<OFX>", b"OFXHEADER"])
)
def test_random_bytes_are_refused_as_a_bank_file(data: bytes, head: bytes) -> None:
    assert read_bank_file(head + data).problems


@pytest.mark.parametrize("text", [CAMT, BAI2, OFX, RETURNS], ids=["camt", "bai2", "ofx", "returns"])
def test_files_are_read_in_a_process_of_its_own(text: str, tmp_path: Path) -> None:
    path = tmp_path / "statement"
    path.write_text(text, encoding="utf-8")
    assert read_bank_file_apart(path) == read(text)


def test_xml_that_grows_without_end_is_refused(tmp_path: Path) -> None:
    bomb = (
        '<!DOCTYPE x [<!ENTITY a "'
        + "a" * 1000
        + '">'
        + "".join(
            f'<!ENTITY a{at} "{"&a" + (str(at - 1) if at else "") + ";"} {"&a" + (str(at - 1) if at else "") + ";"}">'
            for at in range(30)
        )
        + "]>"
    )
    path = tmp_path / "bomb.xml"
    path.write_text(CAMT.replace("<Document", bomb + "<Document").replace("B-77", "&a29;"))
    assert faults(read_bank_file_apart(path))
    path.write_text(
        CAMT.replace(
            "<Document", '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><Document'
        ).replace("B-77", "&f;")
    )
    assert faults(read_bank_file_apart(path))


def test_table_is_read_by_its_map(tmp_path: Path) -> None:
    path = tmp_path / "bank.csv"
    path.write_text(
        "Account statement\n\nDate;Debit;Credit;Ref;Details\n"
        "04.12.2026;1.204,33;;PAY-2026-0001;SEATTLE FOOD BANK\n04.12.2026;;100,00;;Return\nTotal;;;;\n",
        encoding="utf-8",
    )
    columns = TableMap(
        {
            "day": "Date",
            "money out": "Debit",
            "money in": "Credit",
            "reference": "Ref",
            "text": "Details",
        },
        "DD.MM.YYYY",
        ",",
        "EUR",
    )
    assert faults_of(columns) == []
    file = read_table_apart(path, columns)
    assert faults(file) == [
        (6, "the day is none that is written DD.MM.YYYY"),
        (6, "the amount is none of EUR"),
    ]
    path.write_text(path.read_text().replace("Total;;;;\n", ""))
    assert [
        (each.day, each.amount, each.reference, each.row)
        for each in read_table_apart(path, columns).lines
    ] == [
        (DAY, -120433, "PAY-2026-0001", 4),
        (DAY, 10000, "", 5),
    ]


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        ("1,204.33", 120433),
        ("-5", -500),
        ("(5.10)", -510),
        ("$7.50", 750),
        ("-$7.50", -750),
        ("−1.00", -100),
    ],
)
def test_amounts_of_bank_tables_are_read_exactly(written: str, minor: int, tmp_path: Path) -> None:
    path = tmp_path / "bank.csv"
    path.write_text(f'Date,Amount\n12/04/2026,"{written}"\n', encoding="utf-8")
    columns = TableMap({"day": "Date", "amount": "Amount"}, "MM/DD/YYYY")
    assert [each.amount for each in read_table_apart(path, columns).lines] == [minor]


@given(
    day=st.dates(date(1990, 1, 1), date(2068, 12, 31)),
    time=st.sampled_from(["", " 00:00:00", " 9:05", "T23:59:59Z", ", 10:15"]),
)
def test_days_of_tables_are_read_as_banks_write_them(day: date, time: str) -> None:
    for written, pattern in DATES.items():
        assert day_of(f"{day:{pattern}}{time}", written) == day
    assert day_of("3 Sept 2026", "D Mon YYYY") == date(2026, 9, 3)
    for by_name in (f"{day:%d-%b-%Y}", f"{day.day} {day:%B %Y}", f"{day:%d. %b. %Y}".upper()):
        assert day_of(f"{by_name}{time}", "D Mon YYYY") == day


@pytest.mark.parametrize("written", ["3 Ma 2026", "3 Decoy 2026", "Dec 2026", "3 12 2026", "10:15"])
def test_invalid_month_name_is_no_day(written: str) -> None:
    assert day_of(written, "D Mon YYYY") is None


@pytest.mark.parametrize("written", ["1,20.33", "1.234", "NaN", "1e5", "12,34", "٣"])
def test_invalid_amount_of_a_bank_table_is_refused(written: str, tmp_path: Path) -> None:
    path = tmp_path / "bank.csv"
    path.write_text(f'Date,Amount\n12/04/2026,"{written}"\n', encoding="utf-8")
    columns = TableMap({"day": "Date", "amount": "Amount"}, "MM/DD/YYYY")
    assert faults(read_table_apart(path, columns)) == [(2, "the amount is none of USD")]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (TableMap({"amount": "A"}), "name the column of the day"),
        (TableMap({"day": "D"}), "name the column of the amount"),
        (TableMap({"day": "D", "amount": "A", "money in": "B"}), "name the column of the amount"),
        (TableMap({"day": "D", "amount": "A", "dya": "B"}), "there is no field 'dya'"),
        (TableMap({"day": "D", "amount": "A"}, "D/M"), "days are written as one of"),
        (TableMap({"day": "D", "amount": "A"}, decimal_mark="x"), "the decimal mark is"),
    ],
)
def test_impossible_table_map_is_reported(columns: TableMap, message: str) -> None:
    assert any(each.startswith(message) for each in faults_of(columns))
