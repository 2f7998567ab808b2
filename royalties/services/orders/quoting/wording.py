"""What a quote says beside its lines: tax, delivery and terms, in sentences."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction

from reports.order_words import amount
from royalties.domain.counting import counted, series
from royalties.domain.orders.life import PATH, LeadTime, OrderKind, State, path_of, promised_date
from royalties.domain.orders.price_lists import PriceVersion
from royalties.domain.orders.pricing import LineKind, Quote, ShipTo
from royalties.domain.terms.wording import percent
from royalties.ingest import places


def tax_note(ship_to: Iterable[ShipTo], priced: Quote) -> str:
    """Where tax is charged, where a certificate spares it, and what may change that."""
    shipments = list(ship_to)
    exempt = sorted({places.place_name(each.place) for each in shipments if each.exempt})
    taxed = sorted(
        {places.place_name(line.place) for line in priced.lines if line.kind is LineKind.TAX}
    )
    told = []
    if exempt:
        told.append(f"No tax for {series(exempt)}: an exemption certificate is on file.")
    if taxed:
        told.append(
            f"Sales tax is charged for {series(taxed)} unless a certificate for the ship-to "
            f"state, signed and dated, is on file before we invoice."
        )
    return " ".join(told) or "No sales tax is charged on this order."


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


def terms(
    version: PriceVersion, kind: OrderKind, priced: Quote, *, net_terms: bool
) -> tuple[str, ...]:
    """The terms of an order, one sentence or two each; the house's own come last."""
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
    """What is owed, told at each state from which on it is more; as ``owed_on_cancel`` has it."""
    told, before = [], ""
    for state in path_of(kind):
        if state not in _WHEN:
            continue
        place = PATH.index(state)
        due = [each for since, each in shares.items() if PATH.index(since) <= place]
        share = max(due, default=Fraction(0))
        begun = set_up and place >= PATH.index(State.ARTWORK)
        owed = _owed(share, begun=begun)
        if owed != before:
            told.append(f"{_WHEN[state]}, {owed}")
        before = owed
    if told:
        yield f"If you cancel, you owe: {'; '.join(told)}."


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
