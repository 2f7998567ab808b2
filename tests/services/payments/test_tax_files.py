"""Templates of tax forms: columns by their names, a hundred rows a file, nothing becomes a formula."""

import csv
import io
from dataclasses import replace

import pytest

from royalties.domain.payments.tax_columns import known_columns
from royalties.domain.payments.tax_year import TaxForm, YearFigures
from royalties.ingest.payments.tax_template import FaultyTemplateError, template_of
from royalties.services.payments import tax_files, tax_years
from royalties.services.payments.tax_years import TaxYear
from tests.builders.books import Office, after
from tests.services.payments.test_races import sent


@pytest.mark.parametrize(
    ("heading", "ours"),
    [
        ("Box 2 - Royalties", "gross"),
        ("BOX 2", "gross"),
        ("2. Royalties*", "gross"),
        ("Royalties (required)", "gross"),
        ("Box 9 - Royalties", "gross"),
        ("Box 2 - Rents", None),
        ("Box 4 Federal income tax withheld", "tax"),
        ("recipient_taxpayer_id_number", "number"),
        ("Recipient City/Town", "city"),
        ("2nd TIN Notice", None),
    ],
)
def test_column_is_known_by_its_name_and_else_by_its_box(heading: str, ours: str | None) -> None:
    assert known_columns(TaxForm.MISC, [heading]).get(0) == ours


def test_columns_of_1042_s_are_its_own() -> None:
    headings = ["Box 1 - Income code", "Box 2 Gross income", "3b Tax rate", "Box 7a", "Royalties"]
    assert known_columns(TaxForm.FOREIGN, headings) == {
        0: "income code",
        1: "gross",
        2: "rate",
        3: "tax",
    }


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the template is empty"),
        (b"PK\x00\x03", "no CSV file"),
        (b'a,"b\n', "quotation marks"),
        (b"a,,b\n", "a heading is missing"),
        (b"a,A\n", "column A has the same heading"),
        (b"x," * 600 + b"y\n", "more than 500 columns"),
        (b"a" * 1_000_001, "larger than 1 MB"),
    ],
)
def test_template_that_cannot_be_filled_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(FaultyTemplateError, match=words) as error:
        template_of(content)
    assert all(each.remedy for each in error.value.problems)


@after(sent)
def test_a_file_has_a_hundred_rows_and_no_formula(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with office.work(read_only=True) as work:
        found = tax_years.tax_year(work, 2026)
        one = next(each for each in found.figures if each.gross > 1000 and each.currency == "USD")
        payee = replace(one.payee, name="=HYPERLINK(1)", country="US", form=TaxForm.MISC)
        many = TaxYear(2026, (YearFigures(payee, "USD", one.payments),) * 201, {})
        monkeypatch.setattr(tax_files, "tax_year", lambda *_: many)
        template = "\ufeffRecipient Name;Box 2\n".encode()
        made = tax_files.filled_forms(work, 2026, TaxForm.MISC, template, "out.csv")
    assert [name for name, _ in made.files] == ["out.csv", "out-2.csv", "out-3.csv"]
    assert made.rows == 201
    sizes = []
    for _, data in made.files:
        assert data.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
        assert rows[0] == ["Recipient Name", "Box 2"]
        assert {row[0] for row in rows[1:]} == {"'=HYPERLINK(1)"}
        sizes.append(len(rows) - 1)
    assert sizes == [100, 100, 1]
