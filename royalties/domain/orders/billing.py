"""What of an order's price is billed and counts as receipts, once copies were shipped.

The accepted quote says what an order costs; printers deliver a little more or less. Lines that go
by copies are priced again at the quote's unit for what was shipped, all others stay as quoted.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from royalties.domain.counting import counted
from royalties.domain.money import number_text, rounded, scale, split, units_of
from royalties.domain.orders.papers import PaperLine, lines_shown
from royalties.domain.orders.price_lists import PriceList, PriceVersion
from royalties.domain.orders.pricing import LineKind, TaxedPart, lines_of_tax

BY_COPIES = frozenset({LineKind.COPIES.value, LineKind.OPTION_COPIES.value})
"""Kinds of lines that go by copies."""

_APART = frozenset({LineKind.TAX.value, LineKind.FREIGHT.value})


@dataclass(frozen=True, slots=True)
class Moved:
    """Copies that went to an address (from 1 on), or (negative) came back from it."""

    address: int
    copies: int


def copies_at(moved: Iterable[Moved]) -> dict[int, int]:
    """Copies that are at each address.

    >>> copies_at([Moved(1, 100), Moved(2, 50), Moved(1, -3)])
    {1: 97, 2: 50}
    """
    copies_by_address: dict[int, int] = {}
    for each in moved:
        copies_by_address[each.address] = copies_by_address.get(each.address, 0) + each.copies
    return copies_by_address


def whole_of(moved: Sequence[Moved], ordered: int, *, complete: bool) -> int:
    """The copies over which what is charged once is spread.

    Those ordered; once the last ones were shipped, those that stood then: later ones only return.

    >>> whole_of([Moved(1, 480), Moved(1, 30), Moved(1, -10)], 500, complete=True)
    510
    """
    if not complete:
        return ordered
    last = max(place for place, each in enumerate(moved, 1) if each.copies > 0)
    return max(1, sum(each.copies for each in moved[:last]))


def earning(lines: Iterable[PaperLine], charges: Collection[str]) -> list[PaperLine]:
    """Lines that are net receipts: copies, and the charges that the contract counts."""
    return [line for line in lines if line.kind in {LineKind.COPIES.value, *charges}]


def receipts_of(
    lines: Iterable[PaperLine], charges: Collection[str], currency: str, copies: int, ordered: int
) -> int:
    """Net receipts, in minor units, of so many copies of an order.

    A shipment's are those of all copies so far less those before it, so that all shipments
    together give the order's to the cent, and what comes back takes with it what it brought.

    500 copies at 7.50 with 100.00 of set-up: a first shipment of 200 brings 1,500.00 + 40.00, the
    rest 2,250.00 + 60.00.
    """
    return sum(
        _by_copies(line, currency, copies)
        if line.kind in BY_COPIES
        else rounded(Fraction(line.amount * min(copies, ordered), ordered))
        for line in earning(lines, charges)
    )


def billed(lines: Iterable[PaperLine], currency: str, copies: int) -> list[PaperLine]:
    """The lines of a quote for the copies that were shipped, without tax."""
    return [
        replace(line, quantity=copies, amount=_by_copies(line, currency, copies))
        if line.kind in BY_COPIES
        else line
        for line in lines
        if line.kind != LineKind.TAX.value
    ]


@dataclass(frozen=True, slots=True)
class Proofs:
    """Proofs of an order: how many were sent, are free, and are charged by the quote's lines."""

    sent: int
    free: int
    quoted: int
    charge: int

    @property
    def further(self) -> int:
        """Those that the final invoice may charge."""
        return max(0, self.sent - self.free - self.quoted) if self.charge else 0

    def line(self, count: int, currency: str) -> PaperLine:
        """The line that charges so many of them."""
        quoted = f", {self.quoted} quoted" if self.quoted else ""
        sent = f"{counted(self.sent, 'proof')} {'was' if self.sent == 1 else 'were'} sent"
        return PaperLine(
            LineKind.PROOF.value,
            "Further proofs",
            f"{sent}, {self.free} of them free{quoted}",
            count,
            number_text(units_of(self.charge, currency)),
            count * self.charge,
        )


def proofs_of(lines: Iterable[PaperLine], sent: int, version: PriceVersion) -> Proofs:
    """What was sent of proofs, by the lines of the quote and its price list."""
    quoted = sum(line.quantity for line in lines if line.kind == LineKind.PROOF.value)
    return Proofs(sent, version.free_proofs, quoted, version.proof_charge)


def taxed(
    lines: Sequence[PaperLine],
    copies: Mapping[str, int],
    exempt: Collection[str],
    prices: PriceList,
    day: date,
) -> list[PaperLine]:
    """The tax lines of an invoice.

    Args:
        lines: all others.
        copies: that went to each place.
        exempt: places with a certificate in force.
        day: of the invoice; its rates count.
    """
    freight: dict[str, int] = {}
    goods = 0
    for line in lines:
        if line.kind == LineKind.FREIGHT.value:
            freight[line.place] = freight.get(line.place, 0) + line.amount
        else:
            goods += line.amount
    parts = [
        TaxedPart(place, place in exempt, count, freight.get(place, 0))
        for place, count in copies.items()
        if count > 0
    ]
    return list(lines_shown(tuple(lines_of_tax(parts, prices, goods, day)), prices.currency))


def tax_of_credit(
    lines: Sequence[PaperLine], left: Sequence[int], chosen: Mapping[int, int]
) -> dict[int, int]:
    """The part of each tax line that goes with what is credited of the others.

    Tax is credited up to its share of what all credits so far took back, rounded once, less what
    was credited of it before: so they never leave a cent, nor take one too much.

    6.50 of tax on goods of 100.00: a credit of 50.00 takes back 3.25 of it, a second one the other
    3.25.

    Args:
        lines: of the invoice.
        left: of each line, after the credits before.
        chosen: what is credited of lines, by place from 1 on.
    """
    taken = [line.amount - left[at] + chosen.get(at + 1, 0) for at, line in enumerate(lines)]
    goods = [at for at, line in enumerate(lines) if line.kind not in _APART]
    tax_by_line = {}
    for at, line in enumerate(lines):
        if line.kind != LineKind.TAX.value:
            continue
        freight = [
            other
            for other, each in enumerate(lines)
            if (each.kind, each.place) == (LineKind.FREIGHT.value, line.place)
        ]
        base = line.of_goods + line.of_freight
        part = line.of_goods * _share(lines, taken, goods)
        part += line.of_freight * _share(lines, taken, freight)
        due = rounded(line.amount * part / base) if base else 0
        tax_by_line[at + 1] = min(max(0, due - (line.amount - left[at])), left[at])
    return tax_by_line


def _share(lines: Sequence[PaperLine], taken: Sequence[int], which: Sequence[int]) -> Fraction:
    whole = sum(lines[at].amount for at in which)
    return Fraction(sum(taken[at] for at in which), whole) if whole else Fraction(0)


def spread(amount: int, copies: Mapping[int, int]) -> dict[int, int]:
    """An amount over addresses by their copies, to the cent; nothing where none are left.

    >>> spread(1000, {1: 100, 2: 200, 3: 0})
    {1: 333, 2: 667}
    """
    left = {address: count for address, count in copies.items() if count > 0}
    if not left:
        return {}
    return dict(zip(left, split(amount, list(left.values())), strict=True))


def _by_copies(line: PaperLine, currency: str, copies: int) -> int:
    return rounded(Fraction(line.unit) * scale(currency) * copies)
