"""From canonical bodies to domain values: exact, and nothing is checked twice."""

import marshal
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeVar, cast

from royalties.domain.money import MICRO, minor_units
from royalties.domain.terms.beneficiaries import (
    BalanceBroughtIn,
    Beneficiary,
    Letterhead,
    Publisher,
    WithholdingRate,
)
from royalties.domain.terms.catalogue import (
    Award,
    Channel,
    Chapter,
    Edition,
    Format,
    Link,
    Price,
    PublicTitle,
    Retailer,
    Title,
    WhereToBuy,
)
from royalties.domain.terms.contracts import (
    Advance,
    Basis,
    CapUsed,
    Contract,
    ContractBroughtIn,
    Counter,
    Counts,
    DiscountRange,
    EditionBroughtIn,
    ExchangeRate,
    Income,
    Reserve,
    ReserveBroughtIn,
    Resets,
    Rule,
    Tier,
    Words,
)
from royalties.domain.terms.plans import Cap, CapPer, Member, Plan, PlanVersion, Step, Takes, When

Body = Mapping[str, Any]
_Value = TypeVar("_Value")


@lru_cache(maxsize=4096)
def _exact(said: str | int) -> Fraction:
    """A number as it is said; the same rates recur in hundreds of contracts."""
    return Fraction(said)


_day = lru_cache(maxsize=4096)(date.fromisoformat)
_minor = lru_cache(maxsize=4096)(minor_units)
"""Days and amounts recur as well."""


def _recurring(make: Callable[[Body], _Value]) -> Callable[[Body], _Value]:
    """Makes one value of bodies that say the same; a house has the same rule in many contracts."""
    known: dict[bytes, _Value] = {}

    def made(body: Body) -> _Value:
        said = marshal.dumps(cast("Any", body), _WITHOUT_REFERENCES)
        value = known.get(said)
        if value is None:
            if len(known) >= _REMEMBERED:
                known.clear()
            value = known[said] = make(body)
        return value

    return made


_WITHOUT_REFERENCES = 2
"""A version of the format in which the same value always gives the same bytes."""
_REMEMBERED = 4096


def publisher_of(body: Body) -> Publisher:
    """The publisher."""
    return Publisher(
        name=body["name"],
        currency=body["currency"],
        calendar=body["calendar"],
        first_period=body["first_period"],
        address=tuple(body.get("address", ())),
        email=body.get("email", ""),
        phone=body.get("phone", ""),
        website=body.get("website", ""),
        pays_within=body.get("pays_within"),
    )


def letterheads_of(body: Body) -> tuple[Letterhead, ...]:
    """The publisher's later names and addresses, in order."""
    return tuple(
        Letterhead(date.fromisoformat(each["from"]), each["name"], tuple(each.get("address", ())))
        for each in sorted(body.get("letterheads", ()), key=lambda each: str(each["from"]))
    )


def title_of(body: Body) -> Title:
    """A title with its editions."""
    return Title(
        key=body["key"],
        title=body["title"],
        authors=tuple(body.get("authors", ())),
        published=_maybe(body, "published", _day),
        royalties=body.get("royalties", True),
        editions=tuple(_edition(edition) for edition in body.get("editions", ())),
        shown=_public_title(body),
        retired=_maybe(body, "retired", _day),
    )


def retailer_of(body: Body) -> Retailer:
    """A retailer."""
    return Retailer(
        key=body["key"],
        name=body["name"],
        channel=Channel(body["channel"]),
        country=body.get("country"),
        region=body.get("region"),
        city=body.get("city"),
        reports=(*body.get("reports", ()),),
        retired=_maybe(body, "retired", _day),
    )


def contract_of(body: Body) -> Contract:
    """A contract; a rule's ``rate`` becomes its one tier."""
    currency = body["currency"]
    return Contract(
        key=body["key"],
        titles=tuple(body["titles"]),
        currency=currency,
        starts=_day(body["starts"]),
        ends=_maybe(body, "ends", _day),
        sell_off_until=_maybe(body, "sell_off_until", _day),
        rights_ended=tuple(
            (right, _day(day)) for right, day in sorted(body.get("rights_ended", {}).items())
        ),
        rules=tuple(_rule(rule) for rule in body.get("rules", ())),
        plan=body["plan"],
        author=body.get("author", ""),
        rights=tuple(
            (right, _exact(share))
            for right, share in sorted(body.get("subsidiary_rights", {}).items())
        ),
        reserve=_maybe(body, "reserve", _reserve),
        advances=tuple(_advance(advance, currency) for advance in body.get("advances", ())),
        opening_balance=_minor(body.get("opening_balance", "0"), currency),
        order_charges=tuple(body.get("order_charges", ("option-copies",))),
        brought_in=_brought_in(body.get("brought_in", {}), currency),
    )


def _brought_in(body: Body, currency: str) -> ContractBroughtIn:
    return ContractBroughtIn(
        _minor(body.get("undistributed", "0"), currency),
        tuple(
            ReserveBroughtIn(
                reserve["withheld_in"],
                _minor(reserve["amount"], currency),
                reserve.get("released_in", ""),
            )
            for reserve in body.get("reserves", ())
        ),
        tuple(
            CapUsed(
                _minor(cap["used"], currency),
                cap.get("name", ""),
                cap.get("version", ""),
                cap.get("step", ""),
            )
            for cap in body.get("caps", ())
        ),
        tuple(
            EditionBroughtIn(
                edition["isbn"],
                edition.get("units", 0),
                _minor(edition.get("earned", "0"), currency),
            )
            for edition in body.get("editions", ())
        ),
    )


def beneficiary_of(body: Body, currency_of_publisher: str) -> Beneficiary:
    """A beneficiary."""
    return Beneficiary(
        key=body["key"],
        name=body["name"],
        country=body.get("country", ""),
        region=body.get("region", ""),
        city=body.get("city", ""),
        address=tuple(body.get("address", ())),
        email=body.get("email", ""),
        contact=body.get("contact", ""),
        phone=body.get("phone", ""),
        ein=body.get("ein", ""),
        minimum_payment=_exact(body.get("minimum_payment", "0")),
        tax_rates=_tax_rates(body.get("tax_rate")),
        pay_out_at_year_end=body.get("pay_out_at_year_end", False),
        on_hold=body.get("on_hold", False),
        private=body.get("private", False),
        opening_balance=_minor(body.get("opening_balance", "0"), currency_of_publisher),
        retired=_maybe(body, "retired", _day),
        brought_in=tuple(
            BalanceBroughtIn(
                balance["currency"],
                _minor(balance["amount"], balance["currency"]),
                balance.get("reason", ""),
            )
            for balance in body.get("brought_in", ())
        ),
    )


def plan_of(body: Body) -> Plan:
    """A plan, its versions in order of their first day."""
    versions = [
        PlanVersion(_day(version["from"]), _steps(version["steps"])) for version in body["versions"]
    ]
    ordered = tuple(sorted(versions, key=lambda version: version.starts))
    return Plan(body["key"], ordered, body.get("name", ""))


def exchange_rate_of(body: Body) -> ExchangeRate:
    """A rate of exchange."""
    return ExchangeRate(body["period"], body["from"], body["to"], _exact(body["rate"]))


def income_of(body: Body, currency_of_contract: str) -> Income:
    """Income of a subsidiary right."""
    return Income(
        contract=body["contract"],
        period=body["period"],
        right=body["right"],
        amount=_minor(body["amount"], currency_of_contract),
        note=body.get("note", ""),
    )


def mapping_of(body: Body) -> dict[str, Any]:
    """How to read a mapped report, every key given."""
    return {
        "key": body["key"],
        "retailer": body.get("retailer"),
        "sheet": body.get("sheet"),
        "header_row": body.get("header_row"),
        "columns": dict(body["columns"]),
        "date_order": body.get("date_order", "ymd"),
        "decimal": body.get("decimal", "."),
        "returns": body.get("returns", "negative"),
        "currency": body.get("currency"),
        "skip": list(body.get("skip", ())),
        "kinds": dict(body.get("kinds", {})),
        "kind": body.get("kind"),
        "rows_are": body.get("rows_are", "lines"),
        "only": dict(body.get("only", {})),
        "leave_out": dict(body.get("leave_out", {})),
        "ends_at": body.get("ends_at"),
        "percent": list(body.get("percent", ())),
        "period": body.get("period"),
        "answers": dict(body.get("answers", {})),
        "name": body.get("name"),
        "ended": body.get("ended", False),
        "unread": list(body.get("unread", ())),
    }


def _maybe(body: Body, key: str, read: Callable[[Any], _Value]) -> _Value | None:
    return read(body[key]) if key in body else None


def _words(body: Body, key: str) -> Words:
    return frozenset(body[key]) if key in body else None


def _edition(body: Body) -> Edition:
    return Edition(
        isbn=body["isbn"],
        format=Format(body["format"]),
        prices=tuple(_price(price) for price in body.get("prices", ())),
        unit_cost=_exact(body.get("unit_cost", "0")),
        identifiers=tuple(sorted(body.get("identifiers", {}).items())),
        retired=_maybe(body, "retired", _day),
    )


_PUBLIC = frozenset(
    (
        "public",
        "subtitle",
        "description",
        "chapters",
        "awards",
        "sold_by",
        "links",
        "bulk",
        "custom",
        "shows_giving",
    )
)


def _public_title(body: Body) -> PublicTitle:
    if _PUBLIC.isdisjoint(body):
        return _NOT_PUBLIC
    return PublicTitle(
        public=body.get("public", False),
        subtitle=body.get("subtitle", ""),
        description=tuple(body.get("description", ())),
        chapters=tuple(
            Chapter(chapter["title"], tuple(chapter.get("authors", ())), chapter.get("sample", ""))
            for chapter in body.get("chapters", ())
        ),
        awards=tuple(
            Award(award["name"], award.get("year"), award.get("by", ""))
            for award in body.get("awards", ())
        ),
        sold_by=tuple(
            WhereToBuy(seller["retailer"], seller.get("url", ""))
            for seller in body.get("sold_by", ())
        ),
        links=tuple(Link(link["words"], link["url"]) for link in body.get("links", ())),
        bulk=body.get("bulk", False),
        custom=body.get("custom", False),
        giving=body.get("shows_giving", False),
    )


_NOT_PUBLIC = PublicTitle()


@_recurring
def _price(body: Body) -> Price:
    micro = _exact(body["amount"]) * MICRO
    return Price(body["currency"], int(micro), _day(body["from"]))


@_recurring
def _rule(body: Body) -> Rule:
    counter = body.get("counter", {})
    tiers = body.get("tiers") or [{"rate": body["rate"]}]
    return Rule(
        name=body["name"],
        basis=Basis(body["basis"]),
        tiers=tuple(Tier(_exact(t["rate"]), _maybe(t, "up_to", _exact)) for t in tiers),
        counter=Counter(
            name=counter.get("name", body["name"]),
            resets=Resets(counter.get("resets", "never")),
            opening=_exact(counter.get("opening", 0)),
        ),
        counts=Counts(body.get("tiers_by", "units")),
        formats=_words(body, "formats"),
        channels=_words(body, "channels"),
        retailers=_words(body, "retailers"),
        countries=_words(body, "countries"),
        discount=_maybe(body, "discount", _discount),
    )


def _discount(body: Body) -> DiscountRange:
    return DiscountRange(
        from_=_maybe(body, "from", _exact),
        above=_maybe(body, "above", _exact),
        below=_maybe(body, "below", _exact),
        up_to=_maybe(body, "up_to", _exact),
    )


@_recurring
def _reserve(body: Body) -> Reserve:
    rate = body["rate"]
    by_period = isinstance(rate, list)
    return Reserve(
        rates=tuple(_exact(each) for each in (rate if by_period else [rate])),
        by_period=by_period,
        hold_periods=body["hold_periods"],
        formats=_words(body, "formats"),
        channels=_words(body, "channels"),
    )


def _advance(body: Body, currency: str) -> Advance:
    return Advance(
        amount=_minor(body["amount"], currency),
        paid_on=_day(body["paid_on"]),
        recouped=_minor(body.get("recouped", "0"), currency),
    )


def _tax_rates(rates: str | list[Body] | None) -> tuple[WithholdingRate, ...]:
    if rates is None:
        return ()
    if isinstance(rates, str):
        return (WithholdingRate(date.min, _exact(rates)),)
    dated = [WithholdingRate(_day(each["from"]), _exact(each["rate"])) for each in rates]
    return tuple(sorted(dated, key=lambda each: each.starts))


def _steps(bodies: list[Body]) -> tuple[Step, ...]:
    return tuple(_step(body) for body in bodies)


_TAKES = tuple((takes.value, takes) for takes in Takes)


def _step(body: Body) -> Step:
    takes = next(takes for word, takes in _TAKES if word in body)
    return Step(
        takes=takes,
        amount=None if takes is Takes.REMAINDER else _exact(body[takes.value]),
        to=tuple(_member(member) for member in body["to"]),
        when=_maybe(body, "when", _when),
        cap=_maybe(body, "cap", _cap),
        from_=_maybe(body, "from", _day),
        until=_maybe(body, "until", _day),
    )


def _member(body: Body) -> Member:
    return Member(
        weight=_exact(body.get("weight", 1)),
        beneficiary=body.get("beneficiary"),
        steps=_steps(body.get("steps", [])),
        cap=_maybe(body, "cap", _cap),
    )


def _when(body: Body) -> When:
    return When(
        formats=_words(body, "formats"),
        channels=_words(body, "channels"),
        retailers=_words(body, "retailers"),
        countries=_words(body, "countries"),
        regions=_words(body, "regions"),
        cities=_words(body, "cities"),
        orders=_words(body, "orders"),
    )


def _cap(body: Body) -> Cap:
    return Cap(_exact(body["amount"]), CapPer(body["per"]), body.get("name"))
