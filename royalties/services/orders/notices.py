"""Who is notified of each step of an order by e-mail; the words are in one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from string import Formatter

from royalties.domain.counting import counted
from royalties.domain.money import amount_text
from royalties.domain.orders.life import OrderKind, Side
from royalties.domain.orders.order import Order
from royalties.domain.people import Actor, PersonStatus, Role
from royalties.services.books import Setup, setup_in_force
from royalties.services.mail.outbox import Message, write
from royalties.services.orders.notice_words import NOTICE_WORDS
from royalties.services.orders.quoting import links as quote_links
from royalties.services.work import Work
from royalties.store.orders import orders as store
from royalties.store.orders import waiting
from royalties.store.people import people

_THEM = Side.ORGANIZATION
_US = Side.STAFF


_QUOTE_ENDS_WITHIN = timedelta(days=3)
_PROOF_WAITS = (7, 3)
"""Days after which an unanswered proof is reminded of, the longest first."""

_LONGEST_SUBJECT = 200
_AMOUNTS = frozenset({"total", "balance", "owed", "amount", "left", "too_much"})

CALENDAR = Actor("the calendar", Role.CLERK)
"""Who acts when a day has come; it sees every order."""


def notify(
    work: Work,
    order: Order,
    event: str,
    *,
    setup: Setup | None = None,
    side: Side | None = None,
    detail: Mapping[str, object] | None = None,
    kind: str = "order",
    about: str = "",
) -> None:
    """Tell by e-mail whoever is to know of a step of an order.

    Args:
        work: the unit of work.
        order: as it stands now.
        event: an action's word, or another key of the table.
        setup: in force, if that was read already.
        side: who acted, where it is not the actor's own side.
        detail: what the words may name: version, reason, total (minor units, with currency), …
        kind: of the message, as the outbox stores it.
        about: what the message is about; the order's number by default.
    """
    setup = setup or setup_in_force(work)
    acting = side or (Side.STAFF if work.actor.sees_all else Side.ORGANIZATION)
    values = _values(work, order, setup, detail or {})
    for to, words in NOTICE_WORDS.get(event, {}).items():
        if to is acting and not words.also_own and event != "assign":
            continue
        paragraphs = [text for each in words.paragraphs if (text := _sentence(each, values))]
        subject = _sentence(words.subject, values) or event.replace("-", " ")
        room = "organization" if to is _THEM else "finance"
        page = f"/{room}/orders/{order.number}{_sentence(words.page, values)}"
        for recipient in _recipients(work, order, setup, to):
            address = page
            if words.by_link and values.get("version"):
                address = quote_links.make(work, order, int(values["version"]), recipient)
            write(
                work,
                Message(
                    recipient,
                    f"Order {order.number}: {subject}"[:_LONGEST_SUBJECT],
                    paragraphs,
                    kind=kind,
                    about=about or order.number,
                    link=(words.link, address),
                    secret=words.by_link,
                ),
            )


def remind(work: Work) -> int:
    """Remind of quotes that end soon and of proofs that nobody answered, each once.

    Returns:
        How many were reminded of.
    """
    last = work.today + _QUOTE_ENDS_WITHIN
    due = [
        _Due(f"{row.number} quote {row.version} reminder", row, "quote-ends", 0)
        for row in waiting.quotes_expiring(work.connection, work.today, last)
    ]
    seen: set[str] = set()
    for days in _PROOF_WAITS:
        for row in waiting.proofs_unanswered(work.connection, work.at - timedelta(days=days)):
            if row.number not in seen:
                about = f"{row.number} proof {row.version} reminder after {days} days"
                due.append(_Due(about, row, "proof-waits", days))
            seen.add(row.number)
    reminded = waiting.already_reminded(work.connection, [each.about for each in due])
    left = [each for each in due if each.about not in reminded]
    if not left:
        return 0
    setup = setup_in_force(work)
    for reminder in left:
        order = store.find_order(work.connection, CALENDAR, reminder.row.number)
        if order is None:
            raise AssertionError
        waited = (work.now - reminder.row.sent_at).days if reminder.row.sent_at else 0
        detail = {
            "version": reminder.row.version,
            "valid_until": reminder.row.valid_until,
            "days": counted(waited, "day"),
        }
        notify(
            work,
            order,
            reminder.event,
            setup=setup,
            side=Side.CALENDAR,
            detail=detail,
            kind="reminder",
            about=reminder.about,
        )
    return len(left)


@dataclass(frozen=True, slots=True)
class _Due:
    about: str
    row: waiting.AwaitedAnswer
    event: str
    days: int


def _recipients(work: Work, order: Order, setup: Setup, side: Side) -> list[str]:
    """Whom a side's messages go to, nobody twice and never who acts."""
    if side is _US:
        assigned = (
            people.find_person(work.connection, order.assigned_id) if order.assigned_id else None
        )
        is_here = assigned is not None and assigned.status == PersonStatus.ACTIVE
        addresses = (
            [assigned.email] if assigned is not None and is_here else [setup.publisher.email]
        )
        return [address for address in addresses if address]
    addresses = [
        order.contact_email,
        *people.emails_of_organization(work.connection, order.organization),
    ]
    return [address for address in dict.fromkeys(addresses) if address]


def _values(work: Work, order: Order, setup: Setup, detail: Mapping[str, object]) -> dict[str, str]:
    title = setup.titles.get(order.title)
    organization = setup.organizations.get(order.organization)
    known: dict[str, object] = {
        "number": order.number,
        "copies": counted(order.quantity, "copy"),
        "title": title.heading if title else order.title,
        "organization": organization.name if organization else order.organization,
        "what": "a co-branded custom edition"
        if order.kind is OrderKind.CUSTOM
        else "copies in bulk",
        "contact": f"{order.contact_name}, {order.contact_email}",
        "need_by": order.need_by,
        "po_number": order.po_number,
        "by": work.actor.name,
        "actor": work.actor.name,
        "promised": order.promised_on,
    }
    if "quote" in detail:
        known["version"] = detail["quote"]
    currency = str(detail.get("currency", ""))
    return {
        name: money(value, currency)
        if name in _AMOUNTS and isinstance(value, int) and currency
        else _text(value)
        for name, value in {**known, **detail}.items()
    }


def _text(value: object) -> str:
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    return "" if value is None else str(value)


def money(minor: int, currency: str) -> str:
    """An amount as messages name it; nothing is not named."""
    return f"{currency} {amount_text(minor, currency)}" if minor else ""


def _sentence(words: str, values: Mapping[str, str]) -> str:
    """A sentence with its names filled in; empty if one of them is not known."""
    named = [name for _, name, _, _ in Formatter().parse(words) if name]
    if any(not values.get(name) for name in named):
        return ""
    return words.format_map(values)
