"""What is typed into the steps of a request, from one page to the next, and what is wrong with it.

It is stored as a draft between the pages. What was typed on the other steps travels along as hidden
fields too: the price beside the form needs it, and nothing is lost should the draft have ended.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from royalties.domain.money import split
from royalties.domain.orders.life import OrderKind
from royalties.domain.orders.order import Order
from royalties.domain.orders.pricing import MOST_COPIES
from royalties.ingest import places
from royalties.services.orders.intake.products import OrderableTitle
from royalties.services.orders.intake.requests import Address, BadRequestError, Requested, checked
from royalties.services.work import Work
from royalties.web.ordering.request_fields import MOST_ADDRESSES, AddressForm, RequestForm

WHAT, WHERE, WHO = 1, 2, 3
"""The steps."""

ADDRESS = tuple(each.short_name for each in AddressForm())
_FIELDS = RequestForm()
_OF_WHO = tuple(_FIELDS[name].short_name for name in RequestForm.of_who)
WORDS = (*RequestForm.of_what, *_OF_WHO, "again")
_ALWAYS_HIDDEN = 0
"""The step of what no step shows: the order that is made again."""
_PLACE = "address"
_STEP_OF = {
    **dict.fromkeys(
        ("kind", "isbn", "copies", "options", "need_by", "region", "country", "order"), WHAT
    ),
    "ship_to": WHERE,
}
_STAND_IN = "To come"
_STAND_IN_COUNTRY = "CA"
"""One that asks for no region."""
_STAND_IN_EMAIL = "somebody@example.org"


@dataclass(slots=True)
class Typed:
    """The contents of all fields of all steps, as texts."""

    words: dict[str, str]
    options: list[str] = field(default_factory=list)
    rush: bool = False
    addresses: list[dict[str, str]] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.words.get(name, "")

    @property
    def hidden(self) -> Iterator[tuple[int, str, str]]:
        """Every field as (its step, name, value), to be carried along."""
        for name in WORDS:
            step = WHO if name in _OF_WHO else WHAT
            yield _ALWAYS_HIDDEN if name == "again" else step, name, self[name]
        for each in self.options:
            yield WHAT, "option", each
        if self.rush:
            yield WHAT, "rush", "1"
        for address in self.addresses:
            for name in ADDRESS:
                yield WHERE, f"to_{name}", address[name]


def read(form: MultiDict[str, str]) -> Typed:
    """What a page sent."""
    sent = RequestForm(form)
    return Typed(
        {each.short_name: each.data for each in sent if each.short_name in WORDS},
        sent.option.data,
        sent.rush.is_ticked,
        [row.data for row in sent.addresses.rows],
    )


def filled_form(typed: Typed, wrong: Mapping[str, str]) -> RequestForm:
    """The form as it was typed, each mistake at its field."""
    form = RequestForm()
    for form_field in form:
        if form_field.short_name in typed.words:
            form_field.data = typed[form_field.short_name]
        if form_field.short_name in wrong:
            words = wrong[form_field.short_name]
            form_field.errors.append(f"{words[0].upper()}{words[1:]}")
    form.option.data = typed.options
    form.rush.data = "1" if typed.rush else ""
    for address in typed.addresses:
        row = AddressForm()
        for form_field in row:
            form_field.data = address[form_field.short_name]
        form.addresses.rows.append(row)
    return form


def merged(stored: Typed, form: MultiDict[str, str], step: int) -> Typed:
    """The stored texts, with what a step's page sent of its own fields."""
    sent = read(form)
    own = {name for name in WORDS if name in form and (name in _OF_WHO) == (step == WHO)}
    if step == WHO:
        own.add("tell")  # a tick that was taken away is not sent
    words = {**stored.words, **({name: sent[name] for name in own} if step != WHERE else {})}
    return Typed(
        words,
        sent.options if step == WHAT else stored.options,
        sent.rush if step == WHAT else stored.rush,
        sent.addresses if step == WHERE else stored.addresses,
    )


def to_draft(typed: Typed) -> str:
    """What was typed as a draft keeps it."""
    return json.dumps([typed.words, typed.options, typed.rush, typed.addresses], ensure_ascii=False)


def from_draft(body: str) -> Typed:
    """The stored texts of a draft."""
    words, options, rush, addresses = json.loads(body)
    rows = [{name: row.get(name, "") for name in ADDRESS} for row in addresses]
    return Typed(words, options, rush, rows)


def opened(offer: OrderableTitle, asked: MultiDict[str, str]) -> Typed:
    """The first page as it is opened; its address may say what is wanted."""
    kinds = [each.value for each in offer.kinds]
    kind = asked.get("what", "")
    copies = asked.get("copies", "")
    return Typed(
        {
            "kind": kind if kind in kinds else kinds[0],
            "isbn": offer.editions[0].isbn,
            "copies": copies if whole(copies) else "",
            "country": "US",
            "tax": "taxable",
            "tell": "1",
        }
    )


def fill_again(typed: Typed, before: Order) -> None:
    """Fill the form in from an order that is made again; what is needed when, one says anew."""
    typed.words |= {
        "kind": before.kind.value,
        "isbn": before.isbn,
        "copies": str(before.quantity),
        "region": before.ship_to[0].region,
        "country": before.ship_to[0].country,
        "for": before.organization,
        "contact_name": before.contact_name,
        "contact_email": before.contact_email,
        "audience": before.audience,
        "again": before.number,
    }
    typed.options = [option.value for option in before.options]
    typed.rush = before.rush
    typed.addresses = [
        {
            "copies": str(address.copies),
            "name": address.name,
            "street": address.lines[0] if address.lines else "",
            "street2": ", ".join(address.lines[1:]),
            "city": address.city,
            "region": address.region,
            "postcode": address.postcode,
            "country": address.country,
        }
        for address in before.ship_to[:MOST_ADDRESSES]
    ]


def own_address(typed: Typed) -> Address | None:
    """The address of a new organization, where it was given beside those that copies go to."""
    lines = tuple(each for each in (typed["bill_street"], typed["bill_street2"]) if each)
    if not lines and not typed["bill_city"]:
        return None
    return Address(
        0,
        typed["organization"],
        lines,
        typed["bill_city"],
        typed["bill_region"],
        typed["bill_postcode"],
        typed["bill_country"] or typed["country"],
    )


def first_address(typed: Typed) -> None:
    """Begin the list of addresses, or let its only one take all copies."""
    if not typed.addresses:
        typed.addresses.append(dict.fromkeys(ADDRESS, ""))
    if len(typed.addresses) == 1:
        only = typed.addresses[0]
        only["copies"] = typed["copies"]
        only["region"] = only["region"] or typed["region"]
        only["country"] = only["country"] or typed["country"]


def add_address(typed: Typed) -> None:
    """One more address, with the copies that no address has yet."""
    if len(typed.addresses) < MOST_ADDRESSES:
        left = (whole(typed["copies"]) or 0) - sum(
            whole(each["copies"]) or 0 for each in typed.addresses
        )
        more = {**dict.fromkeys(ADDRESS, ""), "country": typed["country"]}
        typed.addresses.append({**more, "copies": str(left) if left > 0 else ""})


def requested(typed: Typed, offer: OrderableTitle) -> Requested:
    """What was typed as a request; what is not there yet is empty."""
    kinds = {kind_offered.value: kind_offered for kind_offered in offer.kinds}
    kind = kinds.get(typed["kind"], offer.kinds[0])
    known = {option.value: option for option in offer.options}
    options = tuple(known[option] for option in dict.fromkeys(typed.options) if option in known)
    addresses = tuple(_address(address) for address in typed.addresses) or (_only(typed),)
    if len(addresses) == 1:
        addresses = (replace(addresses[0], copies=whole(typed["copies"]) or 0),)
    return Requested(
        kind,
        offer.title.key,
        typed["isbn"],
        addresses,
        options if kind is OrderKind.CUSTOM else (),
        typed.rush,
        _day(typed["need_by"]),
        typed["audience"],
        typed["tax"] == "exempt",
        typed["organization"],
        typed["contact_name"],
        typed["contact_email"],
        typed["message"].replace("\r\n", "\n"),
    )


def spread(typed: Typed, body: Requested) -> Requested:
    """The request with as many copies as the first step says, spread as the addresses have them."""
    copies = whole(typed["copies"]) or 0
    shares = [address.copies for address in body.ship_to]
    if len(shares) < 2 or copies < len(shares) or not all(shares):  # noqa: PLR2004 - one takes all
        return body
    parts = split(copies, shares)
    ship_to = (
        replace(address, copies=part) for address, part in zip(body.ship_to, parts, strict=True)
    )
    return replace(body, ship_to=tuple(ship_to))


def faults(work: Work, typed: Typed, offer: OrderableTitle, step: int) -> dict[str, str]:
    """What is wrong with the fields up to a step, by field; ``address 2`` is the second one."""
    wrong = dict(_plain_faults(typed, offer))
    body = requested(typed, offer)
    if step < WHERE:
        body = replace(body, ship_to=(_stood_in(body.ship_to[0]),))
    if step < WHO:
        body = replace(
            body,
            organization=_STAND_IN,
            contact_name=_STAND_IN,
            contact_email=_STAND_IN_EMAIL,
            audience="",
            message="",
        )
    if step >= WHERE:
        wrong |= _sum_fault(typed)
    if "copies" in wrong:
        body = replace(body, ship_to=tuple(replace(address, copies=1) for address in body.ship_to))
    try:
        checked(work, body)
    except BadRequestError as error:
        more = {name: words for name, words in error.faults.items() if name not in wrong}
        if wrong:
            more.pop("order", None)
        wrong |= more
    return wrong


def step_of(name: str) -> int:
    """The step that a field is on."""
    return WHERE if name.startswith(_PLACE) else _STEP_OF.get(name, WHO)


def whole(text: str) -> int | None:
    """A number of copies; None if it is none."""
    plain = text.replace(",", "").replace("\N{NARROW NO-BREAK SPACE}", "")
    if not (plain.isascii() and plain.isdecimal() and len(plain) <= len(str(MOST_COPIES))):
        return None
    return int(plain)


def _plain_faults(typed: Typed, offer: OrderableTitle) -> Iterator[tuple[str, str]]:
    copies = whole(typed["copies"])
    if not copies or copies > MOST_COPIES:
        yield "copies", f"write a number of copies, from 1 to {MOST_COPIES:,}"
    if typed["isbn"] not in {edition.isbn for edition in offer.editions}:
        yield "isbn", "choose an edition"
    if typed["kind"] not in {kind.value for kind in offer.kinds}:
        yield "kind", "choose one"
    if typed["need_by"] and _day(typed["need_by"]) is None:
        yield "need_by", "is no day: write it as 2026-04-03, or leave it empty"
    if not typed.addresses:
        yield from _place_faults(typed)
    known = {option.value for option in offer.options}
    if typed["kind"] == OrderKind.CUSTOM and known and known.isdisjoint(typed.options):
        yield "options", "choose at least one: it makes the edition yours"


def _place_faults(typed: Typed) -> Iterator[tuple[str, str]]:
    """What is wrong with the place for which the first step shows a price."""
    try:
        country = places.needed_country(typed["country"])
    except places.NotAPlaceError as error:
        yield "country", str(error)
        return
    try:
        _ = typed["region"] and places.needed_region(typed["region"], country)
    except places.NotAPlaceError as error:
        yield "region", str(error)


def _sum_fault(typed: Typed) -> dict[str, str]:
    if len(typed.addresses) > MOST_ADDRESSES:
        return {"ship_to": f"up to {MOST_ADDRESSES} addresses fit here: send us a list later"}
    copies = whole(typed["copies"]) or 0
    addressed = sum(whole(address["copies"]) or 0 for address in typed.addresses)
    if len(typed.addresses) < 2 or addressed == copies:  # noqa: PLR2004 - one address takes all
        return {}
    return {"ship_to": f"the addresses take {addressed:,} copies, and you asked for {copies:,}"}


def _only(typed: Typed) -> Address:
    return Address(
        whole(typed["copies"]) or 0,
        "",
        (),
        "",
        postcode="",
        **_codes(typed.words),
    )


def _stood_in(address: Address) -> Address:
    """An address of which the rest is not known yet; its place is judged by itself."""
    return replace(
        address,
        name=_STAND_IN,
        lines=(_STAND_IN,),
        city=_STAND_IN,
        region="",
        postcode="",
        country=_STAND_IN_COUNTRY,
    )


def _address(row: dict[str, str]) -> Address:
    lines = tuple(each for each in (row["street"], row["street2"]) if each)
    values: dict[str, Any] = {name: row[name] for name in ("name", "city", "postcode")}
    return Address(
        whole(row["copies"]) or 0,
        lines=lines,
        **values,
        **_codes(row),
    )


def _codes(row: dict[str, str]) -> dict[str, str]:
    """The codes of a country and its state; what is none stays as it was typed, to be refused."""
    country, region = row.get("country", ""), row.get("region", "")
    country = places.country(country) or country
    known = country if places.is_country(country) else ""
    return {
        "country": country,
        "region": (known and places.region(region, known)) or region,
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-04-03") else None
    except ValueError:
        return None
