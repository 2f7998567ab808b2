"""Sums of an import's lines, packed by edition: a draft reads few rows instead of many.

``batch_slice.sums`` holds little-endian integers of eight bytes, in consecutive blocks: the
number of sellers, kind (copies, free copies, usage), currency (its letters' codes), discount
class, place (an index into ``places``; 0: none that is distinguished), closed period that is
reversed (or 0); then columns of that many numbers: sellers (the retailer's number times eight,
plus the kind of sale), copies, receipts, list values.
"""

import json
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from struct import pack, unpack
from typing import Any, NamedTuple

from royalties.domain.sales.slices import Block, Judged, Like, Place, SaleKind, Seller
from royalties.store.tables.types import UnreadableValueError

UNSPLIT = -1
"""The class of lines of an edition without a rule on discounts."""

_HEAD = 6
_COPIES, _FREE, _USAGE = range(3)
_GROUPS: dict[int, int] = {SaleKind.FREE: _FREE, SaleKind.USAGE: _USAGE}
_KINDS = 8
_PRICED = True
_NOWHERE = ("", "", "", "")
_LARGEST = 2**63


class SumRow(NamedTuple):
    """Sums of lines of an import that no rule and no plan distinguishes."""

    period_id: int
    edition_id: int
    retailer_id: int
    kind: int
    currency: str
    discount: int
    country: str
    region: str
    city: str
    order_ref: str
    reverses: int
    batch_id: int
    units: int
    net: int
    list_value: int


class PackedRow(NamedTuple):
    """A row of ``batch_slice``: all sums of an edition in an import, each once."""

    period_id: int
    batch_id: int
    edition_id: int
    is_split: int
    places: str
    sums: bytes


class SumTooLargeError(Exception):
    """A sum is larger than what the database keeps exactly."""


_Head = tuple[int, ...]
_Part = tuple[int, int, int, int]


def packed(rows: Iterable[SumRow]) -> list[PackedRow]:
    """Pack sums; all sums of an edition and an import must be included.

    Raises:
        SumTooLargeError: one does not fit; SQLite turns products that are too large into floats.
    """
    by_edition: dict[tuple[int, int, int], list[SumRow]] = {}
    for row in rows:
        key = (row.period_id, row.batch_id, row.edition_id)
        by_edition.setdefault(key, []).append(row)
    return [_packed(key, of_edition) for key, of_edition in sorted(by_edition.items())]


def _packed(key: tuple[int, int, int], rows: Sequence[SumRow]) -> PackedRow:
    places = sorted({row[6:10] for row in rows} - {_NOWHERE})
    at = {place: index for index, place in enumerate([_NOWHERE, *places])}
    blocks: dict[_Head, list[_Part]] = {}
    for row in rows:
        head = (
            _GROUPS.get(row.kind, _COPIES),
            int.from_bytes(row.currency.encode()),
            max(row.discount, 0),
            at[row[6:10]],
            row.reverses,
        )
        seller = row.retailer_id * _KINDS + row.kind
        figures = (_whole(row.units), _whole(row.net), _whole(row.list_value))
        blocks.setdefault(head, []).append((seller, *figures))
    numbers: list[int] = []
    for common, parts in sorted(blocks.items()):
        numbers += (len(parts), *common)
        for column in zip(*sorted(parts), strict=True):
            numbers += column
    return PackedRow(
        *key,
        int(any(row.discount != UNSPLIT for row in rows)),
        json.dumps(places, ensure_ascii=False) if places else "",
        pack(f"<{len(numbers)}q", *numbers),
    )


def _whole(figure: Any) -> int:  # noqa: ANN401 - a number as a driver gives it
    if isinstance(figure, float) or abs(figure) >= _LARGEST:
        raise SumTooLargeError
    return int(figure)


def unpacked(row: PackedRow) -> Iterator[SumRow]:
    """The sums in a row.

    Raises:
        UnreadableValueError: the row was tampered with.
    """
    numbers = _numbers(row.sums)
    for (_, currency, discount, place, reverses), first, size in _blocks(numbers):
        country, region, city, order_ref = _places(row.places)[place]
        class_ = discount if row.is_split else UNSPLIT
        columns = (numbers[first + at * size : first + (at + 1) * size] for at in range(4))
        for seller, units, net, list_value in zip(*columns, strict=True):
            retailer, kind = divmod(seller, _KINDS)
            yield SumRow(
                row.period_id,
                row.edition_id,
                retailer,
                kind,
                _currency(currency),
                class_,
                country,
                region,
                city,
                order_ref,
                reverses,
                row.batch_id,
                units,
                net,
                list_value,
            )


class BlockReader:
    """Turns packed rows into blocks; recurring parts are created once."""

    def __init__(self, retailers: Mapping[int, str]) -> None:
        """``retailers`` are their keys by number."""
        self._sellers = {
            number * _KINDS + kind: Seller(key, kind)
            for number, key in retailers.items()
            for kind in SaleKind
        }
        self._likes: dict[tuple[bool, str], dict[_Head, Like]] = {}

    def blocks(self, isbn: str, places: str, sums: bytes, *, is_split: bool) -> list[Block]:
        """An edition's blocks, except those of free copies.

        Args:
            isbn: the edition's.
            places: as stored in the row, like the sums.
            sums: packed.
            is_split: whether rules look at the edition's discounts.
        """
        kinds = self._likes.get((is_split, places))
        if kinds is None:
            kinds = self._likes[is_split, places] = {}
        sellers, numbers = self._sellers, _numbers(sums)
        blocks = []
        for head, first, size in _blocks(numbers):
            if head[0] == _FREE:
                continue
            like = kinds.get(head)
            if like is None:
                like = kinds[head] = _like(head, places, is_split=is_split)
            blocks.append(Block(isbn, like, size, first, numbers, sellers))
        return blocks


def _like(head: _Head, places: str, *, is_split: bool) -> Like:
    group, currency, discount, place, reverses = head
    where = Place(*_places(places)[place])
    judged = Judged(where.country, discount if is_split else 0, _PRICED, group == _USAGE)
    return Like(_currency(currency), where, reverses or None, judged)


def _numbers(sums: bytes) -> tuple[int, ...]:
    try:
        return unpack(f"<{len(sums) // 8}q", sums)
    except struct.error:
        raise UnreadableValueError(sums, "sums") from None


def _blocks(numbers: Sequence[int]) -> Iterator[tuple[_Head, int, int]]:
    """Each block's head, where its columns begin, and how long they are."""
    position, end = 0, len(numbers)
    while position < end:
        size, first = numbers[position], position + _HEAD
        last = first + 4 * size
        if size < 1 or last > end:
            raise UnreadableValueError(numbers, "sums")
        yield tuple(numbers[position + 1 : first]), first, size
        position = last


def _currency(code: int) -> str:
    return code.to_bytes(3).decode()


def _places(text: str) -> list[Sequence[str]]:
    return [_NOWHERE, *(json.loads(text) if text else ())]
