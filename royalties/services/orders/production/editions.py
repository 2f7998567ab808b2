"""A custom edition of its own: an ISBN, or the house's next internal number, under the title."""

from stdnum import ean

from royalties.domain.orders.life import ENDED, OrderKind, State
from royalties.domain.people import Verb
from royalties.domain.terms.catalogue import INTERNAL, Format
from royalties.ingest.setup import SetupError
from royalties.services.books import setup_in_force
from royalties.services.orders.life import ChangedMeanwhileError, Order, lock, note
from royalties.services.orders.quoting.terms import edition_of
from royalties.services.terms import setup
from royalties.services.work import RefusedError, Work
from royalties.store.history import find_revision, lock_setup
from royalties.store.orders import money
from royalties.store.orders import orders as store
from royalties.store.terms import catalogue

GIVE_EDITION = "give-edition"
"""What the history calls it."""

_BODY = 12
"""Digits of a number without its check digit."""


def give_own_edition(work: Work, number: str, isbn: str | None, *, version: int) -> Order:
    """Add the order's custom edition to its title, priced as the ordered one.

    Args:
        work: the unit of work.
        number: of the order.
        isbn: as the agency gave it; None: the next number of the house's own.
        version: of the order as it was looked at.

    Raises:
        RefusedError: the order has one already, is no custom order, or was shipped or ended; or
            the ISBN is none, or taken.
    """
    work.actor.require(Verb.KEEP_ORDERS)
    lock_setup(work.connection)  # before the order: "Locks" in docs/architecture.md
    order = lock(work, number, version)
    _require_fitting(work, order)
    revision = find_revision(work.connection, "titles", order.title)
    edition = edition_of(setup_in_force(work), order.title, order.isbn)
    if revision is None or edition is None:
        raise RefusedError(f"the catalogue has no edition {order.isbn} of title {order.title!r}")
    number_given = isbn.strip() if isbn else _next_number(work)
    base = next(each for each in revision.body["editions"] if each["isbn"] == order.isbn)
    own_edition = {key: base[key] for key in ("prices", "unit_cost") if key in base}
    own_edition |= {"isbn": number_given, "format": Format.CUSTOM.value}
    body = {**revision.body, "editions": [*revision.body["editions"], own_edition]}
    try:
        setup.add(work, "titles", body)
    except SetupError as error:
        raise RefusedError("; ".join(fault.message for fault in error.faults)) from error
    title = setup_in_force(work).titles[order.title]
    own = title.editions[-1].isbn
    if not store.change_order(work.connection, order.id, order.version, {"own_isbn": own}):
        raise ChangedMeanwhileError(number)
    note(work, order, GIVE_EDITION, before=order.state, after=order.state, detail={"isbn": own})
    row = store.find_by_id(work.connection, work.actor, order.id)
    if row is None:
        raise AssertionError
    return row


def _require_fitting(work: Work, order: Order) -> None:
    if order.kind is not OrderKind.CUSTOM:
        raise RefusedError(f"order {order.number} takes copies as they are: it has no own edition")
    if order.own_isbn is not None:
        raise RefusedError(f"order {order.number} has its own edition already: {order.own_isbn}")
    if order.state in ENDED | {State.REQUESTED, State.QUOTED}:
        raise RefusedError("an edition is given to an order once its quote was accepted")
    if money.shipments_of(work.connection, order.id):
        raise RefusedError(f"copies of order {order.number} were shipped already")


def _next_number(work: Work) -> str:
    own = [
        int(row.isbn[:_BODY])
        for row in catalogue.edition_rows(work.connection)
        if row.isbn.startswith(INTERNAL)
    ]
    body = str(max(own, default=int(INTERNAL.ljust(_BODY, "0"))) + 1)
    return body + ean.calc_check_digit(body)
