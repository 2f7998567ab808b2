"""What was said once of a retailer's reports: what is no book, what is a bundle, answers."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.sales.remembered import BundlePart, Remembered, shared
from royalties.domain.terms.identifiers import identifier_key
from royalties.ingest.report.reading import ReferenceData
from tests.ingest.shelf import RIVER, TRADE, Read, read_text

A, B, C = "9780306406157", "9781861972712", "9780804429573"
AMAZON = TRADE.retailers["amazon"].id
HEADER = "ISBN,Title,Sale date,Units,Net amount,Currency\n"


def _known(**said: Any) -> ReferenceData:
    return replace(TRADE, remembered={AMAZON: Remembered(**said)})


def _no_books(*names: str) -> ReferenceData:
    return _known(no_books={identifier_key(name): name for name in names})


def _read(folder: Path, known: ReferenceData, *rows: str) -> Read:
    return read_text(folder, HEADER + "".join(f"{row}\n" for row in rows), known=known)


TAIL = "2025-03-01,2,30.00,USD"


@pytest.mark.parametrize(
    ("said", "row"),
    [
        ("TOTE-01", f"TOTE-01,,{TAIL}"),
        ("TOTE-01", f"tote 01,Bag,{TAIL}"),
        ("Tote bag", f",Tote Bag,{TAIL}"),
        ("Tote bag", f"Tote bag,,{TAIL}"),
        ("Tote bag", f"n/a,tote  bag,{TAIL}"),
        ("9783161484100", f"3-16-148410-X,,{TAIL}"),
        ("9783161484100", f"978-3-16-148410-0,,{TAIL}"),
    ],
)
def test_rows_of_what_is_no_book_are_skipped(tmp_path: Path, said: str, row: str) -> None:
    found = _read(tmp_path, _no_books(said), f"{A},Salt,2025-03-01,1,9.00,USD", row)
    assert not found.reading.problems, found.messages
    assert found.reading.skipped.by_reason == {f"{said} is no book": 1}
    assert found.reading.skipped.net == {f"{said} is no book": {"USD": 30_000_000}}
    assert not found.waiting
    assert [line.net for line in found.sales] == [9_000_000]


@pytest.mark.parametrize(
    "row",
    [f"{A},Tote bag,{TAIL}", f"9783161484100,Tote bag,{TAIL}", f"TOTE-02,Tote bag,{TAIL}"],
    ids=("an edition", "a good number", "another product"),
)
def test_title_text_does_not_override_an_identifier(tmp_path: Path, row: str) -> None:
    found = _read(tmp_path, _no_books("Tote bag"), row)
    assert not found.reading.skipped.by_reason


def test_identifier_set_aside_for_one_retailer_waits_at_another(tmp_path: Path) -> None:
    known = replace(TRADE, remembered={AMAZON + 1: Remembered({"TOTE01": "TOTE-01"})})
    found = _read(tmp_path, known, f"TOTE-01,,{TAIL}")
    assert found.reading.totals.waiting == {"TOTE-01": (1, 2)}


def test_row_without_an_identifier_lists_both_remedies(tmp_path: Path) -> None:
    [problem] = _read(tmp_path, TRADE, f",Tote bag,{TAIL}").reading.problems
    assert problem.remedy == (
        "write the ISBN of the book; if it is none, say once that 'Tote bag' is no book"
    )


def _bundle(*shares: str) -> ReferenceData:
    editions = [TRADE.editions[isbn].id for isbn in (A, B, C)]
    parts = [
        BundlePart(edition, Fraction(share))
        for edition, share in zip(editions, shares, strict=False)
    ]
    return _known(bundles={"SET1": parts})


def test_a_bundle_is_its_editions_with_shares_of_the_price(tmp_path: Path) -> None:
    found = _read(tmp_path, _bundle("2/3", "1/3"), "SET-1,Set,2025-03-01,2,10.00,USD")
    assert [(line.edition, line.units, line.net) for line in found.sales] == [
        (TRADE.editions[A].id, 2, 6_666_667),
        (TRADE.editions[B].id, 2, 3_333_333),
    ]
    totals = found.reading.totals
    assert (totals.rows, totals.recordable, totals.lines, totals.sold) == (1, 1, 2, 4)
    assert totals.net == {"USD": 10_000_000}


def test_a_list_price_of_a_bundle_is_divided_as_well(tmp_path: Path) -> None:
    text = (
        "date,isbn,retailer,units,currency,list_price,discount\n"
        "2025-03-01,SET 1,amazon,1,USD,30.00,0.4\n"
    )
    found = read_text(tmp_path, text, known=_bundle("1", "1", "1"), mappings=[])
    assert not found.reading.problems, found.messages
    assert [(line.list_price, line.net, line.discount) for line in found.sales] == [
        (10_000_000, 6_000_000, 400_000)
    ] * 3
    assert not found.codes
    bare = text.replace("30.00", "")
    [problem] = read_text(tmp_path, bare, known=_bundle("1", "1"), mappings=[]).reading.problems
    assert "a bundle has no list price of its own" in problem.message


def test_printed_total_counts_a_bundle_once(tmp_path: Path) -> None:
    found = _read(
        tmp_path,
        _bundle("1", "1"),
        "SET-1,Set,2025-03-01,2,10.00,USD",
        f"{A},,2025-03-01,1,5.00,USD",
        "Grand total,,,3,15.00,",
    )
    [notice] = [each for each in found.reading.notices if each.code == "totals-row"]
    assert "it agrees with the sum" in notice.message


@given(
    st.integers(-(10**12), 10**12),
    st.lists(st.fractions(Fraction(1, 1000), 1000, max_denominator=1000), min_size=1, max_size=9),
)
def test_shares_of_an_amount_sum_to_it(amount: int, shares: list[Fraction]) -> None:
    parts = shared(amount, shares)
    assert sum(parts) == amount
    exact = [amount * share / sum(shares) for share in shares]
    largest = shares.index(max(shares))
    for place, (part, due) in enumerate(zip(parts, exact, strict=True)):
        assert abs(part - due) < (len(shares) if place == largest else 1)
        assert part * amount >= 0
    assert shared(-amount, shares) == [-part for part in parts]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("SET-1", "set 1", A, B, "TOTE-01", "tote01", "NEW-9")),
            st.integers(-5, 5).filter(bool),
            st.integers(1, 99_999),
        ),
        min_size=1,
        max_size=12,
    ),
    st.lists(st.fractions(Fraction(1, 9), 9, max_denominator=9), min_size=2, max_size=3),
)
def test_every_row_and_every_cent_is_somewhere(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, int, int]],
    shares: list[Fraction],
) -> None:
    said = _bundle(*map(str, shares)).remembered[AMAZON]
    known = replace(TRADE, remembered={AMAZON: replace(said, no_books={"TOTE01": "Tote"})})
    printed = [
        f"{name},x,2025-03-{place:02d},{units},{'-' * (units < 0)}{cents // 100}.{cents % 100:02d},USD"
        for place, (name, units, cents) in enumerate(rows, 1)
    ]
    found = _read(tmp_path_factory.mktemp("report"), known, *printed)
    assert not found.reading.problems, found.messages
    totals, skipped = found.reading.totals, found.reading.skipped
    waiting = sum(count for count, _ in totals.waiting.values())
    assert totals.recordable + waiting + sum(skipped.by_reason.values()) == len(rows)
    money = sum(line.net for line in found.sales) + sum(line.net or 0 for line in found.waiting)
    money += sum(net.get("USD", 0) for net in skipped.net.values())
    assert money == sum(cents if units > 0 else -cents for _, units, cents in rows) * 10_000
    sets = sum(units for name, units, _ in rows if name.lower().startswith("set"))
    own = sum(units for name, units, _ in rows if name in (A, B))
    assert sum(line.units for line in found.sales) == sets * len(shares) + own


DISCOUNTS = replace(
    RIVER,
    key="percents",
    columns={
        "isbn": "ISBN", "date": "Sale date", "units": "Units", "currency": "Currency",
        "list_price": "Price", "discount": "Discount",
    },
)  # fmt: skip


def _discounted(folder: Path, *discounts: str, answer: str = "", **choices: Any) -> Read:
    rows = "".join(f"{A},2025-03-01,1,10.00,{each},USD\n" for each in discounts)
    said = {("percents", "discount_unit"): answer} if answer else {}
    return read_text(
        folder,
        f"ISBN,Sale date,Units,Price,Discount,Currency\n{rows}",
        known=_known(answers=said),
        mappings=[DISCOUNTS],
        **choices,
    )


def test_an_answer_about_discounts_is_remembered_and_not_asked_again(tmp_path: Path) -> None:
    first = _discounted(tmp_path, "42", "40")
    assert first.asked == {"discount_unit"}
    answered = _discounted(tmp_path, "42", "40", discount_unit="percent")
    assert answered.reading.answers == {"discount_unit": "percent"}
    again = _discounted(tmp_path, "42", "35", answer="percent")
    assert not again.asked
    assert [line.discount for line in again.sales] == [420_000, 350_000]
    assert not again.reading.answers
    assert any("discount_unit=percent as for this" in note for note in again.reading.notes)


def test_remembered_answer_applies_to_its_own_question_only(tmp_path: Path) -> None:
    """0.42 beside 42 is asked about all the same, and 0.42 alone stays a fraction."""
    assert _discounted(tmp_path, "0.42", "42", answer="percent").asked == {"discount_unit"}
    assert _discounted(tmp_path, "42", "0.42", answer="percent").asked == {"discount_unit"}
    alone = _discounted(tmp_path, "0.42", "0.5", answer="percent")
    assert [line.discount for line in alone.sales] == [420_000, 500_000]
    mixed = _discounted(tmp_path, "0.42", "42", answer="mixed")
    assert [line.discount for line in mixed.sales] == [420_000, 420_000]


def test_current_answer_takes_precedence_over_the_remembered_one(tmp_path: Path) -> None:
    now = _discounted(tmp_path, "42", answer="percent", discount_unit="fraction")
    assert now.reading.problems
    assert now.reading.answers == {"discount_unit": "fraction"}
