"""Loading a setup: by key, once, with its history, and never against what is closed."""

import json
from typing import Any

import pytest

from royalties.ingest.setup import SetupError
from royalties.services.books import setup_in_force
from royalties.services.terms.setup import load
from royalties.services.work import RefusedError
from royalties.store.history import revisions_in_force
from tests.builders.books import (
    ATLAS,
    EBOOK,
    HARDCOVER,
    SPRING,
    UNKNOWN,
    UNKNOWN_TOO,
    Document,
    Office,
    a_contract,
    a_row,
    a_setup,
    a_title,
    after,
    an_edition,
    closed,
    nothing,
    opened,
    spring,
)


def part(kind: str, key: str) -> Document:
    """One entry of the ordinary setup."""
    found: Document = next(entry for entry in a_setup()[kind] if entry["key"] == key)
    return found


def in_force(office: Office, kind: str, key: str) -> Document:
    with office.work(read_only=True) as work:
        return next(
            dict(each.body)
            for each in revisions_in_force(work.connection)
            if (each.kind, each.key) == (kind, key)
        )


def refuses(office: Office, setup: Document, *messages: str) -> None:
    """The setup is refused with these faults, and nothing of it is kept."""
    before = office.hashes()
    with pytest.raises(SetupError) as refused:
        office.load(setup)
    for message in messages:
        assert message in str(refused.value)
    assert office.hashes() == before


@after(closed)
def test_faults_of_every_kind_are_reported_together(office: Office) -> None:
    """Malformed values, unknown references, and conflicts with closed periods."""
    contract, plan = part("contracts", "foot-2015"), part("plans", "halves")
    steps = [{"remainder": True, "to": [{"beneficiary": "nobody"}]}]
    refuses(
        office,
        {
            "titles": [{**part("titles", "atlas"), "editions": []}],
            "contracts": [{**contract, "currency": "GBP"}],
            "beneficiaries": [{"key": "new", "name": "New", "country": "Narnia"}],
            "plans": [{**plan, "versions": [{"from": "2010-01-01", "steps": steps}]}],
            "income": [{"contract": "foot-2015", "period": "2025", "right": "film", "amount": "1"}],
        },
        "setup.json: 6 faults",
        f"titles[0].editions: edition {ATLAS} stands in the books",
        "contracts[0].currency: is USD in closed runs",
        "beneficiaries[0].country",
        'plans[0].versions[0].steps[0].to[0].beneficiary: unknown beneficiary "nobody"',
        "income[0].period: ",
        "income[0].right: unknown right",
    )


@after(nothing)
def test_first_setup_without_publisher_reports_other_faults_too(office: Office) -> None:
    setup = a_setup()
    del setup["publisher"]
    setup["contracts"][0]["plan"] = "nowhere"
    setup["beneficiaries"][0]["name"] = 7
    refuses(
        office,
        setup,
        "publisher: is missing",
        "contracts[0].plan: unknown plan",
        "beneficiaries[0].name",
    )


@after(opened)
def test_uncommitted_setup_is_visible_to_its_own_work_only(office: Office) -> None:
    """A cached setup is used by writing work, but never contains its uncommitted changes."""
    new = a_title("new", an_edition("9781442200074"))

    def known(*, read_only: bool) -> bool:
        with office.work(read_only=read_only) as work:
            return "new" in setup_in_force(work).titles

    assert not known(read_only=True)
    path = office.write("new.json", {"titles": [new]})

    def give_up() -> None:
        with office.work() as work:
            assert "new" not in setup_in_force(work).titles
            load(work, path, "new.json")
            assert "new" in setup_in_force(work).titles
            raise RefusedError

    with pytest.raises(RefusedError):
        give_up()
    assert [known(read_only=each) for each in (False, True)] == [False, False]
    office.load({"titles": [new]})
    assert [known(read_only=each) for each in (False, True)] == [True, True]


@after(nothing)
def test_loading_a_setup_again_changes_nothing(office: Office) -> None:
    first = office.load(a_setup())
    assert first.added == {
        "publisher": 1,
        "titles": 3,
        "retailers": 3,
        "contracts": 2,
        "beneficiaries": 5,
        "plans": 2,
        "exchange_rates": 6,
        "income": 1,
    }
    once = office.hashes()
    again = office.load(a_setup(), "again.json")
    assert not again.changed
    assert again.unchanged == first.added
    assert office.hashes() == once


@after(nothing)
def test_order_of_keys_in_a_setup_file_is_irrelevant(office: Office) -> None:
    office.load(a_setup())
    once = office.hashes()
    turned: Document = json.loads(json.dumps(a_setup(), sort_keys=True))
    assert not office.load(turned).changed
    assert office.hashes() == once


@after(spring)
def test_an_entry_is_replaced_as_a_whole_and_keeps_its_history(office: Office) -> None:
    before = office.run("2025-H1")
    plain = a_contract("foot-2015", ["collab"], subsidiary_rights={"translation": "0.5"})
    loaded = office.load({"contracts": [plain]})
    assert (loaded.added, loaded.amended) == ({}, {"contracts": 1})
    bodies = office.rows(
        "SELECT body, recorded_by FROM revision WHERE kind = 'contracts' AND key = 'foot-2015' "
        "ORDER BY id"
    )
    assert [json.loads(body).get("reserve") is not None for body, _ in bodies] == [True, False]
    assert {by for _, by in bodies} == {"tess"}
    after_ = office.run("2025-H1")
    assert before["contracts"][0]["withheld"] != "0.00" == after_["contracts"][0]["withheld"]
    assert before["contracts"][1] == after_["contracts"][1], "what the file lacks stays"


@after(closed)
def test_a_rule_change_leaves_closed_periods_as_they_were(office: Office) -> None:
    before = office.run("2025-H1")
    explained = office.explain("2025-H1-004", "foot-2015/1").document()
    office.load(
        {
            "contracts": [
                a_contract(
                    "foot-2015",
                    ["collab"],
                    subsidiary_rights={"translation": "0.5"},
                    advances=part("contracts", "foot-2015")["advances"],
                )
            ],
            "plans": [{"key": "cities", "versions": [_everything_to("spokane")]}],
            "titles": [{**part("titles", "collab"), "title": "Renamed"}],
        }
    )
    assert office.run("2025-H1") == before
    assert office.explain("2025-H1-004", "foot-2015/1").document() == explained
    assert office.faults() == {}


def _everything_to(name: str) -> Document:
    step = {"remainder": True, "to": [{"beneficiary": name}]}
    return {"from": "2015-01-01", "steps": [step]}


@after(opened)
def test_prices_and_identifiers_are_those_of_the_newest_entry(office: Office) -> None:
    office.load(
        {
            "titles": [
                a_title(
                    "collab",
                    an_edition(prices=[{"currency": "USD", "amount": "1.5", "from": "2020-01-01"}]),
                    an_edition(EBOOK, "ebook", prices=[], identifiers={"bn": "bn-7"}),
                )
            ]
        }
    )
    assert office.rows(
        "SELECT p.currency, starts, micro FROM price p JOIN edition ON id = edition_id "
        "WHERE isbn = :isbn",
        isbn=HARDCOVER,
    ) == [("USD", "2020-01-01", 1_500_000)]
    assert office.rows("SELECT value, kind FROM identifier") == [("BN-7", "bn")]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"contracts": [a_contract("new", ["nowhere"])]},
            'contracts[0].titles[0]: unknown title "',
        ),
        ({"contracts": [a_contract("new", ["collab"], plan="none")]}, "contracts[0].plan: unknown"),
        ({"titles": [a_title("new", an_edition("9781442200013"))]}, "titles[0].editions[0].isbn"),
        ({"titles": [a_title("new", an_edition(HARDCOVER))]}, "already edition"),
        ({"titels": []}, "titels"),
        ({"titles": [a_title("collab", an_edition())]}, f"edition {EBOOK} stands in the books"),
        ({"titles": [a_title("atlas")]}, f"edition {ATLAS} stands in the books"),
    ],
)
@after(opened)
def test_setup_with_faults_is_refused_naming_them(
    office: Office, change: Document, message: str
) -> None:
    good = {"retailers": [{"key": "new", "name": "New", "channel": "direct"}]}
    refuses(office, {**good, **change}, message)


@after(opened)
def test_a_title_need_not_have_editions_yet(office: Office) -> None:
    assert office.load({"titles": [{"key": "planned", "title": "Planned"}]}).changed


@after(opened)
def test_all_faults_are_named_at_once(office: Office) -> None:
    refuses(
        office,
        {
            "titles": [a_title("collab", an_edition())],
            "contracts": [a_contract("new", ["nowhere"])],
            "exchange_rates": [{"period": "2025", "from": "GBP", "to": "USD", "rate": "1"}],
        },
        "titles[0].editions",
        "contracts[0].titles[0]",
        "exchange_rates[0].period",
    )


@after(closed)
def test_rates_and_income_of_a_closed_period_cannot_change(office: Office) -> None:
    rate = {"period": "2025-H1", "from": "GBP", "to": "USD", "rate": "1.3"}
    income = {
        "period": "2025-H1",
        "contract": "foot-2015",
        "right": "translation",
        "amount": "5.00",
        "note": "Danish",
    }
    closed_ = "2025-H1 is closed and keeps what it used"
    refuses(office, {"exchange_rates": [rate]}, f"exchange_rates[0]: {closed_}")
    refuses(office, {"income": [income]}, f"income[0]: {closed_}")
    office.load({"exchange_rates": [{**rate, "rate": "1.2712"}]})
    office.load({"exchange_rates": [{**rate, "period": "2025-H2"}]})
    office.load({"income": [{**income, "period": "2025-H2"}]})
    lines = office.run("2025-H2")["contracts"][0]["lines"]
    assert [line["earned"] for line in lines if line["kind"] == "income"] == ["3.75"]


@after(closed)
def test_price_used_by_a_closed_run_cannot_change(office: Office) -> None:
    """The reported price was blank for five copies of May: 85 dollars stood in."""
    collab = part("titles", "collab")
    prices = collab["editions"][0]["prices"]

    def with_prices(*new: Document) -> Document:
        hardcover = {**collab["editions"][0], "prices": list(new)}
        return {"titles": [{**collab, "editions": [hardcover, collab["editions"][1]]}]}

    for changed in (
        [prices[0]],
        [prices[0], {**prices[1], "amount": "90.00"}],
        [*prices, {"currency": "USD", "amount": "90.00", "from": "2025-05-02"}],
    ):
        refuses(office, with_prices(*changed), "closed runs used the USD price")
    office.load(with_prices(*prices, {"currency": "USD", "amount": "9", "from": "2025-07-01"}))
    assert office.faults() == {}


@pytest.mark.parametrize("name", ["currency", "calendar", "first_period"])
@after(spring)
def test_currency_calendar_and_first_period_cannot_change(office: Office, name: str) -> None:
    other: dict[str, Any] = {
        "currency": {"currency": "GBP"},
        "calendar": {"calendar": "yearly", "first_period": "2025"},
        "first_period": {"first_period": "2025-H2"},
    }[name]
    publisher = {**a_setup()["publisher"], **other}
    refuses(office, {"publisher": publisher}, f"publisher.{name}: is ")
    office.load({"publisher": {**a_setup()["publisher"], "name": "Another Name"}})


@after(opened)
def test_books_that_recorded_nothing_may_still_change_their_first_period(office: Office) -> None:
    office.bring([{**a_row(), "units": "x"}])
    office.undo(office.bring_batch([a_row()]))
    publisher = {**a_setup()["publisher"], "first_period": "2024-H2"}
    assert office.load({"publisher": publisher}).changed


@after(closed)
def test_a_contract_with_closed_runs_keeps_its_currency(office: Office) -> None:
    """Its balance, reserves and advances are amounts of that currency."""
    contract = {**part("contracts", "hand-2020"), "currency": "USD"}
    refuses(office, {"contracts": [contract]}, "contracts[0].currency")


# Waiting rows


WAITING = [a_row(10), a_row(4, isbn=UNKNOWN, discount="0.25"), a_row(-1, isbn=UNKNOWN)]


@after(opened)
def test_waiting_rows_are_recorded_once_their_edition_is_loaded(office: Office) -> None:
    batch = office.bring_batch(WAITING)
    loaded = office.load({"titles": [a_title("new", an_edition(UNKNOWN))]})
    assert loaded.released.rows == {UNKNOWN: 2}
    assert office.rows("SELECT count(*) FROM waiting") == [(0,)]
    assert office.rows(
        "SELECT units, net, batch_id FROM sale JOIN edition e ON e.id = edition_id "
        "WHERE isbn = :isbn ORDER BY units DESC",
        isbn=UNKNOWN,
    ) == [(4, 240_000_000, batch), (-1, -40_000_000, batch)]
    assert office.faults() == {}


@after(opened)
def test_receipts_of_waiting_rows_follow_from_the_price_of_their_day(office: Office) -> None:
    office.bring_batch(
        [
            a_row(2, isbn=UNKNOWN, list_price=None, discount="0.25"),
            a_row(3, isbn=UNKNOWN, list_price=None, discount="0.333333", date="2025-04-01"),
            a_row(5, isbn=UNKNOWN, list_price=None, discount="0.5", currency="GBP"),
        ]
    )
    loaded = office.load({"titles": [a_title("new", an_edition(UNKNOWN))]})
    assert loaded.released.rows == {UNKNOWN: 2}
    assert loaded.released.without_price == {UNKNOWN: 1}
    assert office.rows("SELECT units, net, list_price FROM sale ORDER BY units") == [
        (2, 2 * 80_000_000 * 75 // 100, None),
        (3, 3 * 85 * (1_000_000 - 333_333), None),
    ]
    pounds = {"currency": "GBP", "amount": "10.00", "from": "2020-01-01"}
    edition = an_edition(UNKNOWN)
    edition["prices"].append(pounds)
    again = office.load({"titles": [a_title("new", edition)]})
    assert again.released.rows == {UNKNOWN: 1}
    assert office.rows("SELECT net FROM sale WHERE currency = 'GBP'") == [(25_000_000,)]
    assert office.faults() == {}


@after(opened)
def test_waiting_rows_of_a_closed_period_count_in_the_open_one(office: Office) -> None:
    office.bring_batch([*SPRING, a_row(4, isbn=UNKNOWN)])
    assert office.close("2025-H1").waiting == 1
    office.load(
        {
            "titles": [a_title("new", an_edition(UNKNOWN))],
            "contracts": [a_contract("new", ["new"])],
        }
    )
    document = office.run("2025-H2")
    assert [line["units"] for each in document["contracts"] for line in each["lines"]] == [4]
    assert office.faults() == {}


@after(opened)
def test_alias_identifies_its_edition_in_later_imports(office: Office) -> None:
    office.bring_batch([a_row(4, isbn=UNKNOWN, discount="0.25")])
    released = office.alias("978-1-4422-0005-0", HARDCOVER)
    assert released.rows == {UNKNOWN: 1}
    office.bring_batch([a_row(6, isbn=UNKNOWN)])
    assert office.rows(
        "SELECT sum(units) FROM sale JOIN edition e ON e.id = edition_id WHERE isbn = :isbn",
        isbn=HARDCOVER,
    ) == [(10,)]
    assert office.faults() == {}


@after(opened)
@pytest.mark.parametrize("identifier", ["", "  ", "X" * 101, "B0\x07", "B0\x00"])
def test_invalid_alias_is_refused(office: Office, identifier: str) -> None:
    with pytest.raises(RefusedError, match="an identifier has 1 to 100"):
        office.alias(identifier, HARDCOVER)


@after(opened)
@pytest.mark.parametrize("identifier", ["n/a", "9.78E+12", "---", "9781442200012/9781442200029"])
def test_alias_that_could_name_any_book_is_refused(office: Office, identifier: str) -> None:
    with pytest.raises(RefusedError, match="can never stand for one edition"):
        office.alias(identifier, HARDCOVER)


@after(opened)
@pytest.mark.parametrize(
    "written", ["HB-LANT-01", "hb lant 01", "HB\u2011LANT\u201101", "HBLANT01"]
)
def test_alias_matches_in_every_spelling(office: Office, written: str) -> None:
    office.bring_batch([a_row(4, isbn="HB-LANT-01", discount="0.25")])
    released = office.alias(written, HARDCOVER)
    assert released.rows == {"HB-LANT-01": 1}
    for row, spelt in enumerate(("HB-LANT-01", "hb lant-01", "HBLANT01"), 1):
        office.bring_batch([a_row(row, isbn=spelt)])
    assert office.rows("SELECT count(*) FROM waiting") == [(0,)]
    assert office.rows("SELECT sum(units) FROM sale") == [(10,)]
    with pytest.raises(RefusedError, match="stands for another edition"):
        office.alias("hb-lant 01", EBOOK)
    assert office.faults() == {}


@after(opened)
@pytest.mark.parametrize("written", ["SKU: HB-LANT-01", "sku:hb lant 01"])
def test_an_alias_may_be_given_with_its_label(office: Office, written: str) -> None:
    office.bring_batch([a_row(4, isbn="HB-LANT-01", discount="0.25")])
    assert office.alias(written, HARDCOVER).rows == {"HB-LANT-01": 1}
    office.bring_batch([a_row(1, isbn="SKU: HBLANT01")])
    assert office.rows("SELECT sum(units) FROM sale") == [(5,)]
    assert office.faults() == {}


@after(opened)
def test_an_identifier_of_the_setup_records_what_waits_in_any_spelling(office: Office) -> None:
    office.bring_batch([a_row(4, isbn="hb lant 01", discount="0.25")])
    collab = part("titles", "collab")
    hardcover = {**collab["editions"][0], "identifiers": {"sku": "HB-LANT-01"}}
    office.load({"titles": [{**collab, "editions": [hardcover, *collab["editions"][1:]]}]})
    assert office.rows("SELECT sum(units) FROM sale") == [(4,)]
    second = an_edition(UNKNOWN, identifiers={"sku": "HBLANT01"})
    refuses(office, {"titles": [a_title("new", second)]}, "titles[0].editions[0].identifiers.sku")


@after(opened)
def test_alias_of_an_edition_to_its_own_isbn_changes_nothing(office: Office) -> None:
    before = office.hashes()
    assert office.alias("1-4422-0001-4", HARDCOVER).rows == {}
    assert office.alias(HARDCOVER, HARDCOVER).rows == {}
    assert office.hashes() == before


@after(opened)
def test_alias_may_be_added_to_the_setup_later(office: Office) -> None:
    office.alias("B0OTHER", EBOOK)
    collab = part("titles", "collab")
    ebook = {**collab["editions"][1], "identifiers": {"asin": "B0OTHER"}}
    assert office.load({"titles": [{**collab, "editions": [collab["editions"][0], ebook]}]}).changed


@after(opened)
def test_an_alias_of_one_edition_is_not_taken_by_another(office: Office) -> None:
    office.alias("B0OTHER", EBOOK)
    new = an_edition(UNKNOWN, identifiers={"asin": "b0other"})
    refuses(office, {"titles": [a_title("new", new)]}, "titles[0].editions[0].identifiers.asin")


@after(opened)
def test_edition_with_an_isbn_that_is_an_alias_of_another_is_refused(office: Office) -> None:
    """Else its sales would be recorded for the other one, without a word."""
    office.alias(UNKNOWN, EBOOK)
    refuses(office, {"titles": [a_title("new", an_edition(UNKNOWN))]}, "titles[0].editions[0].isbn")


@after(opened)
def test_repeated_alias_of_the_same_edition_is_accepted(office: Office) -> None:
    edition = an_edition(UNKNOWN_TOO, identifiers={"asin": "b0x1", "bn": "B0X1"})
    try:
        office.load({"titles": [a_title("new", edition)]})
    except SetupError as refused:
        assert "identifiers" in str(refused)
