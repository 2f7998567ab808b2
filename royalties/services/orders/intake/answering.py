"""How a quote is answered beside accepting it oneself: by paper or telephone, or by a question.

Who mails a purchase order or telephones has accepted, and the staff record it: in whose name, how,
on which day, with the paper. The organization is told what was recorded in its name.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from royalties.domain.one_line import fault_of_line
from royalties.domain.orders.life import Action, Precondition
from royalties.domain.orders.order import Order
from royalties.domain.people import Verb
from royalties.services.orders import life, messages, notices
from royalties.services.orders.attachments import AttachmentUpload, StoredAttachment
from royalties.services.orders.intake import customer_orders
from royalties.services.orders.quoting import quotes
from royalties.services.work import RefusedError, Work

RECORDED = "record-acceptance"
"""By which words the organization is told."""

_LONGEST_REASON = 500


class How(StrEnum):
    """How an acceptance came; the words finish "accepted it …"."""

    MAIL = "by mail"
    EMAIL = "by e-mail"
    TELEPHONE = "by telephone"


ON_PAPER = frozenset({How.MAIL, How.EMAIL})
"""Of these there is a file to be kept."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What the staff record of an acceptance: whose, how, when; a purchase order and its file."""

    name: str
    how: How
    on: date
    po_number: str = ""
    file: AttachmentUpload | StoredAttachment | None = None


def record_acceptance(
    work: Work,
    number: str,
    acceptance: Acceptance,
    *,
    version: int | None = None,
    quote_version: int | None = None,
) -> Order:
    """Record that an organization accepted the newest quote by mail, e-mail or telephone.

    Args:
        work: the unit of work.
        number: the order's.
        acceptance: what is recorded.
        version: the order's, as it was looked at.
        quote_version: the quote that was looked at.

    Raises:
        RefusedError: the quote cannot be accepted any more, the day or the file is missing.
        ChangedMeanwhileError: somebody else changed the order.
    """
    work.actor.require(Verb.KEEP_ORDERS)
    order = life.lock(work, number, version)
    newest = next(iter(quotes.quotes(work, order)), None)
    if newest is not None and not newest.shown.dated <= acceptance.on <= work.today:
        raise RefusedError(
            f"quote {newest.shown.number} is of {newest.shown.dated}: write the day on which it "
            f"was accepted, from then to today"
        )
    if acceptance.how in ON_PAPER and acceptance.file is None:
        raise RefusedError(
            f"what came {acceptance.how.value} is kept: choose the file, as PDF or picture"
        )
    detail: dict[str, object] = {
        "name": acceptance.name,
        "how": acceptance.how.value,
        "on": acceptance.on,
    }
    if acceptance.file is not None:
        detail["file"] = customer_orders.save_purchase_order(work, order, acceptance.file)
    accepted = quotes.accept(
        work,
        order,
        name=acceptance.name,
        po_number=acceptance.po_number,
        quote_version=quote_version,
        met=[Precondition.ACCEPTANCE],
        detail=detail,
        tell=False,
    )
    if newest is None:
        raise AssertionError
    told = {"quote": newest.version, "total": newest.total, "currency": newest.currency}
    notices.notify(
        work, accepted, RECORDED, detail=detail | told | {"po_number": accepted.po_number}
    )
    return accepted


def ask_another_quote(work: Work, number: str, text: str, *, version: int | None = None) -> Order:
    """Say what a quote should say instead: the staff make another one, and this one ends.

    Raises:
        RefusedError: nothing is said, or there is no quote to be answered.
        ChangedMeanwhileError: somebody else changed the order.
    """
    work.actor.require(Verb.ORDER)
    order = life.lock(work, number, version)
    said = " ".join(text.split())
    if not said:
        raise RefusedError("say what should be different")
    if fault := fault_of_line(said):
        raise RefusedError(f"what should be different cannot be recorded: {fault}")
    reason = said if len(said) <= _LONGEST_REASON else f"{said[: _LONGEST_REASON - 2]} …"
    moved = life.move(
        work,
        order,
        Action.ASK_ANOTHER_QUOTE,
        met=[Precondition.COMMENT],
        detail={"reason": reason},
        tell=False,
    )
    messages.post(work, number, text, event=Action.ASK_ANOTHER_QUOTE)
    return moved
