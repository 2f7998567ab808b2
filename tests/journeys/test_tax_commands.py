"""royalties tax: a year's figures on the screen, for programs, as a workbook, and in a template."""

import csv

from tests.builders.books import Office, after
from tests.builders.commands import command_line, shown
from tests.services.payments.test_races import sent
from tests.services.payments.test_tax_kept import taxed

MISC = (
    "Form Type,Tax Year,Payer TIN*,Recipient TIN*,Recipient Name (required),"
    "Recipient Address Line 1,Box 1 - Rents,Box 2 - Royalties,Box 4. Federal income tax withheld\n"
)


@after(sent)
def test_a_year_is_shown_and_written(office: Office) -> None:
    run = command_line(office)
    _, gross, tax = taxed(office)
    said = run("tax", "2026").stdout
    assert "1099-MISC" in said
    assert f"{gross / 100:,.2f}".replace(",", "") in said
    document = shown(run("tax", "2026", "--json"))
    (mine,) = (each for each in document["payees"] if float(each["tax"]))
    assert (mine["box_2"], mine["box_4"]) == (f"{gross / 100:.2f}", f"{tax / 100:.2f}")
    assert "No payment was sent in 2024" in run("tax", "2024").stdout
    book = office.outside / "tax.xlsx"
    assert "payment by payment" in run("tax", "2026", "--out", book).stdout
    assert book.read_bytes().startswith(b"PK")
    assert "is there already" in run("tax", "2026", "--out", book, code=1).stderr
    assert "name it .xlsx" in run("tax", "2026", "--out", office.outside / "tax.pdf", code=1).stderr


@after(sent)
def test_the_filers_template_is_filled_or_refused_as_a_whole(office: Office) -> None:
    run = command_line(office)
    _, gross, tax = taxed(office)
    template, out = office.outside / "header.csv", office.outside / "out.csv"
    template.write_text(MISC)
    fill = ("tax", "2026", "--form", "1099-misc", "--template", template, "--csv", out)
    said = run(*fill).stdout
    assert "Not filled, for the books do not know it: Payer TIN*; Box 1 - Rents" in said
    assert "Must not be empty: Recipient TIN*" in said
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert list(rows[0]) == MISC.strip().split(",")
    sums = {row["Recipient Name (required)"]: row for row in rows}
    (mine,) = (row for row in rows if row["Box 4. Federal income tax withheld"] != "0.00")
    assert mine["Box 2 - Royalties"] == f"{gross / 100:.2f}"
    assert mine["Box 4. Federal income tax withheld"] == f"{tax / 100:.2f}"
    assert all(row["Form Type"] == "1099-MISC" and row["Tax Year"] == "2026" for row in rows)
    assert len(sums) == len(rows)
    assert "is there already" in run(*fill, code=1).stderr
    out.unlink()
    template.write_text("Recipient Name,Recipient name,Royalties\n")
    assert "header.csv, row 1, column B: column A has the same heading" in (
        run(*fill, code=1).stderr
    )
    template.write_text("Name,Colour\n")
    assert "no column of the template is that of the royalties" in run(*fill, code=1).stderr
    template.write_text(MISC + "x,y\n")
    assert "row 2: the template has rows already" in run(*fill, code=1).stderr
    foreign = ("tax", "2026", "--form", "1042-s", "--template", template, "--csv", out)
    template.write_text("Income code,Gross income\n")
    assert "nobody is to be reported on Form 1042-S" in run(*foreign, code=1).stderr
    assert "--template" in run("tax", "2026", "--form", "1042-s", code=2).stderr
    assert not out.exists()
