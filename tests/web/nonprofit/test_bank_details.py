"""A nonprofit enters where it is paid, and takes back what it did not enter."""

from royalties.domain.people import Role
from tests.builders.books import after, opened
from tests.builders.site import Site

PAGE = "/nonprofit/seattle/bank-details"
FORM = {"kind": "iban", "holder": "Seattle Fund", "iban": "DE89 3704 0044 0532 0130 00"}

pytestmark = after(opened)


def test_nonprofit_enters_details_that_the_publisher_confirms(site: Site) -> None:
    sam = site.visitor(Role.NONPROFIT, "Sam", beneficiaries=("seattle",))
    page = sam.page(PAGE)
    assert "None yet." in page
    assert 'aria-current="true">U.S. account' in page
    assert 'name="source"' not in page
    assert 'name="iban"' in sam.page(f"{PAGE}?kind=iban")
    wrong = sam.post(PAGE, {**FORM, "iban": "DE89"})
    assert (wrong.status_code, "22 characters" in wrong.text) == (422, True)
    assert sam.post(PAGE, FORM).status_code == 303
    page = sam.page(PAGE)
    assert "IBAN DE •••• 3000" in page
    assert "Being checked" in page
    assert "0532" not in page
    mona = site.visitor(Role.MANAGER, "Mona")
    asked = {"verified": "called Jo at the number of the contract"}
    path = "/finance/beneficiaries/seattle/bank-details/1"
    assert mona.post(f"{path}/confirm", asked).status_code == 303
    page = sam.page(PAGE)
    assert "Paid to" in page
    assert "called Jo" not in page, "how it was made sure is not told"
    again = sam.post(PAGE, FORM)
    assert (again.status_code, "in force already" in again.text) == (422, True)


def test_nonprofit_takes_back_what_the_staff_entered(site: Site) -> None:
    cleo = site.visitor(Role.CLERK, "Cleo")
    sam = site.visitor(Role.NONPROFIT, "Sam", beneficiaries=("seattle",))
    staffs = {**FORM, "source": "letter of 3 May"}
    staff_page = "/finance/beneficiaries/seattle/bank-details"
    assert cleo.post(staff_page, staffs).status_code == 303
    assert "letter of 3 May" not in sam.page(PAGE)
    assert sam.post(f"{PAGE}/1/withdraw").status_code == 303
    assert "took back" in sam.page(PAGE)
    assert sam.post(f"{PAGE}/1/withdraw").status_code == 422


def test_nonprofit_finds_nothing_of_another(site: Site) -> None:
    cleo = site.visitor(Role.CLERK, "Cleo")
    hal = site.visitor(Role.NONPROFIT, "Hal", beneficiaries=("houston",))
    staffs = {**FORM, "source": "letter of 3 May"}
    cleo.post("/finance/beneficiaries/seattle/bank-details", staffs)
    assert hal.get(PAGE).status_code == 404
    assert hal.post(PAGE, FORM).status_code == 404
    for path in (PAGE, "/nonprofit/houston/bank-details"):
        assert hal.post(f"{path}/1/withdraw").status_code == 404
