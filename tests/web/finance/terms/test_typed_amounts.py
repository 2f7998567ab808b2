"""Numbers in forms are read by the visitor's decimal mark, and never by another."""

from typing import Any

import pytest
from babel import Locale
from flask import Flask, g
from lxml import html

from royalties.domain.money import NotAnAmountError
from royalties.domain.people import Role
from royalties.services import approvals
from royalties.services.books import setup_in_force
from royalties.store.history import find_revision
from royalties.web.finance.terms.beneficiary_form import BeneficiaryForm
from royalties.web.forms.numbers import as_plain, as_typed, listed, parted
from tests.builders import forms
from tests.builders.books import Office, after, closed, opened
from tests.builders.orders import orders_underway
from tests.builders.shipped import invoiced, token
from tests.builders.site import Site, Visitor
from tests.web.finance.orders.test_orders_desk import DESK, asked, done, order, words


@pytest.mark.parametrize(
    ("name", "text", "plain"),
    [
        ("de_DE", "1.250", "1250"),
        ("de_DE", "1.250,50", "1250.50"),
        ("de_DE", "1,2712", "1.2712"),
        ("de_DE", "0,125", "0.125"),
        ("de_DE", "12,5 %", "12.5 %"),
        ("de_DE", "1,125", "1.125"),
        ("fr_FR", "1 250,50", "1250.50"),
        ("en_US", "1,250", "1250"),
        ("en_US", "250.00", "250.00"),
        ("en_US", "1.250", "1.250"),
        ("en_US", "12.5 %", "12.5 %"),
        ("de_DE", "1.25", None),
        ("de_DE", "0.125", None),
        ("fr_FR", "1.250", None),
        ("en_US", "1,25", None),
    ],
)
def test_number_is_read_in_the_visitors_format(name: str, text: str, plain: str | None) -> None:
    with Flask(__name__).test_request_context():
        g.locale = Locale.parse(name)
        forms.call_by_keys()
        if plain is None:
            with pytest.raises(NotAnAmountError, match="other decimal mark"):
                as_plain(text)
        else:
            assert as_plain(text) == plain
            assert as_plain(as_typed(plain)) == plain


def test_a_beneficiary_sent_unchanged_is_unchanged() -> None:
    body = {"key": "a", "name": "A", "minimum_payment": "250.00", "tax_rate": "0.125"}
    with Flask(__name__).test_request_context():
        g.locale = Locale.parse("de_DE")
        forms.call_by_keys()
        form = BeneficiaryForm(body=body)
        minimum = form["minimum_payment"]
        assert minimum.data == "250,00"
        assert form.written(body).body == body
        minimum.data = "1.250"
        assert form.written(body).body["minimum_payment"] == "1250"
        minimum.data = "1.25"
        assert [each.path for each in form.written(body).faults] == ["minimum_payment"]


@pytest.mark.parametrize(
    ("name", "text", "rates"),
    [
        ("en_US", "25 %, 20 %, 0.1", ["25%", "20%", "0.1"]),
        ("en_US", "25 %; 20%", ["25%", "20%"]),
        ("de_DE", "25 %; 12,5 %; 0,1", ["25%", "12,5%", "0,1"]),
        ("de_DE", "12,5 %, 10 %", ["12,5%", "10%"]),
        ("de_DE", "12,5 %", ["12,5%"]),
    ],
)
def test_list_of_numbers_is_split(name: str, text: str, rates: list[str]) -> None:
    with Flask(__name__).test_request_context():
        g.locale = Locale.parse(name)
        forms.call_by_keys()
        assert parted(text) == rates
        plain = [as_plain(each) for each in rates]
        assert [as_plain(each) for each in parted(listed(plain))] == plain


# In the application, to somebody who writes 1.250,50


def german(site: Site) -> Visitor:
    visitor = site.visitor(Role.MANAGER)
    site.office.execute("UPDATE person SET locale = 'de_DE'")
    return visitor


def form_of(visitor: Visitor, path: str) -> dict[str, list[str]]:
    """What a browser sends of the page's own form."""
    found: dict[str, list[str]] = {}
    for name, value in html.document_fromstring(visitor.page(path)).forms[-1].form_values():
        found.setdefault(name, []).append(value)
    found.pop("csrf_token")
    return found


def recorded(site: Site, part: str, key: str) -> Any:
    with site.office.work(read_only=True) as work:
        found = find_revision(work.connection, part, key)
    assert found is not None
    return found.body


def alone(site: Site) -> None:
    """Nobody has to approve."""
    with site.office.work() as work:
        approvals.set_two_people(work, on=False)


@after(opened)
@pytest.mark.parametrize(
    ("part", "key", "path"),
    [
        ("contracts", "foot-2015", "contracts/foot-2015/amend"),
        ("contracts", "hand-2020", "contracts/hand-2020/amend"),
        ("plans", "cities", "plans/cities/versions/2015-01-01"),
        ("beneficiaries", "tacoma", "beneficiaries/tacoma/amend"),
        ("beneficiaries", "houston", "beneficiaries/houston/amend"),
    ],
)
def test_unchanged_terms_form_changes_nothing(site: Site, part: str, key: str, path: str) -> None:
    visitor, before = german(site), recorded(site, part, key)
    sent = form_of(visitor, f"/finance/{path}")
    assert any("," in each for value in sent.values() for each in value), "a mark is shown"
    answer = visitor.post(f"/finance/{path}", {**sent, "act": "save"})
    assert "Nothing had changed" in done(visitor, answer)
    assert recorded(site, part, key) == before


@after(opened)
def test_contract_amounts_are_read_in_the_visitors_format(site: Site) -> None:
    alone(site)
    visitor, path = german(site), "/finance/contracts/foot-2015/amend"
    page = visitor.page(path)
    assert "such as -120,00" in page, "hints are written as they are to be typed"
    assert "10 % or 0,10, or for an amount per copy such as 2,50" in page
    sent = {**form_of(visitor, path), "act": "save"}
    assert sent["advances-0-recouped"] == ["12,34"]
    typed = {
        "rules-0-tiers-0-rate": "10,5 %",
        "rules-0-tiers-0-up_to": "1.250",
        "rules-1-tiers-0-rate": "0,125",
        "reserve_rate": "25 %; 12,5 %; 0,1",
        "reserve_by_period": "1",
        "opening_balance": "-1.250",
        "advances-0-amount": "5.000",
        "advances-0-recouped": "1.250,50",
    }
    for name in ("opening_balance", "advances-0-recouped", "rules-1-tiers-0-rate", "reserve_rate"):
        wrong = visitor.post(path, {**sent, name: "-1.25" if name == "opening_balance" else "1.25"})
        assert wrong.status_code == 422, name
        assert "other decimal mark" in wrong.text, name
    done(visitor, visitor.post(path, {**sent, **typed}))
    body = recorded(site, "contracts", "foot-2015")
    assert body["rules"][0]["tiers"][0] == {"rate": "0.105", "up_to": 1250}
    assert body["rules"][1]["rate"] == "0.125"
    assert body["reserve"]["rate"] == ["0.25", "0.125", "0.1"]
    assert body["opening_balance"] == "-1250"
    assert (body["advances"][0]["amount"], body["advances"][0]["recouped"]) == ("5000", "1250.50")
    again = form_of(visitor, path)
    assert again["reserve_rate"] == ["25 %; 12,5 %; 0,1"]
    assert again["advances-0-recouped"] == ["1250,50"]


@after(opened)
def test_tier_limits_in_money_are_read_as_amounts(site: Site) -> None:
    alone(site)
    visitor, path = german(site), "/finance/contracts/foot-2015/amend"
    typed = {"rules-0-tiers_by": "net", "rules-0-tiers-0-up_to": "10.000"}
    sent = {**form_of(visitor, path), "act": "save", **typed, "rules-0-opening": "1.250,50"}
    done(visitor, visitor.post(path, sent))
    rule = recorded(site, "contracts", "foot-2015")["rules"][0]
    assert rule["tiers"][0]["up_to"] == "10000"
    assert rule["counter"]["opening"] == "1250.50"
    assert form_of(visitor, path)["rules-0-opening"] == ["1250,50"]


@after(opened)
def test_plan_amounts_are_read_in_the_visitors_format(site: Site) -> None:
    alone(site)
    visitor, path = german(site), "/finance/plans/cities/versions/2015-01-01"
    sent = {**form_of(visitor, path), "act": "save"}
    assert (sent["steps-0-amount"], sent["steps-0-cap_amount"]) == (["20,00"], ["30,00"])
    wrong = visitor.post(path, {**sent, "steps-0-cap_amount": "1.25"})
    assert wrong.status_code == 422
    assert "other decimal mark" in wrong.text
    typed = {
        "steps-0-amount": "1.250",
        "steps-0-cap_amount": "12.500,50",
        "steps-1-amount": "33,5 %",
    }
    done(visitor, visitor.post(path, {**sent, **typed}))
    steps = recorded(site, "plans", "cities")["versions"][0]["steps"]
    assert (steps[0]["fixed"], steps[0]["cap"]["amount"]) == ("1250", "12500.50")
    assert steps[1]["share"] == "0.335"


@after(closed)
def test_rates_and_income_are_read_in_the_visitors_format(site: Site) -> None:
    visitor = german(site)
    assert "such as 1,2712" in visitor.page("/finance/rates")
    rate = {"source": "CAD", "target": "USD"}
    wrong = visitor.post("/finance/rates", {**rate, "rate": "0.7215"})
    assert wrong.status_code == 422
    assert "other decimal mark" in wrong.text
    page = done(visitor, visitor.post("/finance/rates", {**rate, "rate": "0,7215"}))
    assert "0,7215" in page
    assert "stood so already" in done(
        visitor, visitor.post("/finance/rates", {**rate, "rate": "0,7215"})
    )
    income = {"contract": "foot-2015", "right": "translation", "note": "Korean"}
    page = done(visitor, visitor.post("/finance/income", {**income, "amount": "1.250"}))
    assert "1.250,00" in page


@after(opened)
def test_a_proposal_shows_amounts_as_its_reader_writes_them(site: Site) -> None:
    visitor, path = german(site), "/finance/contracts/foot-2015/amend"
    typed = {
        "rules-1-tiers-0-rate": "12,5 %",
        "advances-0-recouped": "10,50",
        "advances": ["0", "1"],
        "advances-1-amount": "1.000,75",
        "advances-1-paid_on": "2025-03-01",
    }
    sent = {**form_of(visitor, path), "act": "save", **typed}
    done(visitor, visitor.post(path, sent))
    number = site.office.rows("SELECT max(id) FROM proposal")[0][0]
    page = visitor.page(f"/finance/approvals/{number}")
    for told in ("<ins>12,5 %</ins>", "<del>12,34</del>", "<ins>10,50</ins>", "amount 1.000,75"):
        assert told in page, told


def prices(office: Office) -> list[int]:
    with office.work(read_only=True) as work:
        title = setup_in_force(work).titles["collab"]
    return [price.micro for edition in title.editions for price in edition.prices]


@after(closed)
def test_page_is_formatted_for_each_reader(site: Site) -> None:
    """A constant in a template is not kept as the first one who looked would write it."""
    visitor, path = site.visitor(Role.MANAGER), "/finance/contracts/foot-2015/amend"
    for locale, share in (("en_US", "0.55"), ("de_DE", "0,55"), ("en_GB", "0.55")):
        site.office.execute(f"UPDATE person SET locale = '{locale}'")
        assert f"A discount limit is written 55 % or {share}." in visitor.page(path), locale


@after(closed)
def test_prices_and_costs_are_read_in_the_visitors_format(site: Site) -> None:
    visitor, path = german(site), "/finance/titles/collab/amend"
    sent = form_of(visitor, path)
    assert sent["editions-0-prices-0-amount"] == ["80,00"]
    before = prices(site.office)
    assert "Nothing was changed" in done(visitor, visitor.post(path, sent))
    assert prices(site.office) == before
    new = {
        "editions-0-prices": [*sent["editions-0-prices"], "9"],
        "editions-0-prices-9-currency": "CAD",
        "editions-0-prices-9-from": "2026-09-01",
    }
    wrong = visitor.post(
        path,
        {**sent, **new, "editions-0-prices-9-amount": "1.25", "editions-0-isbn": "97814422"},
    )
    assert wrong.status_code == 422
    assert "other decimal mark" in wrong.text
    assert 'href="#editions-0-isbn"' in wrong.text, "all that is wrong is told at once"
    assert 'value="1.25"' in wrong.text
    assert prices(site.office) == before
    right = {**sent, **new, "editions-0-prices-9-amount": "1.250", "editions-0-unit_cost": "7,5"}
    done(visitor, visitor.post(path, right))
    assert sorted(prices(site.office)) == sorted([*before, 1_250_000_000])
    assert form_of(visitor, path)["editions-0-unit_cost"] == ["7,5"]


@after(orders_underway)
def test_price_list_amounts_are_read_in_the_visitors_format(site: Site) -> None:
    with site.office.work() as work:
        approvals.set_two_people(work, on=False)
    visitor, path = german(site), "/finance/price-lists/standard/versions/2015-01-01"
    sent = form_of(visitor, path)
    shown = visitor.page("/finance/price-lists/standard")
    assert "rush_charge" in sent
    done(visitor, visitor.post(path, sent))
    assert words(visitor.page("/finance/price-lists/standard")) == words(shown)
    wrong = visitor.post(path, {**sent, "rush_charge": "150.25"})
    assert wrong.status_code == 422
    assert "other decimal mark" in wrong.text
    done(visitor, visitor.post(path, {**sent, "rush_charge": "1.250"}))
    assert recorded(site, "price_lists", "standard")["versions"][0]["rush_charge"] == "1250"
    assert form_of(visitor, path)["rush_charge"] == ["1250"]
    change = visitor.page("/finance/price-lists/standard")
    assert "1250</ins>" in change


@after(asked)
def test_quote_charges_are_read_in_the_visitors_format(site: Site) -> None:
    visitor = german(site)
    typed = {
        "version": str(order(site).version),
        "discount": "42,5 %",
        "charges": "0",
        "charges-0-words": "Gift wrapping",
        "charges-0-amount": "1.250",
    }
    preview = words(visitor.post(f"{DESK}/quotes/preview", typed).text)
    assert "less 42.5 % as agreed" in preview
    assert "1.250,00" in preview
    wrong = visitor.post(f"{DESK}/quotes", {**typed, "act": "issue", "charges-0-amount": "1.25"})
    assert wrong.status_code == 422
    assert "other decimal mark" in wrong.text
    missing = visitor.post(f"{DESK}/quotes", {**typed, "act": "issue", "charges-0-amount": "x"})
    assert "is no amount such as 14,50" in missing.text


@after(invoiced)
def test_receipts_and_credits_are_read_in_the_visitors_format(site: Site) -> None:
    with site.office.work() as work:
        approvals.set_two_people(work, on=False)
    visitor, page = german(site), "/finance/invoices/I-000001"
    some = {"what": "lines", "line-1": "1.000,00", "reason": "Wet", "token": token()}
    looked_at = visitor.post(f"{page}/credit/preview", some)
    assert 'value="100,00"' in looked_at.text, "the tax that goes with it"
    wrong = visitor.post(f"{page}/credit", {**some, "line-1": "1.25"})
    assert wrong.status_code == 422
    assert "other decimal mark" in words(wrong.text)
    money = {"invoice": "I-000001", "received_on": "2026-08-20", "reference": "wire"}
    wrong = visitor.post(f"{DESK}/receive", {**money, "amount": "10.50", "token": token()})
    assert wrong.status_code == 422
    done(visitor, visitor.post(f"{DESK}/receive", {**money, "amount": "1.010", "token": token()}))
    assert site.office.rows("SELECT amount FROM receipt") == [(101_000,)]
