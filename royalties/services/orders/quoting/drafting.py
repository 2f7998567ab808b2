"""What the next version of an order's quote says: by the price list, and what was agreed."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from royalties.domain.money import amount_text
from royalties.domain.one_line import fault_of_line
from royalties.domain.orders import pricing
from royalties.domain.orders.artwork import wanted
from royalties.domain.orders.papers import (
    CheaperShown,
    Goods,
    Party,
    QuoteShown,
    ShipToShown,
    lines_shown,
)
from royalties.ingest import places
from royalties.services.books import Setup, setup_in_force
from royalties.services.orders import life
from royalties.services.orders.addresses import require_places
from royalties.services.orders.quoting import terms
from royalties.services.orders.quoting import wording as quote_words
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
        note: what else is said, in plain words.
    """

    discount: Fraction | None = None
    charges: tuple[pricing.AgreedCharge, ...] = ()
    extra_proofs: int = 0
    valid_until: date | None = None
    note: str = ""


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
        tax_note=quote_words.tax_note(asked.ship_to, cost),
        delivery=quote_words.delivery(
            order.kind, lead_time, work.today, artwork=bool(wanted(order.options))
        ),
        terms=quote_words.terms(version, order.kind, cost, net_terms=organization.net_terms),
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
    kept = text.strip()
    if len(kept) > longest:
        raise RefusedError(f"{label} has {len(kept)} characters: shorten it to {longest}")
    if not all(line.replace("\t", " ").isprintable() for line in kept.splitlines()):
        raise RefusedError(f"{label} holds signs that cannot be printed: take them out")
    return kept
