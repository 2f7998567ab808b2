"""The pages of what came back from the bank: looked at, recorded, listed; without a script."""

import io
import re

import pytest

from royalties.domain.people import Role
from tests.builders import bank
from tests.builders.bank import Booked
from tests.builders.books import NOW, after
from tests.builders.site import Site, Visitor
from tests.services.payments.test_bank_lines import nets, states
from tests.services.payments.test_races import sent

pytestmark = after(sent)

TODAY = NOW.date()
PAGE = "/finance/payments/bank-lines/"


def fields(page: str, action: str) -> dict[str, str]:
    """What the form of a page sends to an address."""
    (form,) = re.findall(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page, re.DOTALL)
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    for name, options in re.findall(
        r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL
    ):
        chosen = re.findall(r'<option value="([^"]*)" selected', options)
        first = re.findall(r'<option value="([^"]*)"', options)
        hidden[name] = (chosen or first)[0]
    hidden.pop("csrf_token", None)
    return hidden


def look(visitor: Visitor, data: bytes, name: str = "bank.xml") -> tuple[int, str]:
    answer = visitor.post(f"{PAGE}look", {"file": (io.BytesIO(data), name)})
    return answer.status_code, answer.text


def test_a_statement_is_looked_at_and_recorded_once(site: Site) -> None:
    mona = site.visitor(Role.MANAGER, "Mona")
    net = nets(site.office)
    data = bank.camt(
        [
            Booked(TODAY, -net[3], "P-000003"),
            Booked(TODAY, net[3], "P-000003", "", "AC04"),
            Booked(TODAY, -net[2] - 1, "P-000002"),
            Booked(TODAY, -77, "", "Stamps & <b>paper</b>"),
        ]
    )
    before = site.office.hashes("attempt")
    status, page = look(mona, data)
    assert status == 200, page
    assert site.office.hashes("attempt") == before
    for words in ("arrived", "AC04, the account is closed", "ask the payee for other bank details"):
        assert words in page
    assert "ask the bank about the difference" in page
    assert "Stamps &amp; &lt;b&gt;paper" in page
    form = fields(page, f"{PAGE}record")
    done = mona.post(f"{PAGE}record", form)
    assert done.status_code == 303, done.text
    told = mona.page(str(done.location))
    assert "Recorded: 1 arrived, 1 came back, 1 to look at, 1 matching nothing." in told
    assert states(site.office)[3] == "returned"
    assert "AC04, the account is closed" in mona.page("/finance/payments/3")
    only = mona.page(f"{done.location}?outcome=nothing")
    assert "Stamps" in only
    assert "P-000002" not in only
    after_first = site.office.hashes("attempt")
    status, again = look(mona, data)
    assert (status, "already. Importing it again changes nothing" in again) == (200, True)
    twice = mona.post(f"{PAGE}record", form)
    assert twice.status_code in (303, 422)
    assert site.office.hashes("attempt", "session") | {} == {
        name: value for name, value in after_first.items() if name != "session"
    }
    main = mona.page(PAGE)
    assert "bank.xml" in main
    assert "Still open" in main
    assert site.office.faults() == {}


def test_return_in_clerks_file_waits_for_a_manager(site: Site) -> None:
    cleo, mona = site.visitor(Role.CLERK, "Cleo"), site.visitor(Role.MANAGER, "Mona")
    net = nets(site.office)
    _, page = look(cleo, bank.camt([Booked(TODAY, net[3], "P-000003", "", "AC04")]))
    assert "waits for a manager" in page
    assert cleo.post(f"{PAGE}record", fields(page, f"{PAGE}record")).status_code == 303
    assert states(site.office)[3] == "sent"
    assert f'action="{PAGE}record-open"' not in cleo.page(PAGE)
    assert cleo.post(f"{PAGE}record-open", {"seen": ""}).status_code == 422
    form = fields(mona.page(PAGE), f"{PAGE}record-open")
    assert mona.post(f"{PAGE}record-open", {"seen": "0" * 64}).status_code == 422
    assert mona.post(f"{PAGE}record-open", form).status_code == 303
    assert states(site.office)[3] == "returned"
    assert "Still open" not in mona.page(PAGE)
    assert site.office.faults() == {}


def test_table_is_read_by_what_is_said_of_its_columns(site: Site) -> None:
    mona = site.visitor(Role.MANAGER, "Mona")
    net = nets(site.office)
    data = bank.table([Booked(TODAY, -net[3], "P-000003", "SEATTLE")])
    status, page = look(mona, data, "bank.csv")
    assert (status, "Say once what its columns are" in page) == (200, True)
    form = fields(page, f"{PAGE}read")
    assert form["column_day"] == "Date"
    assert form["dates"] == "MM/DD/YYYY"
    wrong = mona.post(f"{PAGE}read", {**form, "dates": "DD.MM.YYYY"})
    assert wrong.status_code == 422
    assert "Line 2" in wrong.text
    assert "how the map writes days" in wrong.text
    missing = mona.post(f"{PAGE}read", {**form, "column_amount": ""})
    assert (missing.status_code, "Name the column of the amount" in missing.text) == (422, True)
    right = mona.post(f"{PAGE}read", form)
    assert right.status_code == 200, right.text
    done = mona.post(f"{PAGE}record", fields(right.text, f"{PAGE}record"))
    assert done.status_code == 303, done.text
    assert states(site.office)[3] == "settled"
    second = bank.table([Booked(TODAY, -5, "", "Stamps")])
    assert fields(look(mona, second, "next.csv")[1], f"{PAGE}read") == {
        **form,
        **{
            name: fields(look(mona, second, "next.csv")[1], f"{PAGE}read")[name]
            for name in ("file", "name")
        },
    }


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "the file is empty"),
        (b"\x00\x01nonsense", "this is neither camt.053"),
        (bank.camt([Booked(TODAY, -1)])[:-40], "damaged XML"),
        (b"01,1,2,261205,0600,1,80,,3/\n", "another version of BAI"),
    ],
    ids=["empty", "nonsense", "cut", "version"],
)
def test_bad_file_is_told_and_nothing_is_recorded(site: Site, data: bytes, words: str) -> None:
    mona = site.visitor(Role.MANAGER, "Mona")
    before = site.office.hashes("attempt")
    status, page = look(mona, data)
    assert status == 422
    assert "nothing was recorded" in page
    assert words in page or "neither camt.053" in page
    assert site.office.hashes("attempt") == before
    gone = mona.post(f"{PAGE}record", {"file": "0" * 64, "name": "x"})
    assert (gone.status_code, "choose it again" in gone.text) == (422, True)
