"""What the next version of an order's quote says: by the price list, and what was agreed.

Beside its lines that is tax, delivery and terms, in sentences.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from reports.order_words import amount
from royalties.domain.counting import counted, series
from royalties.domain.money import amount_text
from royalties.domain.one_line import fault_of_line
from royalties.domain.orders import pricing
from royalties.domain.orders.artwork import wanted
from royalties.domain.orders.life import PATH, LeadTime, OrderKind, State, path_of, promised_date
from royalties.domain.orders.papers import (
    CheaperShown,
    Goods,
    Party,
    QuoteShown,
    ShipToShown,
    lines_shown,
)
from royalties.domain.orders.price_lists import PriceVersion
from royalties.domain.orders.pricing import LineKind, Quote, ShipTo
from royalties.domain.terms.wording import percent
from royalties.ingest import places
from royalties.services.books import Setup, setup_in_force
from royalties.services.orders import life
from royalties.services.orders.quoting import terms
from royalties.services.orders.quoting.terms import require_places
from royalties.services.work import RefusedError, Work
from royalties.store.orders import certificates

_MOST_LINES = 20
_MOST_PROOFS = 1000
_LONGEST_WORDS = 200
_LONGEST_NOTE = 2000
_LONGEST_VALIDITY = 366
_MOST_AMOUNT = 10**15


@dataclass(frozen=True, slots=True)
class Edits:
    """What the staff agreed on beside the price list.

    Attributes:
        discount: instead of the list's.
        charges: further charges, each once, with words for the line.
        extra_proofs: proofs beyond the free ones, charged by the list.
        valid_until: the last day; None: by the price list.
        note: anything else, in plain words.
    """

    discount: Fraction | None = None
    charges: tuple[pricing.AgreedCharge, ...] = ()
    extra_proofs: int = 0
    valid_until: date | None = None
    note: str = ""


def edits_document(edits: Edits) -> dict[str, Any]:
    """What was agreed, as JSON values."""
    return {
        "discount": str(edits.discount),
        "charges": [[each.words, each.amount] for each in edits.charges],
        "extra_proofs": edits.extra_proofs,
        "valid_until": edits.valid_until.isoformat() if edits.valid_until else "",
        "note": edits.note,
    }


def edits_of(stored: Mapping[str, Any]) -> Edits:
    """What was agreed, as a proposal stores it."""
    return Edits(
        Fraction(stored["discount"]),
        tuple(pricing.AgreedCharge(words, amount) for words, amount in stored["charges"]),
        stored["extra_proofs"],
        date.fromisoformat(stored["valid_until"]) if stored["valid_until"] else None,
        stored["note"],
    )


def is_below_list(setup: Setup, order: life.Order, edits: Edits, day: date) -> bool:
    """Whether more is taken off than the price list takes off for so many copies."""
    if edits.discount is None:
        return False
    version = terms.version_on(terms.price_list_of(setup, order.title), day)
    return edits.discount > pricing.discount_for(order.quantity, version)


def compose(
    work: Work, order: life.Order, number: int, edits: Edits, *, issued_by: str = ""
) -> QuoteShown:
    """What a version of an order's quote says, by today's price list.

    Args:
        work: the unit of work.
        order: which one.
        number: of the version.
        edits: what was agreed beside the price list.
        issued_by: who made it, where that is not who approves it now.

    Raises:
        RefusedError: something is not offered, or cannot be agreed on.
    """
    setup = setup_in_force(work)
    title = setup.titles.get(order.title)
    if title is None:
        raise RefusedError(f"there is no title {order.title!r} any more")
    edition, prices, list_price = terms.edition_offered(setup, title, order.isbn, work.today)
    version = terms.version_on(prices, work.today)
    organization = terms.organization_of(setup, order.organization)
    asked = _asked(work, order, _checked(work, edits, prices.currency))
    cost = priced(asked, prices, list_price, work.today)
    lead_time = version.rush_lead_time if order.rush else version.lead_time
    return QuoteShown(
        number=f"{order.number}/{number}",
        order=order.number,
        version=number,
        kind=order.kind.value,
        dated=work.today,
        valid_until=edits.valid_until or work.today + timedelta(days=version.valid_days),
        issued_by=issued_by or work.actor.name,
        publisher=setup.publisher_on(work.today),
        organization=terms.party_of(organization, order.contact_name, order.contact_email),
        goods=Goods(
            title.title,
            title.authors,
            edition.isbn,
            edition.format.value,
            tuple(pricing.option_words(each) for each in order.options),
        ),
        audience=order.audience,
        need_by=order.need_by,
        rush=order.rush,
        ship_to=tuple(
            ShipToShown(address.copies, _party(address), address.place, priced_to.exempt)
            for address, priced_to in zip(order.ship_to, asked.ship_to, strict=True)
        ),
        currency=prices.currency,
        price_list=prices.key,
        lines=lines_shown(cost.lines, prices.currency),
        total=cost.total,
        deposit=cost.deposit,
        net_terms=organization.net_terms,
        tax_note=tax_note(asked.ship_to, cost),
        delivery=delivery(order.kind, lead_time, work.today, artwork=bool(wanted(order.options))),
        terms=terms_in_words(version, order.kind, cost, net_terms=organization.net_terms),
        cheaper=_cheaper(cost.cheaper),
        note=edits.note.strip(),
    )


def _cheaper(found: pricing.Cheaper | None) -> CheaperShown | None:
    return CheaperShown(found.copies, found.total) if found else None


def _asked(work: Work, order: life.Order, edits: Edits) -> pricing.PriceRequest:
    require_places(order.ship_to)
    exempt = certificates.places_in_force(work.connection, order.organization, work.today)
    return pricing.PriceRequest(
        order.kind,
        tuple(
            pricing.ShipTo(each.copies, each.place, each.place in exempt) for each in order.ship_to
        ),
        order.options,
        order.rush,
        edits.extra_proofs,
        edits.discount,
        edits.charges,
    )


def priced(
    asked: pricing.PriceRequest, prices: pricing.PriceList, list_price: Fraction, day: date
) -> pricing.Quote:
    """What copies cost by a price list.

    Raises:
        RefusedError: the list does not offer it; says what it does.
    """
    try:
        quote = _spelled_out(pricing.quote(asked, prices, list_price, day))
    except pricing.NotOfferedError as error:
        raise RefusedError(str(error)) from error
    if quote.total > _MOST_AMOUNT:
        raise RefusedError("this is more than one order may cost: split it")
    return quote


def _spelled_out(quote: pricing.Quote) -> pricing.Quote:
    """The same with places by name in what its lines say."""
    lines = (replace(each, words=places.in_words(each.words)) for each in quote.lines)
    return replace(quote, lines=tuple(lines))


def _checked(work: Work, edits: Edits, currency: str) -> Edits:
    if edits.discount is not None and not 0 <= edits.discount <= 1:
        raise RefusedError("a discount lies between 0 and 100 %")
    if not 0 <= edits.extra_proofs <= _MOST_PROOFS:
        raise RefusedError("further proofs are counted from 0 up")
    if len(edits.charges) > _MOST_LINES:
        raise RefusedError(f"a quote takes at most {_MOST_LINES} further charges")
    for charge in edits.charges:
        if not line_of(charge.words, "the words of a charge", _LONGEST_WORDS):
            raise RefusedError("say what a further charge is for")
        if not 0 < charge.amount <= _MOST_AMOUNT:
            amount = amount_text(charge.amount, currency)
            raise RefusedError(
                f"{amount} is no charge: write an amount above 0, or agree on a discount"
            )
    text_of(edits.note, "the note", _LONGEST_NOTE)
    until = edits.valid_until
    if until is not None and not 0 <= (until - work.today).days <= _LONGEST_VALIDITY:
        raise RefusedError("a quote is valid from today on, for a year at most")
    return edits


def _party(address: life.Address) -> Party:
    lines = terms.address_lines(
        address.lines, address.city, address.region, address.postcode, address.country
    )
    return Party(address.name, lines)


def line_of(text: str, label: str, longest: int) -> str:
    """A text as one line, its blanks single.

    Raises:
        RefusedError: it is too long, has several lines, or holds what cannot be printed.
    """
    if fault := fault_of_line(text.strip().replace("\t", " ")):
        raise RefusedError(f"{label} cannot be recorded: {fault}")
    return " ".join(text_of(text, label, longest).split())


def text_of(text: str, label: str, longest: int) -> str:
    """A text of some lines, without blanks around it.

    Raises:
        RefusedError: it is too long, or holds what cannot be printed.
    """
    text = text.strip()
    if len(text) > longest:
        raise RefusedError(f"{label} has {len(text)} characters: shorten it to {longest}")
    if not all(line.replace("\t", " ").isprintable() for line in text.splitlines()):
        raise RefusedError(f"{label} holds signs that cannot be printed: take them out")
    return text


def tax_note(ship_to: Iterable[ShipTo], priced: Quote) -> str:
    """Where tax is charged, where a certificate spares it, and what may change that."""
    shipments = list(ship_to)
    exempt = sorted({places.place_name(each.place) for each in shipments if each.exempt})
    taxed = sorted(
        {places.place_name(line.place) for line in priced.lines if line.kind is LineKind.TAX}
    )
    sentences = []
    if exempt:
        sentences.append(f"No tax for {series(exempt)}: an exemption certificate is on file.")
    if taxed:
        sentences.append(
            f"Sales tax is charged for {series(taxed)} unless a certificate for the ship-to "
            f"state, signed and dated, is on file before we invoice."
        )
    return " ".join(sentences) or "No sales tax is charged on this order."


def delivery(kind: OrderKind, lead_time: LeadTime, today: date, *, artwork: bool = True) -> str:
    """When the copies would be there, and what that counts from; artwork: whether some is sent."""
    day = date_words(promised_date(kind, lead_time, today=today, approved=None, started=None))
    if kind is OrderKind.BULK:
        return (
            f"About {day}, if you accept today: {_days(lead_time.production)} to make ready and "
            f"{_days(lead_time.shipping)} on the way."
        )
    today_ = "accept and send artwork today" if artwork else "accept today"
    return (
        f"About {day}, if you {today_} and approve the first proof: "
        f"{_days(lead_time.proof)} for the proof, {_days(lead_time.production)} for production "
        f"from the day of your approval, and {_days(lead_time.shipping)} on the way."
    )


def terms_in_words(
    version: PriceVersion, kind: OrderKind, priced: Quote, *, net_terms: bool
) -> tuple[str, ...]:
    """The terms_in_words of an order, one sentence or two each; the house's own come last."""
    currency = priced.currency
    set_up = bool(priced.sum_of(LineKind.SET_UP))
    return (
        *_payment(version, currency, priced.deposit, net_terms=net_terms),
        *(_proofs(version, currency) if kind is OrderKind.CUSTOM else ()),
        *_tolerance(version),
        *_cancellation(kind, version.cancellation, set_up=set_up),
        *version.terms,
    )


def date_words(day: date) -> str:
    """A day as papers write it: 3 April 2026."""
    return f"{day.day} {day:%B %Y}"


def _payment(
    version: PriceVersion, currency: str, deposit: int, *, net_terms: bool
) -> Iterator[str]:
    due = (
        f"within {counted(version.net_days, 'day')} of the invoice"
        if version.net_days
        else "on invoice"
    )
    ahead = f"{currency} {amount(deposit, currency)} ({percent(version.deposit)})"
    if not deposit:
        yield f"Payment {due}."
    elif net_terms:
        yield (
            f"Payment {due} if you send a purchase order; without one, a deposit of {ahead} is "
            f"paid before work begins."
        )
    else:
        yield f"A deposit of {ahead} is paid before work begins, the rest {due}."


def _proofs(version: PriceVersion, currency: str) -> Iterator[str]:
    more = ""
    if version.proof_charge:
        cost = f"{currency} {amount(version.proof_charge, currency)}"
        free = (
            f"{counted(version.free_proofs, 'proof')} {'is' if version.free_proofs == 1 else 'are'}"
        )
        more = f" {free} included; each further one costs {cost}."
    yield f"Nothing is printed before you have approved a proof.{more}"


def _tolerance(version: PriceVersion) -> Iterator[str]:
    if version.tolerance:
        yield (
            f"Printing may run over or under by up to {percent(version.tolerance)}; you are "
            f"invoiced for the copies that are shipped."
        )


def _cancellation(
    kind: OrderKind, shares: Mapping[State, Fraction], *, set_up: bool
) -> Iterator[str]:
    """What is owed from each state on in which it is more; as ``owed_on_cancel`` has it."""
    charges, before = [], ""
    for state in path_of(kind):
        if state not in _WHEN:
            continue
        place = PATH.index(state)
        due = [each for since, each in shares.items() if PATH.index(since) <= place]
        share = max(due, default=Fraction(0))
        begun = set_up and place >= PATH.index(State.ARTWORK)
        owed = _owed(share, begun=begun)
        if owed != before:
            charges.append(f"{_WHEN[state]}, {owed}")
        before = owed
    if charges:
        yield f"If you cancel, you owe: {'; '.join(charges)}."


def _owed(share: Fraction, *, begun: bool) -> str:
    if share == 1:
        return "the total"
    if not begun:
        return f"{percent(share)} of the total" if share else ""
    return f"set-up and {percent(share)} of the rest" if share else "set-up"


_WHEN = {
    State.ACCEPTED: "once accepted",
    State.ARTWORK: "from artwork on",
    State.PROOF_SENT: "from the first proof on",
    State.PROOF_APPROVED: "from the approved proof on",
    State.IN_PRODUCTION: "from production on",
}


def _days(days: int) -> str:
    return "1 working day" if days == 1 else f"{days} working days"
