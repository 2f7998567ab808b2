"""Sums packed by edition are the sums that were given, and refuse to be read as anything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.sales.slices import SaleKind, Slice
from royalties.store.sales.packed_slices import (
    BlockReader,
    PackedRow,
    SumRow,
    SumTooLargeError,
    packed,
    unpacked,
)
from royalties.store.tables.types import UnreadableValueError

RETAILERS = {1: "amazon", 2**31 - 1: "bay"}
_figures = st.integers(1 - 2**63, 2**63 - 1)
_sums = st.builds(
    SumRow,
    st.just(4050),
    st.sampled_from([1, 7]),
    st.sampled_from(list(RETAILERS)),
    st.sampled_from([kind.value for kind in SaleKind]),
    st.sampled_from(["USD", "GBP"]),
    st.sampled_from([0, 1, 2]),
    st.sampled_from(["", "US"]),
    st.sampled_from(["", "WA"]),
    st.sampled_from(["", "Saint-Étienne", '"; ,[']),
    st.sampled_from(["", "O-2025-0001"]),
    st.sampled_from([0, 4049]),
    st.sampled_from([1, 2]),
    _figures,
    _figures,
    _figures,
)
rows = st.lists(_sums, max_size=30, unique_by=lambda row: row[:12])


@given(rows, st.booleans())
def test_packed_sums_unpack_unchanged(sums: list[SumRow], is_split: bool) -> None:
    if not is_split:
        sums = list({(*row[:5], *row[6:12]): row._replace(discount=-1) for row in sums}.values())
    found = packed(sums)
    assert len({row[:3] for row in found}) == len(found)
    assert sorted(each for row in found for each in unpacked(row)) == sorted(sums)
    assert packed(sums[::-1]) == found, "the same bytes, in whatever order they came"


@given(rows)
def test_blocks_are_the_sums_except_free_copies(sums: list[SumRow]) -> None:
    unpacking = BlockReader(RETAILERS)
    for is_split in (True, False):
        blocks = [
            block
            for row in packed(sums)
            for block in unpacking.blocks(
                f"edition {row.edition_id}", row.places, row.sums, is_split=is_split
            )
        ]
        found = [each for block in blocks for each in block.slices()]
        assert sorted(map(as_sums, found)) == sorted(
            (
                f"edition {row.edition_id}",
                RETAILERS[row.retailer_id],
                row.kind,
                row.currency,
                row.discount if is_split else 0,
                row[6:10],
                row.reverses,
                *row[12:],
            )
            for row in sums
            if row.kind != SaleKind.FREE
        )
        for block in blocks:
            assert block.any_retailer in {who.retailer for who in block.sellers}
            assert {who.kind is SaleKind.USAGE for who in block.sellers} == {
                block.like.judged.is_usage
            }
            assert block.like.judged.country == block.like.place.country


def as_sums(each: Slice) -> tuple[object, ...]:
    assert each.priced
    sums = (each.units, each.net, each.list_value)
    key = (each.isbn, each.retailer, each.kind, each.currency, each.discount)
    return (*key, tuple(each.place), each.reverses or 0, *sums)


A_SUM = SumRow(4050, 1, 1, 1, "USD", 0, "", "", "", "", 0, 1, 3, 40, 50)


@pytest.mark.parametrize("figure", [2**63, -(2**63), 1e300, float(2**40)])
@pytest.mark.parametrize("name", ["units", "net", "list_value"])
def test_a_sum_that_is_too_large_is_refused(name: str, figure: float) -> None:
    """SQLite makes floats of what it cannot keep exactly."""
    with pytest.raises(SumTooLargeError):
        packed([A_SUM, SumRow(**{**A_SUM._asdict(), "kind": 2, name: figure})])


@pytest.mark.parametrize("sums", [b"1", b"12345678", bytes(80), b"\x01" + bytes(15)])
def test_bytes_that_were_never_packed_are_refused(sums: bytes) -> None:
    with pytest.raises(UnreadableValueError):
        list(unpacked(PackedRow(4050, 1, 1, 1, "", sums)))
    with pytest.raises(UnreadableValueError):
        BlockReader(RETAILERS).blocks("edition 1", "", sums, is_split=True)
