"""Names, titles and subjects are refused where they are typed if a mail could not hold them."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from royalties.domain.people import ANONYMOUS, Role
from royalties.ingest.setup import SetupError
from royalties.services.orders.intake import requests
from royalties.services.orders.quoting import quotes
from royalties.services.people import colleagues, names, staff
from royalties.services.terms.contacts import Contact, save_contact
from royalties.services.work import RefusedError, Work
from tests.builders.books import Office, a_setup, after
from tests.builders.orders import (
    QUOTED,
    REQUESTED,
    SCHOOL,
    an_organization,
    orders_underway,
    person_called,
)

pytestmark = [after(orders_underway), pytest.mark.engines("either")]

HOSTILE = {
    "encoded": ("=?utf-8?q?=0d=0aReply-To:eve@evil.example?= Ada", r"=\?utf-8\?q\?"),
    "line feed": ("Ada\r\nReply-To: eve@evil.example", r"U\+000D"),
    "separator": ("Ada\u2028Reply-To: eve@evil.example", r"U\+2028"),
    "control": ("Ada\x9bLovelace", r"U\+009B"),
}

Typed = Callable[[Work, str], object]


def ask(work: Work, **typed: object) -> None:
    requests.checked(work, replace(REQUESTED, **typed))  # type: ignore[arg-type]


TYPED: dict[str, Typed] = {
    "invited": lambda work, text: staff.invite(work, "ada@example.org", text, Role.CLERK),
    "account": names.fit_name,
    "organization": lambda work, text: ask(work, organization=text),
    "contact": lambda work, text: ask(work, contact_name=text),
    "audience": lambda work, text: ask(work, audience=text),
    "addressee": lambda work, text: ask(work, ship_to=(replace(SCHOOL, name=text),)),
    "street": lambda work, text: ask(work, ship_to=(replace(SCHOOL, lines=(text,)),)),
    "city": lambda work, text: ask(work, ship_to=(replace(SCHOOL, city=text),)),
}


@pytest.mark.thorough("hostile values", but_one_in=3)
@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("door", TYPED)
def test_name_with_control_characters_is_refused(office: Office, door: str, text: str) -> None:
    typed, told = HOSTILE[text]
    with office.work() as work, pytest.raises(RefusedError, match=f"{told}.*take it out"):
        TYPED[door](work, typed)


@pytest.mark.parametrize("text", HOSTILE)
def test_customer_names_with_control_characters_are_refused(office: Office, text: str) -> None:
    olga = person_called(office, "Olga")
    with office.system.work(olga) as work:
        for name, po_number in ((HOSTILE[text][0], ""), ("Olga", HOSTILE[text][0])):
            with pytest.raises(RefusedError, match="take it out"):
                quotes.accept_quote(work, QUOTED, name=name, po_number=po_number)
        with pytest.raises(RefusedError, match="take it out"):
            colleagues.invite_colleague(work, "guild", "new@example.org", HOSTILE[text][0])


@pytest.mark.thorough("hostile values", but_one_in=3)
@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("part", ["publisher", "titles", "organizations", "beneficiaries"])
def test_setup_file_with_a_bad_line_names_the_fault(office: Office, part: str, text: str) -> None:
    setup = a_setup()
    setup["organizations"] = [an_organization("guild")]
    entry = setup[part] if part == "publisher" else setup[part][0]
    entry["title" if part == "titles" else "name"] = HOSTILE[text][0]
    with pytest.raises(SetupError) as refused:
        office.load(setup, "hostile.json")
    [fault] = refused.value.faults
    assert "take it out" in fault.message


def test_stranger_can_order_with_an_international_address(office: Office) -> None:
    typed = replace(REQUESTED, contact_email="Olga@Bücher.example")
    with office.system.work(ANONYMOUS) as work:
        requests.ask_for(work, typed, "192.0.2.1")
    assert office.rows("SELECT recipient FROM mail WHERE kind = 'order-request'") == [
        ("olga@xn--bcher-kva.example",)
    ]


def test_addresses_of_setup_invitations_and_contacts_have_one_form(office: Office) -> None:
    setup = {"organizations": [an_organization("guild", email="Info@Bücher.example")]}
    office.load(setup, "guild.json")
    with office.work() as work:
        staff.invite(work, "Ada@BÜCHER.example", "Ada", Role.CLERK)
        save_contact(work, "seattle", Contact(email="Desk@Bücher.example"))
    kept = [row[0] for row in office.rows("SELECT email FROM person WHERE name = 'Ada'")]
    assert kept == ["ada@xn--bcher-kva.example"]
    bodies = " ".join(str(row[0]) for row in office.rows("SELECT body FROM revision"))
    assert "info@xn--bcher-kva.example" in bodies
    assert "desk@xn--bcher-kva.example" in bodies
    with pytest.raises(SetupError):
        office.load({"organizations": [an_organization("guild", email="a@b@c.org")]}, "bad.json")
