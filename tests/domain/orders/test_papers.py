"""Order documents: balances after each line, and amounts still to come."""

from datetime import date

import pytest

from royalties.domain.orders.papers import (
    AccountLineShown,
    AccountShown,
    Goods,
    PackedLine,
    PaperLine,
    Party,
)
from royalties.domain.terms.beneficiaries import Publisher

DAY = date(2026, 8, 20)


def test_account_shows_the_balance_after_each_line_and_at_the_end() -> None:
    amounts = (10_000, -4_000, -7_000, 500)
    shown = AccountShown(
        Publisher("Example House", "USD", "yearly", "2026"),
        Party("The Reading Room"),
        DAY,
        "USD",
        tuple(AccountLineShown(DAY, "Invoice", "I-1", "O-1", DAY, amount) for amount in amounts),
    )
    assert shown.balances == (10_000, 6_000, -1_000, -500)
    assert shown.balance == -500


@pytest.mark.parametrize(
    ("ordered", "before", "copies", "to_come"),
    [(100, 0, 40, 60), (100, 40, 30, 30), (100, 70, 30, 0), (100, 80, 30, 0)],
)
def test_amount_still_to_come_is_never_negative(
    ordered: int, before: int, copies: int, to_come: int
) -> None:
    goods = Goods("The Collab", (), "9781442200012", "hardcover")
    assert PackedLine(goods, ordered, before, copies).to_come == to_come


@pytest.mark.parametrize(
    ("kind", "amount", "counted"),
    [("copies", 100, True), ("copies", 0, True), ("copies", -100, False), ("tax", 100, False)],
)
def test_a_credit_note_takes_back_amounts_and_no_copies(
    kind: str, amount: int, *, counted: bool
) -> None:
    assert PaperLine(kind, "Copies", "", 1, "1", amount).is_counted is counted
