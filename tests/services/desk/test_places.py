"""Places stored as names: found, corrected in open periods, reported in closed ones."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from royalties.domain.people import Actor, NotAllowedError, Role, Verb
from royalties.services.books import setup_in_force
from royalties.services.desk import places
from royalties.services.desk.places import Stray
from royalties.services.orders.quoting import quotes
from royalties.services.work import RefusedError
from royalties.store.history import add_revisions
from tests.builders.books import UNKNOWN, Document, Office, a_row, a_setup, after, nothing, opened
from tests.builders.orders import QUOTED, orders_underway

CHANGED = ("sale", "batch_slice", "batch_slicing", "waiting", "log")
"""Tables in which something is mended."""

WASHINGTON = {"retailer": "bay", "discount": "0.4", "country": "US", "region": "WA"}
AUGUST = {"date": "2025-08-03", **WASHINGTON}


def old_books(office: Office) -> None:
    """The first half is closed, the second open; both were sold to names of places."""
    opened(office)
    office.bring_batch([a_row(4, **WASHINGTON)], "spring.csv")
    office.rewrite_sales("UPDATE sale SET region = 'Washington'")
    office.close("2025-H1")
    office.bring_batch([a_row(9, **AUGUST), a_row(3, isbn=UNKNOWN, **AUGUST)], "autumn.csv")
    office.bring_batch(
        [a_row(2, **{**AUGUST, "country": "CA", "region": "QC"}), a_row(1, **AUGUST)], "more.csv"
    )
    office.rewrite_sales(
        "UPDATE sale SET region = 'Washington' WHERE region = 'WA' AND units = 9",
        "UPDATE sale SET country = 'Canada', region = 'Québec' WHERE region = 'QC'",
        "UPDATE sale SET region = 'Neverland' WHERE units = 1",
        "UPDATE waiting SET region = 'wash.'",
    )


def found(office: Office, **choices: str) -> list[Stray]:
    with office.work(read_only=True) as work:
        return places.strays(work, choices)


def mended(office: Office, choices: Mapping[str, str] | None = None) -> list[Stray]:
    with office.work() as work:
        return places.mend(work, choices)


def told(strays: list[Stray]) -> list[tuple[str, str, str, int, bool]]:
    return [(each.where, each.place, each.becomes, each.lines, bool(each.stays)) for each in strays]


@after(old_books)
def test_sales_are_listed_with_lines_receipts_and_what_they_would_become(office: Office) -> None:
    listed = found(office)
    assert sorted(told(listed)) == [
        ("rows that wait for an edition", "US-wash.", "US-WA", 1, False),
        ("sales of 2025-H1", "US-Washington", "US-WA", 1, True),
        ("sales of 2025-H2", "Canada-Québec", "CA-QC", 1, False),
        ("sales of 2025-H2", "US-Neverland", "", 1, True),
        ("sales of 2025-H2", "US-Washington", "US-WA", 1, False),
    ]
    by_place = {(each.where, each.place): each for each in listed}
    closed = by_place["sales of 2025-H1", "US-Washington"]
    assert closed.net == {"USD": "192.00"}
    assert "correct the import" in closed.stays
    assert "--choose" in by_place["sales of 2025-H2", "US-Neverland"].stays


@after(old_books)
def test_mending_places_changes_open_sales_only(office: Office) -> None:
    before = office.hashes(*CHANGED)
    share = _seattle(office)
    done = mended(office)
    assert {(each.where, each.place) for each in done} == {
        ("sales of 2025-H2", "Canada-Québec"),
        ("sales of 2025-H2", "US-Washington"),
        ("rows that wait for an edition", "US-wash."),
    }
    assert office.hashes(*CHANGED) == before
    assert office.rows("SELECT region FROM sale WHERE units = 4") == [("Washington",)]
    assert office.rows("SELECT country, region FROM sale WHERE units = 2") == [("CA", "QC")]
    assert office.rows("SELECT region FROM waiting") == [("WA",)]
    assert _seattle(office) > share, "the step for WA counts what was sold there"
    assert office.faults() == {}
    [(action, payload)] = office.rows("SELECT action, payload FROM log ORDER BY seq DESC LIMIT 1")
    assert action == "mend"
    logged = json.loads(payload)["places"]
    assert {"kind": "sales", "where": "sales of 2025-H2", "before": "US-Washington",
            "after": "US-WA", "lines": 1} in logged  # fmt: skip
    assert mended(office) == [], "mending again changes nothing"
    mended(office, {"US-Neverland": "US-OR"})
    assert office.rows("SELECT region FROM sale WHERE units = 1") == [("OR",)]
    assert [each.where for each in found(office)] == ["sales of 2025-H1"]
    office.close("2025-H2")
    assert office.faults() == {}


def _seattle(office: Office) -> int:
    document = office.run("2025-H2")
    paid = [each for each in document["beneficiaries"] if each["key"] == "seattle"]
    return round(float(paid[0]["allocated"]) * 100) if paid else 0


@after(old_books)
def test_correction_still_mirrors_its_import_after_mending(office: Office) -> None:
    office.correct(1)
    mended(office)
    assert office.rows("SELECT region FROM sale WHERE units = -4") == [("Washington",)]
    mirrored = [each for each in found(office) if "mirrors" in each.stays]
    assert [(each.where, each.place) for each in mirrored] == [
        ("sales of 2025-H2", "US-Washington")
    ]
    assert office.faults() == {}


@after(nothing)
def test_setup_entries_get_a_new_revision_with_codes(office: Office) -> None:
    setup = a_setup()
    office.load(setup)
    plan = json.loads(json.dumps(setup["plans"][0]))
    plan["versions"][0]["steps"][1]["when"] = {"countries": ["CA"], "regions": ["Quebec", "ON"]}
    seattle = {**setup["beneficiaries"][0], "region": "Washington"}
    houston = {**setup["beneficiaries"][1], "region": "Mis"}
    _revised(office, [("plans", "cities", plan), ("beneficiaries", "seattle", seattle),
                      ("beneficiaries", "houston", houston)])  # fmt: skip
    assert sorted(told(found(office))) == [
        ("beneficiaries houston, region", "US-Mis", "", 0, True),
        ("beneficiaries seattle, region", "US-Washington", "US-WA", 0, False),
        ("plans cities, versions[0].steps[1].when.regions[0]", "CA-Quebec", "CA-QC", 0, False),
    ]
    assert len(mended(office)) == 2
    with office.work(read_only=True) as work:
        now = setup_in_force(work)
    assert now.beneficiaries["seattle"].region == "WA"
    when = now.plans["cities"].versions[0].steps[1].when
    assert when is not None
    assert when.regions == frozenset({"QC", "ON"})
    mended(office, {"US-Mis": "US-Mississippi"})
    with office.work(read_only=True) as work:
        assert setup_in_force(work).beneficiaries["houston"].region == "MS"
    assert found(office) == []
    assert office.faults() == {}


def _revised(office: Office, entries: list[tuple[str, str, Document]]) -> None:
    with office.work() as work:
        add_revisions(work.connection, entries, work.at, "an older release")
        work.record(Verb.LOAD, {"file": "older", "added": {}, "amended": {}})


@after(orders_underway)
def test_open_orders_and_certificates_are_mended_and_their_tax_comes_back(office: Office) -> None:
    _cut(office, "WAS")
    office.execute(
        "INSERT INTO certificate (organization, place, signed_on, expires_on, name, type, sha256, "
        "at, by, refused) VALUES ('guild', 'US-WAS', '2026-01-01', '2099-01-01', 'c.pdf', "
        "'application/pdf', 'x', '2026-01-01T00:00:00+00:00', 'Olga', '')"
    )
    listed = found(office)
    assert {each.becomes for each in listed} == {"US-WA"}
    assert sum(each.kind == "order" for each in listed) == 8, "two addresses of four orders"
    done = mended(office)
    assert {each.kind for each in done} == {"order", "certificate"}
    places_now = {
        f"{each['country']}-{each['region']}"
        for (ship_to,) in office.rows("SELECT ship_to FROM orders")
        for each in json.loads(ship_to)
    }
    assert places_now == {"US-WA"}
    assert office.rows("SELECT place FROM certificate") == [("US-WA",)]
    assert office.rows("SELECT count(*) FROM order_event WHERE action = 'place-mended'") == [(4,)]
    assert found(office) == []


@after(orders_underway)
def test_no_quote_is_issued_while_an_address_names_no_place(office: Office) -> None:
    _cut(office, "WAS")
    with office.work() as work, pytest.raises(RefusedError, match="royalties places --mend"):
        quotes.draft_quote(work, QUOTED)
    mended(office)
    with office.work(read_only=True) as work:
        quote = quotes.draft_quote(work, QUOTED)
    assert [line.place for line in quote.lines if line.kind == "tax"] == ["US-WA"]


@after(orders_underway)
def test_postcode_resolves_a_truncated_state(office: Office) -> None:
    _cut(office, "NEW", "10001")
    assert {each.becomes for each in found(office)} == {"US-NY"}
    _cut(office, "NEW", "")
    assert {each.becomes for each in found(office)} == {""}
    _cut(office, "WAS", "10001")
    assert {each.becomes for each in found(office)} == {""}, "they contradict each other"


def _cut(office: Office, region: str, postcode: str | None = None) -> None:
    for number, ship_to in office.rows("SELECT id, ship_to FROM orders"):
        addresses: list[dict[str, Any]] = json.loads(ship_to)
        for each in addresses:
            each["region"] = region
            if postcode is not None:
                each["postcode"] = postcode
        text = json.dumps(addresses).replace("'", "''").replace(":", "\\:")
        office.execute(f"UPDATE orders SET ship_to = '{text}' WHERE id = {number}")


@after(old_books)
def test_clerk_can_list_places_but_not_mend(office: Office) -> None:
    clerk = Actor("Cleo", Role.CLERK, 1)
    with office.system.work(clerk) as work:
        assert places.strays(work)
        with pytest.raises(NotAllowedError, match="a manager"):
            places.mend(work)


@after(old_books)
def test_invalid_place_choice_is_refused(office: Office) -> None:
    with pytest.raises(RefusedError, match="--choose US-Neverland=US-XX"):
        found(office, **{"US-Neverland": "US-XX"})
