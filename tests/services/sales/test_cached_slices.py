"""Sums kept with imports for drafts equal their lines, whatever happens to lines or terms."""

from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from royalties.domain.sales.slices import SaleKind, Slice
from royalties.services.books import distinctions_in, names_of, setup_in_force
from royalties.services.desk import places
from royalties.services.work import RefusedError
from royalties.store.sales import cached_slices
from royalties.store.sales.cached_slices import period_blocks
from royalties.store.sales.packed_slices import PackedRow, SumRow, unpacked
from royalties.store.sales.slices import PeriodPart, slices_of
from tests.builders.books import (
    EBOOK,
    HARDCOVER,
    SPRING,
    UNKNOWN,
    UNKNOWN_TOO,
    Document,
    Office,
    Shelf,
    a_row,
    a_setup,
    after,
    closed,
    opened,
    spring,
)
from tests.store.test_slices import summed


def agree(office: Office) -> list[tuple[str, int]]:
    """Draft from what is kept what lines give; returns period and import of all that is kept."""
    found = []
    with office.work(read_only=True) as work:
        setup, names = setup_in_force(work), names_of(work)
        for number in sorted({each.period_id for each in cached_slices.slicings(work.connection)}):
            period = setup.first_period.shift(number - setup.first_period.ordinal)
            asked = distinctions_in(setup, period)
            blocks = period_blocks(work.connection, number, asked, names)
            kept = [each for block in blocks for each in block.slices()]
            lines = slices_of(work.connection, number, asked, names, [PeriodPart()])
            lines = [each for each in lines if each.kind is not SaleKind.FREE]
            assert summed_with_reversals(kept) == summed_with_reversals(lines)
            assert not [*cached_slices.wrong_sums(work.connection, number, asked, names)]
            found += [
                (str(period), each.batch_id)
                for each in cached_slices.slicings(work.connection, [number])
                if each.grouping == asked.grouping
            ]
        assert not [*cached_slices.orphaned_sums(work.connection)]
    return found


def summed_with_reversals(slices: list[Slice]) -> dict[int | None, object]:
    by_closed: dict[int | None, list[Slice]] = {}
    for each in slices:
        by_closed.setdefault(each.reverses, []).append(each)
    return {reverses: summed(some) for reverses, some in by_closed.items()}


def kept_sums(office: Office) -> list[SumRow]:
    """All sums that are kept, those of free copies among them."""
    rows = office.rows(f"SELECT {', '.join(PackedRow._fields)} FROM batch_slice ORDER BY 1, 2, 3")
    return [each for row in rows for each in unpacked(PackedRow(*row))]


def with_limit(below: str) -> Document:
    """The setup, its first rule for discounts below another limit."""
    setup = deepcopy(a_setup())
    setup["contracts"][0]["rules"][0]["discount"] = {"below": below}
    return setup


def with_places(*regions: str) -> Document:
    """The setup, its plan asking for other regions."""
    setup = deepcopy(a_setup())
    setup["plans"][0]["versions"][0]["steps"][1]["when"] = {"regions": list(regions)}
    return setup


@after(spring)
def test_import_keeps_the_sums_a_draft_needs(office: Office) -> None:
    assert agree(office) == [("2025-H1", 1)]


@after(spring)
def test_draft_reads_no_sale_line_that_has_its_own_price(office: Office) -> None:
    """Were they not there, it would not notice."""
    draft = office.run("2025-H1")
    office.execute("DELETE FROM sale WHERE list_price IS NOT NULL")
    assert office.run("2025-H1")["contracts"] == draft["contracts"]


@after(opened)
def test_an_import_that_is_not_recorded_keeps_nothing(office: Office) -> None:
    assert office.bring(SPRING, dry_run=True).document["outcome"] == "recorded"
    assert office.bring([a_row(3), a_row(4, date="yesterday")]).outcome == "refused"
    assert office.rows("SELECT * FROM batch_slicing") == []


@after(spring)
def test_an_undone_import_keeps_nothing(office: Office) -> None:
    other = office.bring_batch([a_row(3, reference="other")])
    office.undo(1)
    assert agree(office) == [("2025-H1", other)]


@after(spring)
def test_rows_that_waited_are_added_to_their_import(office: Office) -> None:
    batch = office.bring_batch([a_row(2), a_row(5, isbn=UNKNOWN)])
    only = office.bring_batch([a_row(4, isbn=UNKNOWN_TOO)])
    assert agree(office) == [("2025-H1", 1), ("2025-H1", batch)]
    office.alias(UNKNOWN, HARDCOVER)
    office.alias(UNKNOWN_TOO, EBOOK)
    assert agree(office) == [("2025-H1", 1), ("2025-H1", batch), ("2025-H1", only)]


@after(closed)
def test_sums_are_kept_for_open_periods_and_corrections_only(office: Office) -> None:
    assert agree(office) == [("2025-H2", 2)]
    made = office.correct(1).batch
    assert agree(office) == [("2025-H2", 2), ("2025-H2", made)]
    office.undo(made)
    assert agree(office) == [("2025-H2", 2)]


@after(spring)
@pytest.mark.parametrize(
    "setup",
    [with_limit("0.5"), with_limit("0.4"), with_places("WA", "OR"), with_places("TX")],
    ids=["limit", "another limit", "more places", "other places"],
)
def test_changed_terms_recompute_kept_sums(office: Office, setup: Document) -> None:
    before = office.rows("SELECT grouping FROM batch_slicing")
    office.load(setup)
    assert office.rows("SELECT grouping FROM batch_slicing") != before
    assert agree(office) == [("2025-H1", 1)]
    assert office.faults() == {}


@after(spring)
def test_edition_newly_needing_discounts_is_summed_again(office: Office) -> None:
    """The limits are as they were, but a rule looks at the discount of one more format."""
    setup = deepcopy(a_setup())
    setup["contracts"][0]["rules"][0]["formats"] = ["hardcover", "ebook"]
    office.bring_batch([a_row(3, isbn=EBOOK), a_row(2, isbn=EBOOK, discount="0.6")])
    ((ebook,),) = office.rows(f"SELECT id FROM edition WHERE isbn = '{EBOOK}'")
    assert {each.discount for each in kept_sums(office) if each.edition_id == ebook} == {-1}
    office.load(setup)
    assert agree(office) == [("2025-H1", 1), ("2025-H1", 2)]
    assert {each.discount for each in kept_sums(office) if each.edition_id == ebook} == {0, 1}


@after(spring)
def test_unaffected_kept_sums_are_left_alone(office: Office) -> None:
    setup = deepcopy(a_setup())
    setup["contracts"][0]["rules"][1]["rate"] = "0.2"
    seen = office.statements_of(lambda office: office.load(setup))
    assert not [each for each in seen if each.startswith("INSERT INTO batch_sl")]


@after(spring)
def test_places_that_are_mended_are_summed_again(office: Office) -> None:
    office.rewrite_sales("UPDATE sale SET region = 'Washington' WHERE region = 'WA'")
    office.load(with_places("WA", "OR"))
    assert agree(office) == [("2025-H1", 1)]
    with office.work() as work:
        assert places.mend(work)
    assert agree(office) == [("2025-H1", 1)]
    assert "WA" in {each.region for each in kept_sums(office)}


@after(spring)
def test_migration_computes_kept_sums_of_earlier_releases(office: Office) -> None:
    office.bring_batch([a_row(2, date="2025-08-01")])
    office.rewrite_sales()
    assert agree(office) == []
    later = office.bring_batch([a_row(5)])
    assert agree(office) == [("2025-H1", later)]
    office.system.migrate()
    assert agree(office) == [("2025-H1", 1), ("2025-H1", later), ("2025-H2", 2)]


@after(opened)
def test_sums_beyond_64_bits_are_not_kept(office: Office) -> None:
    """The lines are recorded all the same, as ever."""
    office.bring_batch(
        [
            a_row(1_000_000, list_price="9999999.99", discount="1", reference=f"R{place}")
            for place in range(3)
        ]
    )
    assert len(office.rows("SELECT units FROM sale")) == 3


# Whatever happens, in any order

Do = Callable[[Office], object]


def _brings(rows: list[dict[str, str]]) -> Do:
    return lambda office: office.bring(rows)


_rows = st.builds(
    a_row,
    st.integers(1, 9),
    date=st.sampled_from(["2025-03-14", "2025-05-02", "2025-08-03", "2026-02-01"]),
    isbn=st.sampled_from([HARDCOVER, EBOOK, UNKNOWN, UNKNOWN_TOO]),
    retailer=st.sampled_from(["amazon", "bay"]),
    list_price=st.sampled_from(["80.00", "80.00", "20.00"]),
    discount=st.sampled_from(["0.4", "0.5", "0.55", "0.6"]),
    region=st.sampled_from(["WA", "TX", ""]),
    reference=st.integers(1, 10_000),
)
_batches = st.integers(1, 4)
_happenings = st.one_of(
    st.builds(_brings, st.lists(_rows, min_size=1, max_size=4)),
    st.builds(_brings, st.lists(_rows, min_size=1, max_size=4)),
    st.builds(lambda batch: lambda office: office.undo(batch), _batches),
    st.builds(lambda batch: lambda office: office.correct(batch), _batches),
    st.builds(
        lambda name, isbn: lambda office: office.alias(name, isbn),
        st.sampled_from([UNKNOWN, UNKNOWN_TOO]),
        st.sampled_from([HARDCOVER, EBOOK]),
    ),
    st.builds(
        lambda setup: lambda office: office.load(setup),
        st.sampled_from(
            [with_limit("0.55"), with_limit("0.5"), with_places("WA"), with_places("TX", "WA")]
        ),
    ),
    st.builds(
        lambda period: lambda office: office.close(period, early="because"),
        st.sampled_from(["2025-H1", "2025-H2"]),
    ),
)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@settings(max_examples=max(settings().max_examples // 8, 6))
@given(happenings=st.lists(_happenings, min_size=3, max_size=9))
def test_kept_sums_equal_the_lines_after_any_operations(
    shelf: Shelf,
    tmp_path_factory: pytest.TempPathFactory,
    kind: str,
    happenings: list[Do],
) -> None:
    folder = tmp_path_factory.mktemp("walk")
    with shelf.office(kind, opened, folder / "office") as office:
        for happens in happenings:
            with suppress(RefusedError):
                happens(office)
            agree(office)
