"""The staff's page of a payee's bank details: entered by one, confirmed by another, seen by few."""

from royalties.domain.people import Role
from tests.builders.books import after, opened
from tests.builders.site import Site, Visitor

PAGE = "/finance/beneficiaries/seattle/bank-details"
FORM = {
    "kind": "us",
    "holder": "Seattle Fund",
    "routing": "021000021",
    "number": "5550009012",
    "again": "5550009012",
    "type": "checking",
    "source": "letter of 3 May",
}
ASKED = {"verified": "called Jo at the number of the contract"}

pytestmark = after(opened)


def entered(visitor: Visitor, **other: str) -> int:
    return visitor.post(PAGE, {**FORM, **other}).status_code


def test_second_person_confirms_what_the_first_entered(site: Site) -> None:
    cleo, mona = site.visitor(Role.CLERK, "Cleo"), site.visitor(Role.MANAGER, "Mona")
    assert "None. Until some are confirmed" in cleo.page(PAGE)
    assert entered(cleo) == 303
    page = cleo.page(PAGE)
    assert "Checking account •••• 012" in page
    assert "A manager confirms or declines them." in page
    assert FORM["number"] not in page
    assert cleo.post(f"{PAGE}/1/confirm", ASKED).status_code == 403
    assert "Ask Seattle Readers whether this is their account" in mona.page(PAGE)
    vague = mona.post(f"{PAGE}/1/confirm", {"verified": "ok"})
    assert (vague.status_code, "whom you asked" in vague.text) == (422, True)
    assert mona.post(f"{PAGE}/1/confirm", ASKED).status_code == 303
    page = mona.page(PAGE)
    assert "Payments wait: new bank details are used 3 days" in page
    assert ASKED["verified"] in page


def test_manager_does_not_confirm_their_own_entry(site: Site) -> None:
    mona, max_ = site.visitor(Role.MANAGER, "Mona"), site.visitor(Role.MANAGER, "Max")
    assert entered(mona) == 303
    assert "You entered these" in mona.page(PAGE)
    answer = mona.post(f"{PAGE}/1/confirm", ASKED)
    assert (answer.status_code, "another manager" in answer.text) == (422, True)
    declined = {"declined": "Jo knows nothing of it"}
    assert max_.post(f"{PAGE}/1/decline", {"declined": " "}).status_code == 422
    assert max_.post(f"{PAGE}/1/decline", declined).status_code == 303
    assert "Jo knows nothing of it" in mona.page(PAGE)


def test_wrong_account_is_told_at_its_field_and_typed_text_stays(site: Site) -> None:
    cleo = site.visitor(Role.CLERK, "Cleo")
    for other, told in (
        ({"routing": "021000022"}, "a routing number has nine digits"),
        ({"again": "5550009013"}, "type both again"),
        ({"holder": ""}, "in whose name"),
        ({"source": ""}, "from which paper"),
    ):
        answer = cleo.post(PAGE, {**FORM, **other})
        assert answer.status_code == 422
        assert told in answer.text.lower(), other
        assert 'value="021000021"' in answer.text or "routing" in other
    answer = cleo.post(PAGE, {**FORM, "kind": "iban", "iban": "DE89370400440532013001"})
    assert (answer.status_code, "check digits do not fit" in answer.text) == (422, True)
    assert "Being" not in cleo.page(PAGE)


def test_clear_view_takes_manager_and_reason_and_shows_once(site: Site) -> None:
    cleo, mona = site.visitor(Role.CLERK, "Cleo"), site.visitor(Role.MANAGER, "Mona")
    entered(cleo)
    mona.post(f"{PAGE}/1/confirm", ASKED)
    assert cleo.post(f"{PAGE}/1/reveal", {"needed_for": "a wire"}).status_code == 403
    assert mona.post(f"{PAGE}/1/reveal", {"needed_for": ""}).status_code == 422
    shown = mona.post(f"{PAGE}/1/reveal", {"needed_for": "a wire of June"})
    assert (shown.status_code, FORM["number"] in shown.text) == (200, True)
    page = mona.page(PAGE)
    assert FORM["number"] not in page
    assert "a wire of June" in page
    assert cleo.post(f"{PAGE}/1/end", {"ended": "the branch closed"}).status_code == 303
    assert "None. Until some are confirmed" in cleo.page(PAGE)


def test_same_account_of_two_payees_is_pointed_out(site: Site) -> None:
    cleo, mona = site.visitor(Role.CLERK, "Cleo"), site.visitor(Role.MANAGER, "Mona")
    entered(cleo)
    houston = "/finance/beneficiaries/houston/bank-details"
    assert cleo.post(houston, FORM).status_code == 303
    assert "Seattle Readers has, or had, the same account" in mona.page(houston)
    assert "2" in mona.page("/finance/")


def test_account_under_another_payees_address_is_not_there(site: Site) -> None:
    cleo, mona = site.visitor(Role.CLERK, "Cleo"), site.visitor(Role.MANAGER, "Mona")
    entered(cleo)
    for step in ("confirm", "decline", "withdraw", "end", "reveal"):
        path = f"/finance/beneficiaries/houston/bank-details/1/{step}"
        assert mona.post(path, ASKED).status_code == 404
