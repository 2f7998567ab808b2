"""Every earned line of every statement goes down to the rows of the files it came from."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pytest
from pydantic import TypeAdapter

from royalties.domain.money import MICRO, micro_text, rounded
from royalties.domain.royalties.statements import ContractAccount, EarnedLineShown, Statement
from royalties.services.work import RefusedError
from royalties.store.tables.metadata import unpacked
from tests.builders.books import (
    AUTUMN,
    EBOOK,
    HARDCOVER,
    SPRING,
    UNKNOWN,
    Document,
    Office,
    Shelf,
    a_contract,
    a_row,
    a_setup,
    after,
    closed,
    nothing,
    opened,
    spring,
)

STATEMENT = TypeAdapter(Statement)
UNIT_COST = Fraction("9.10")
RATES = {("GBP", "USD"): Fraction("1.2712"), ("USD", "GBP"): Fraction("0.7867")}
Sale = dict[str, Any]


def a_year(office: Office) -> None:
    """A year with late sales, an alias, and a correction."""
    opened(office)
    office.bring_batch(SPRING, "spring.csv")
    wrong = office.bring_batch([a_row(3, date="2025-06-01"), a_row(1, isbn=UNKNOWN)], "wrong.csv")
    office.close("2025-H1")
    office.bring_batch(AUTUMN, "autumn.csv")
    office.bring_batch([a_row(5, date="2025-02-01", retailer="bay")], "late.csv")
    office.alias(UNKNOWN, HARDCOVER)
    office.correct(wrong)
    office.close("2025-H2")


RULES: list[Document] = [
    {"name": "Elliott Bay", "retailers": ["bay"], "basis": "net", "rate": "0.2"},
    {"name": "Canada", "countries": ["CA"], "basis": "list", "rate": "0.06"},
    {
        "name": "High",
        "discount": {"above": "0.55"},
        "basis": "net",
        "tiers": [{"up_to": 20, "rate": "0.05"}, {"rate": "0.07"}],
    },
    {"name": "Middle", "discount": {"from": "0.5", "up_to": "0.55"}, "basis": "list", "rate": "0.08"},
    {"name": "Low", "discount": {"below": "0.5"}, "basis": "list", "rate": "0.1"},
    {"name": "No price", "basis": "unit", "rate": "1.255"},
]  # fmt: skip


def many_rules(office: Office) -> None:
    """Sales at the edges of what rules distinguish, with discounts told and implied."""
    nothing(office)
    setup = a_setup()
    hand = next(each for each in setup["contracts"] if each["key"] == "hand-2020")
    rights = {"translation": "0.75"}
    foot = a_contract("foot-2015", ["collab"], rules=RULES, subsidiary_rights=rights)
    office.load({**setup, "contracts": [foot, hand]})
    discounts = ("0", "0.499999", "0.5", "0.500001", "0.55", "0.550001", "0.9")
    rows = [a_row(place + 3, discount=each) for place, each in enumerate(discounts)]
    rows += [a_row(-2, discount=each) for each in discounts[::2]]
    rows += [
        a_row(4, discount=None, net=net) for net in ("160", "160.0004", "144", "143.9", "0", "400")
    ]
    rows += [
        a_row(4, list_price=None, discount=None, net=net, date=day)
        for net in ("170", "160", "153", "152.9", "20")
        for day in ("2025-03-31", "2025-04-01")
    ]
    rows += [a_row(2, list_price=None, discount=each) for each in discounts]
    rows += [a_row(3, country="CA", discount=each) for each in ("0.6", "0.2")]
    rows += [a_row(3, retailer="bay", discount="0.6"), a_row(3, retailer="hub", discount="0.6")]
    rows += [
        a_row(3, isbn=EBOOK, list_price=None, discount=each, net="21.005") for each in (None, "0.7")
    ]
    rows += [a_row(2, kind="free", net="0", discount=None)]
    office.bring_batch(rows, "edges.csv")
    office.close("2025-H1")


def statements_of(office: Office) -> list[Statement]:
    rows = office.rows("SELECT content FROM statement ORDER BY number")
    assert rows
    return [STATEMENT.validate_json(unpacked(content)) for (content,) in rows]


@dataclass(frozen=True)
class Told:
    """An earned line of a statement, explained."""

    statement: Statement
    account: ContractAccount
    line: EarnedLineShown
    document: Document


@dataclass(frozen=True)
class Books:
    """A story's office, and all lines of its statements explained."""

    office: Office
    told: list[Told]


@pytest.fixture(
    scope="module",
    params=[(kind, story) for kind in ("sqlite", "postgresql") for story in (a_year, many_rules)],
    ids=lambda param: f"{param[0]}-{param[1].__name__}",
)
def books(
    request: pytest.FixtureRequest, shelf: Shelf, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Books]:
    """Books that no test changes; in the second story every statement has the same lines."""
    kind, story = request.param
    with shelf.office(kind, story, tmp_path_factory.mktemp("books")) as office:
        yield Books(office, list(lines_of(office, all_of_them=story is a_year)))


def lines_of(office: Office, *, all_of_them: bool) -> Iterator[Told]:
    known = set()
    for statement in statements_of(office):
        for account in statement.contracts:
            if account.contract in known and not all_of_them:
                continue
            known.add(account.contract)
            for line in account.lines:
                assert statement.number
                explained = office.explain(statement.number, line.id)
                yield Told(statement, account, line, explained.document())


def price_of(sale: Sale) -> Fraction:
    """The reported list price, or the edition's on that day."""
    if sale["list_price"] is not None:
        return Fraction(sale["list_price"])
    if sale["isbn"] == EBOOK:
        return Fraction(0)
    if sale["isbn"] == HARDCOVER:
        return Fraction(80 if sale["date"] < "2025-04-01" else 85)
    return Fraction(15 if sale["currency"] == "GBP" else 20)


def base_of(line: EarnedLineShown, sales: list[Sale]) -> Fraction:
    """The base, by hand from the sale lines."""
    units = sum(int(sale["units"]) for sale in sales)
    net = sum((Fraction(sale["net"]) for sale in sales), Fraction(0))
    match line.basis:
        case "list":
            return sum((int(sale["units"]) * price_of(sale) for sale in sales), Fraction(0))
        case "profit":
            return net - units * UNIT_COST * RATES.get(("USD", line.currency), Fraction(1))
        case "unit":
            return Fraction(units)
        case _:
            return net


@pytest.mark.thorough("combinations", but_one_in=2)
def test_every_earned_line_is_the_sum_of_its_sale_lines(books: Books) -> None:
    for told in books.told:
        line, sales = told.line, told.document["sales"]
        assert told.document["amount"] == micro_text(line.earned * 10_000, 2), "all pay in cents"
        assert told.document["how"]
        if line.kind == "income":
            assert sales == []
            continue
        assert sales, line
        assert sum(sale["units"] for sale in sales) == line.units, line
        assert {(sale["isbn"], sale["currency"], sale["kind"]) for sale in sales} == {
            (line.isbn, line.currency, line.kind)
        }
        base = base_of(line, sales)
        assert micro_text(rounded(base * MICRO), 2) == line.base, line
        exact = base * Fraction(line.portion) * Fraction(line.rate)
        if line.basis != "unit":
            exact *= RATES.get((line.currency, told.account.currency), Fraction(1))
        assert rounded(exact * 100) == line.earned, line
    assert len(books.told) > 10


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(many_rules)
def test_example_sales_reach_every_rule(office: Office) -> None:
    rules = office.rows("SELECT DISTINCT rule FROM earned_line WHERE contract = 'foot-2015'")
    assert {rule for (rule,) in rules} == {*(rule["name"] for rule in RULES), "translation"}


def test_every_earning_sale_matches_exactly_one_rule(books: Books) -> None:
    """The receipts that a statement shows by month are those of the sale lines it goes down to."""
    behind: dict[tuple[str, str], dict[tuple[str, int, str, bool], tuple[str, Sale]]] = {}
    accounts = {}
    for told in books.told:
        where = (told.statement.number or "", told.account.contract)
        accounts[where] = told.account
        for sale in told.document["sales"]:
            key = (sale["file"], sale["row"], sale["kind"], bool(sale["corrects"]))
            found = behind.setdefault(where, {}).setdefault(key, (told.line.rule, sale))
            assert found == (told.line.rule, sale), "two rules took one sale"
    for where, account in accounts.items():
        months: dict[str, Fraction] = {}
        shown: dict[str, Fraction] = {}
        for _, sale in behind[where].values():
            month = f"{sale['date'][:7]} {sale['currency']}"
            months[month] = months.get(month, Fraction(0)) + Fraction(sale["net"])
        for each in account.months:
            month = f"{each.month} {each.currency}"
            shown[month] = shown.get(month, Fraction(0)) + Fraction(each.net)
        assert months == shown


def test_every_sale_line_names_its_row_of_the_file(books: Books) -> None:
    seen = set()
    for told in books.told:
        for sale in told.document["sales"]:
            with (books.office.outside / sale["file"]).open(encoding="utf-8", newline="") as file:
                rows = list(csv.reader(file))
            found = dict(zip(rows[0], rows[sale["row"] - 1], strict=True))
            sign = -1 if sale["corrects"] else 1
            assert sale["sheet"] is not None
            assert (found["date"], found["retailer"], found["kind"]) == (
                sale["date"],
                sale["retailer"],
                sale["kind"],
            )
            assert int(found["units"]) == sign * sale["units"]
            assert found["isbn"] in {sale["isbn"], UNKNOWN}
            seen.add((sale["file"], bool(sale["corrects"])))
    assert seen in (
        {("edges.csv", False)},
        {
            ("spring.csv", False),
            ("wrong.csv", False),
            ("wrong.csv", True),
            ("autumn.csv", False),
            ("late.csv", False),
        },
    )


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(a_year)
def test_every_line_is_reachable_from_the_amount_due(office: Office) -> None:
    for statement in statements_of(office):
        seen: set[str] = set()
        asked = ["due"]
        while asked:
            name = asked.pop()
            if name in seen:
                continue
            seen.add(name)
            explained = office.explain(statement.number or "", name)
            assert explained.how, name
            for part, amount in explained.parts:
                again = office.explain(statement.number or "", part)
                assert again.amount == amount, f"{name} says another {part} than it is"
                asked.append(part)
        lines = {line.id for account in statement.contracts for line in account.lines}
        assert lines <= seen


@after(closed)
def test_unknown_figure_is_refused_listing_the_known_ones(office: Office) -> None:
    with pytest.raises(
        RefusedError, match=r"no statement 2025-H9-001: numbers look like 2025-H1-001"
    ):
        office.explain("2025-H9-001")
    for number in ("", "2025-h1-001", "2025-H1-1", "2025-H2-001", "1", "' OR 1=1 --"):
        with pytest.raises(RefusedError, match="there is no statement"):
            office.explain(number, "due")
    count = len(statements_of(office)[3].contracts[0].lines)
    for figure in (
        "nothing",
        "foot-2015/0",
        f"foot-2015/{count + 1}",
        "foot-2015/-1",
        "foot-2015/1.0",
        "foot-2015/²",
        "foot-2015/1/2",
        "no-such/1",
        "foot-2015/ 1",
        "lines",
    ):
        with pytest.raises(RefusedError, match=r"has no figure .*ask for due, .*foot-2015/1 to"):
            office.explain("2025-H1-004", figure)


@after(spring)
def test_a_draft_has_no_numbers_to_explain(office: Office) -> None:
    with pytest.raises(RefusedError, match="are given when a period is closed"):
        office.explain("2025-H1-001")
