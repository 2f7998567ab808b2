"""Places in the books that are no codes of ISO 3166: found, and mended where nothing is closed.

What names no place matches no rule, no step of a plan, no tax and no certificate. New ones are
refused or warned of where they come in; this is for books from before that, and for reports that
were recorded in spite of the warning.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from royalties.domain.currencies import exponent
from royalties.domain.money import micro_text
from royalties.domain.orders.life import ENDED
from royalties.domain.people import Verb
from royalties.ingest import places
from royalties.ingest.places import NotAPlaceError
from royalties.ingest.postcodes import regions_of
from royalties.ingest.setup import SetupError
from royalties.ingest.setup.placed import Spot, What, spots
from royalties.services.books import setup_in_force
from royalties.services.orders import life
from royalties.services.sales.recording import sum_places_again
from royalties.services.terms import setup as terms
from royalties.services.work import RefusedError, Work
from royalties.store.history import lock_setup, revisions_in_force
from royalties.store.orders import orders as order_store
from royalties.store.periods import periods
from royalties.store.terms import places as store

MENDED = "place-mended"
"""What an order's history calls an address that got the code of its place."""

_CLOSED = "its period is closed and stays as it is: correct the import and import it anew"
_MIRRORED = "it belongs to a correction, which mirrors what it takes back, and stays as it is"
_ENDED = "the order has ended, and its papers stay as they were issued"
_UNKNOWN = "nobody knows what is meant: say it with --choose"

Choices = Mapping[str, str]
"""What a place means where nobody can know, as listed: ``US-MIS`` means ``US-MS``."""


@dataclass(frozen=True, slots=True)
class Stray:
    """A place in the books that is no code.

    Attributes:
        kind: ``setup``, ``sales``, ``waiting``, ``order`` or ``certificate``.
        where: which entry, period, order or organization, in words.
        place: as it stands, ``US-Washington``.
        becomes: the code that is meant; empty: nobody knows.
        stays: why it cannot be changed, and what to do; empty: it can be mended.
        lines: sale lines or rows that name it; 0 elsewhere.
        net: their receipts by currency, as exact text.
    """

    kind: str
    where: str
    place: str
    becomes: str
    stays: str = ""
    lines: int = 0
    net: Mapping[str, str] | None = None

    @property
    def can_be_mended(self) -> bool:
        """Whether ``mend`` changes it."""
        return bool(self.becomes) and not self.stays

    @property
    def shown(self) -> dict[str, Any]:
        """As the command line prints it."""
        return {
            "kind": self.kind,
            "where": self.where,
            "place": self.place,
            "becomes": self.becomes or None,
            "lines": self.lines,
            "net": dict(self.net or {}),
            "stays": self.stays or None,
        }


def strays(work: Work, choices: Choices | None = None) -> list[Stray]:
    """Every place in the books that is no code, and what it would become.

    Raises:
        RefusedError: a choice is no place.
    """
    work.actor.require(Verb.READ)
    chosen = _checked(choices or {})
    return [
        *(stray for stray, _ in _in_setup(work, chosen)),
        *_in_sales(work, chosen),
        *(stray for stray, _ in _in_waiting(work, chosen)),
        *(stray for stray, _, _ in _in_orders(work, chosen)),
        *(stray for stray, _ in _in_certificates(work, chosen)),
    ]


def mend(work: Work, choices: Choices | None = None) -> list[Stray]:
    """Give every place of open data its code, where one alone can be meant.

    Setup entries get a new revision, sales of open periods and rows that wait, addresses of orders
    that have not ended and certificates are changed; the log has each.

    Returns:
        What was mended.

    Raises:
        RefusedError: a choice is no place.
    """
    work.actor.require(Verb.MEND)
    chosen = _checked(choices or {})
    lock_setup(work.connection)
    setup = setup_in_force(work)
    first_open = periods.lock_for_sales(work.connection, setup.first_period)
    mended = [
        *_mend_setup(work, chosen),
        *_mend_sales(work, chosen, first_open),
        *_mend_orders(work, chosen),
        *_mend_certificates(work, chosen),
    ]
    if mended:
        work.record(Verb.MEND, {"places": [_logged(each) for each in mended]})
    return mended


def _logged(stray: Stray) -> dict[str, object]:
    change = {"where": stray.where, "before": stray.place, "after": stray.becomes}
    return {"kind": stray.kind, **change, **({"lines": stray.lines} if stray.lines else {})}


def _checked(choices: Choices) -> dict[str, str]:
    """Choices with their codes."""
    codes = {}
    for stray, meant in choices.items():
        try:
            codes[stray] = places.place(meant) if meant else ""
        except NotAPlaceError as error:
            raise RefusedError(f"--choose {stray}={meant}: {error}") from error
    return codes


# What is meant


def _named(country: str, region: str) -> str:
    return f"{country}-{region}" if region else country


def _is_stray(country: str, region: str) -> bool:
    known = places.is_country(country)
    return bool(country and not known) or bool(
        region and not places.is_region(region, country if known else "")
    )


def _meant(
    country: str, region: str, chosen: Choices, postcode: str = ""
) -> tuple[str, str] | None:
    """The codes of a country and its region, if they can be one alone."""
    if choice := chosen.get(_named(country, region)):
        head, _, tail = choice.partition("-")
        return head, tail
    of = places.country(country) or "" if country else ""
    if country and not of:
        return None
    if not region:
        return of, ""
    code = places.region(region, of) or (of and places.cut(region, of))
    lies = regions_of(of, postcode)
    if lies and code not in lies:
        code = None if code or len(lies) > 1 else next(iter(lies))
    return (of, code) if code else None


# The setup


def _in_setup(work: Work, chosen: Choices) -> Iterator[tuple[Stray, tuple[str, dict[str, Any]]]]:
    """Every spot of an entry that is no code, with the entry's part and its body once mended."""
    for revision in revisions_in_force(work.connection):
        body = deepcopy(revision.body)
        strays = []
        for spot in spots(revision.kind, body):
            before = spot.text
            code = _code(spot, chosen, body)
            if code != before:
                where = f"{revision.kind} {revision.key}, {spot.path}"
                becomes = _spot_named(spot, code) if code else ""
                strays.append(Stray("setup", where, _spot_named(spot, before), becomes))
                if code:
                    spot.put(code)
        stays = _refused(work, revision.kind, body) if strays else ""
        for stray in strays:
            yield (
                replace(stray, stays=stays if stray.becomes else _UNKNOWN),
                (revision.kind, body),
            )


def _spot_named(spot: Spot, text: str) -> str:
    return _named(spot.countries[0], text) if len(spot.countries) == 1 else text


def _code(spot: Spot, chosen: Choices, body: Mapping[str, Any]) -> str | None:
    """The code that is meant by a spot's text; the text itself where it is one already."""
    country = spot.countries[0] if len(spot.countries) == 1 else ""
    if choice := chosen.get(_spot_named(spot, spot.text)):
        return choice.partition("-")[2] if spot.what is What.REGION else choice
    try:
        return spot.code()
    except NotAPlaceError:
        if spot.what is What.REGION and country:
            meant = _meant(country, spot.text, chosen, str(body.get("postcode", "")))
            return meant[1] if meant else None
        if spot.what is What.PLACE:
            head, _, tail = spot.text.partition("-")
            meant = _meant(head, tail, chosen)
            return _named(*meant) if meant else None
        return None


def _refused(work: Work, kind: str, body: Mapping[str, Any]) -> str:
    """Why an entry would not be taken even so; empty: it would."""
    try:
        terms.check_entry(work, kind, body)
    except SetupError as error:
        return f"its entry is refused: {error.faults[0]}"
    return ""


def _mend_setup(work: Work, chosen: Choices) -> Iterator[Stray]:
    bodies: dict[int, tuple[str, dict[str, Any]]] = {}
    found = list(_in_setup(work, chosen))
    for stray, (kind, body) in found:
        if stray.can_be_mended:
            bodies[id(body)] = (kind, body)
            yield stray
    for kind, body in bodies.values():
        terms.add(work, kind, body)


# Sales


def _in_sales(work: Work, chosen: Choices) -> Iterator[Stray]:
    groups: dict[tuple[str, str, str, bool, bool], list[store.SoldInPlaceRow]] = {}
    for row in store.sold_places(work.connection):
        if _is_stray(row.country, row.region):
            key = (row.period, row.country, row.region, row.closed, row.mirrored)
            groups.setdefault(key, []).append(row)
    for (period, country, region, closed, mirrored), rows in groups.items():
        meant = _meant(country, region, chosen)
        yield Stray(
            "sales",
            f"sales of {period}",
            _named(country, region),
            _named(*meant) if meant else "",
            _CLOSED if closed else _MIRRORED if mirrored else "" if meant else _UNKNOWN,
            sum(row.lines for row in rows),
            {row.currency: micro_text(row.net, exponent(row.currency)) for row in rows},
        )


def _in_waiting(work: Work, chosen: Choices) -> Iterator[tuple[Stray, store.WaitingPlace]]:
    for row in store.waiting_places(work.connection):
        if _is_stray(row.country, row.region):
            meant = _meant(row.country, row.region, chosen)
            stray = Stray(
                "waiting",
                "rows that wait for an edition",
                _named(row.country, row.region),
                _named(*meant) if meant else "",
                "" if meant else _UNKNOWN,
                row.rows,
            )
            yield stray, row


def _mend_sales(work: Work, chosen: Choices, first_open: int) -> Iterator[Stray]:
    moved = set()
    for stray in _in_sales(work, chosen):
        if stray.can_be_mended:
            yield stray
    for row in store.sold_places(work.connection):
        before = (row.country, row.region)
        meant = _meant(*before, chosen) if _is_stray(*before) else None
        if meant and before not in moved:
            moved.add(before)
            store.move_sales(work.connection, before, meant, first_open)
    if moved:
        sum_places_again(work, setup_in_force(work))
    for stray, waiting in list(_in_waiting(work, chosen)):
        before = (waiting.country, waiting.region)
        if stray.can_be_mended and (meant := _meant(*before, chosen)):
            store.move_waiting(work.connection, before, meant)
            yield stray


# Orders and certificates


def _in_orders(
    work: Work, chosen: Choices
) -> Iterator[tuple[Stray, store.OrderPlaces, tuple[int, tuple[str, str] | None]]]:
    """Every address that names no place, with its order, its number from 1 on and its codes."""
    for row in store.order_places(work.connection):
        for number, address in enumerate(row.ship_to, 1):
            if not _is_stray(address.country, address.region):
                continue
            meant = _meant(address.country, address.region, chosen, address.postcode)
            ended = row.state in ENDED
            stray = Stray(
                "order",
                f"order {row.number}, address {number}",
                address.place,
                _named(*meant) if meant else "",
                _ENDED if ended else "" if meant else _UNKNOWN,
            )
            yield stray, row, (number, meant)


def _mend_orders(work: Work, chosen: Choices) -> Iterator[Stray]:
    changes_by_order: dict[str, list[tuple[Stray, int, tuple[str, str]]]] = {}
    for stray, row, (number, meant) in _in_orders(work, chosen):
        if stray.can_be_mended and meant:
            changes_by_order.setdefault(row.number, []).append((stray, number, meant))
    for name, changes in changes_by_order.items():
        order = order_store.find_order(work.connection, work.actor, name, lock=True)
        if order is None:
            continue
        ship_to = list(order.ship_to)
        for _, place, (country, region) in changes:
            ship_to[place - 1] = replace(ship_to[place - 1], country=country, region=region)
        values = {"ship_to": ship_to}
        if not order_store.change_order(work.connection, order.id, order.version, values):
            raise life.ChangedMeanwhileError(name)
        words = ", ".join(f"{stray.place} → {stray.becomes}" for stray, _, _ in changes)
        detail = {"places": words}
        life.note(work, order, MENDED, before=order.state, after=order.state, detail=detail)
        yield from (stray for stray, _, _ in changes)


def _in_certificates(work: Work, chosen: Choices) -> Iterator[tuple[Stray, store.CertificatePlace]]:
    """Certificates that count or may come to count, and name no place."""
    for row in store.certificate_places(work.connection):
        country, _, region = row.place.partition("-")
        if row.refused or row.expires_on < work.today or not _is_stray(country, region):
            continue
        meant = _meant(country, region, chosen)
        stray = Stray(
            "certificate",
            f"certificate {row.id} of {row.organization}",
            row.place,
            _named(*meant) if meant else "",
            "" if meant else _UNKNOWN,
        )
        yield stray, row


def _mend_certificates(work: Work, chosen: Choices) -> Iterator[Stray]:
    for stray, row in list(_in_certificates(work, chosen)):
        if stray.can_be_mended:
            store.move_certificate(work.connection, row.id, stray.becomes)
            yield stray
