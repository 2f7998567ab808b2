"""The page of a year's tax figures, and the filer's template filled in on it."""

import io
from zipfile import ZipFile

from royalties.domain.people import Role
from tests.builders.books import after
from tests.builders.site import Site
from tests.services.payments.test_races import sent
from tests.services.payments.test_tax_kept import taxed


@after(sent)
def test_page_shows_the_year_and_fills_a_template(site: Site) -> None:
    cleo = site.visitor(Role.CLERK, "Cleo")
    assert "/finance/payments/tax/2026" in cleo.page("/finance/payments/")
    page = cleo.page("/finance/payments/tax/2026")
    _, gross, _ = taxed(site.office)
    assert f"{gross / 100:,.2f}" in page
    assert "to be reported" in page
    assert "No payment was sent in 2024" in cleo.page("/finance/payments/tax/2024")
    assert cleo.get("/finance/payments/tax/1").status_code == 404
    assert cleo.get("/finance/payments/tax/2026.xlsx").data.startswith(b"PK")
    before = site.office.hashes("session")

    def fill(template: bytes, form: str = "1099-MISC"):  # type: ignore[no-untyped-def]  # noqa: ANN202
        fields = {"kind": form, "file": (io.BytesIO(template), "header.csv")}
        return cleo.post("/finance/payments/tax/2026/fill", fields)

    made = fill(b"Recipient Name,Box 2,Recipient TIN\n")
    assert made.status_code == 200, made.text
    with ZipFile(io.BytesIO(made.data)) as archive:
        assert archive.namelist() == ["1099-misc-2026.csv", "what is left.txt"]
        assert f"{gross / 100:.2f}".encode() in archive.read("1099-misc-2026.csv")
        assert b"Must not be empty: Recipient TIN" in archive.read("what is left.txt")
    wrong = fill(b"Recipient Name,Recipient name\n")
    assert (wrong.status_code, "column B" in wrong.text) == (422, True)
    assert fill(b"Gross income\n", "1042-S").status_code == 422
    assert "choose the form" in fill(b"Box 2\n", "W-2").text.casefold()
    assert site.office.hashes("session") == before
