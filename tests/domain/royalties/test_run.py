"""A whole period: laws that always hold, and input whose order never matters."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.royalties.exchange import Rates
from royalties.domain.royalties.inputs import Books
from royalties.domain.royalties.run import run
from royalties.domain.royalties.run_document import run_document
from royalties.domain.sales.slices import Block, blocks_of
from royalties.domain.terms.contracts import Basis, Income
from tests.builders.domain import (
    House,
    SaleLine,
    Year,
    a_contract,
    a_house,
    a_rule,
    a_sale,
    account_of,
    an_edition,
    played,
    runs_of,
)
from tests.strategies import histories, houses, sale_lines

K = TypeVar("K")
V = TypeVar("V")
income = st.sampled_from(
    [
        [],
        [
            Income("foot", "", "audio", 333, "one"),
            Income("foot", "", "audio", 334, "two"),
            Income("foot", "", "translation", -20),
        ],
    ]
)


@given(histories(most=3))
def test_every_contract_accounts_for_all_it_had(years: list[Year]) -> None:
    """Per contract: earned + brought forward + released = withheld + recouped + payable +

    carried forward (brought and carried forward being ≤ 0).
    """
    carried: dict[str, int] = {}
    for done in played(years).runs:
        for each in done.contracts:
            had = each.earned + each.brought_forward + each.reserve.released
            went = each.reserve.withheld + each.recouped + each.payable + each.carried_forward
            assert had == went
            assert each.earned == sum(line.earned for line in each.lines)
            assert each.carried_forward <= 0
            assert min(each.payable, each.recouped) >= 0
            assert not (each.payable and each.carried_forward), "nothing is paid out of a debit"
            key = each.contract.key
            assert each.brought_forward == carried.get(key, each.contract.opening_balance)
            carried[key] = each.carried_forward


@given(histories(most=3))
def test_plans_distribute_payable_and_the_undistributed_balance(years: list[Year]) -> None:
    """Σ allocated + undistributed = payable + undistributed before, period after period."""
    stood: dict[str, int] = {}
    for done in played(years).runs:
        for each in done.contracts:
            assert each.undistributed_before == stood.get(each.contract.key, 0)
            allocated = sum(given_to.amount for given_to in each.allocations)
            assert allocated + each.undistributed == each.payable + each.undistributed_before
            stood[each.contract.key] = each.undistributed


def again_apart(blocks: Sequence[Block], data: st.DataObject) -> list[Block]:
    """The same sales in blocks of other sizes, their sellers in another order."""
    slices = data.draw(st.permutations([each for block in blocks for each in block.slices()]))
    cut = data.draw(st.integers(0, len(slices)))
    return blocks_of(slices[:cut]) + [each for one in slices[cut:] for each in blocks_of([one])]


@given(houses(depth=1), st.lists(sale_lines, max_size=10), income, st.data())
def test_run_document_does_not_depend_on_the_order_of_input(
    house: House, lines: list[SaleLine], money: list[Income], data: st.DataObject
) -> None:
    """Two runs over the same input give the same bytes, whatever the order of rows."""
    first = house.contracts[0]
    books = house.books(lines, money if first.starts <= house.first.ends else [])

    again = replace(
        books,
        blocks=data.draw(st.permutations(again_apart(books.blocks, data))),
        contracts=books.contracts[::-1],
        income=data.draw(st.permutations(books.income)),
        beneficiaries=turned(books.beneficiaries),
        plans=turned(books.plans),
        sold=turned(books.sold),
        channels=turned(books.channels),
        rates=Rates(books.period, turned(books.rates.given)),
    )
    assert _bytes(again) == _bytes(books)
    assert run(again) == run(books)


def turned(values: Mapping[K, V]) -> dict[K, V]:
    """The same in the opposite order."""
    return dict(reversed(list(values.items())))


def _bytes(books: Books) -> str:
    return json.dumps(run_document(run(books), "draft"))


def test_a_contract_counts_from_the_period_in_which_it_begins() -> None:
    """Until then its titles are covered by nobody, and its opening balance waits."""
    house = a_house(a_contract(starts=date(2025, 12, 31), opening_balance=-300))
    first, second = runs_of(house, [a_sale(5)], [a_sale(5)])
    assert first.contracts == ()
    assert [each.contract for each in first.exceptions] == [None]
    assert (account_of(second).brought_forward, account_of(second).payable) == (-300, 200)


def test_titles_of_one_contract_share_an_account_and_contracts_do_not() -> None:
    """ "Joint accounting": a loss of one title is borne by the other, not by other contracts."""
    isbns = ("9781442200012", "9781442200029", "9781442200036")
    titles = ("one", "two", "three")
    net = a_rule(1, Basis.NET)
    house = a_house(
        a_contract(net, key="both", titles=titles[:2]),
        a_contract(net, key="alone", titles=titles[2:]),
        editions=[an_edition(*pair) for pair in zip(isbns, titles, strict=True)],
    )
    amounts = (10, -4, -5)
    sales = [a_sale(net=net, isbn=isbn) for net, isbn in zip(amounts, isbns, strict=True)]
    (done,) = runs_of(house, sales)
    assert [(each.contract.key, each.payable, each.carried_forward) for each in done.contracts] == [
        ("alone", 0, -500),
        ("both", 600, 0),
    ]


def test_debit_balance_is_recovered_before_anything_is_payable() -> None:
    house = a_house(a_contract(a_rule(1, Basis.NET), opening_balance=-1000))
    runs = runs_of(house, [a_sale(net=4)], [a_sale(net=5)], [a_sale(net=6)])
    found = [account_of(each) for each in runs]
    assert [each.carried_forward for each in found] == [-600, -100, 0]
    assert [each.payable for each in found] == [0, 0, 500]


def test_computing_a_draft_twice_gives_the_same() -> None:
    books = a_house().books([a_sale(7), a_sale(-2)])
    assert _bytes(books) == _bytes(books)


def test_sales_without_contract_come_first_among_exceptions() -> None:
    house = a_house(
        a_contract(a_rule(formats=["ebook"]), key="A1"),
        editions=[an_edition(), an_edition("9781442200029", "stray")],
    )
    (done,) = runs_of(house, [a_sale(), a_sale(isbn="9781442200029")])
    assert [each.contract for each in done.exceptions] == [None, "A1"]
