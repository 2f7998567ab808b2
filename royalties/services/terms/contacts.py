"""Where a beneficiary is reached: what its own people update, and nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass

from royalties.domain.people import Verb
from royalties.ingest import setup as setup_file
from royalties.services.mail.outbox import Message, write
from royalties.services.terms.setup import check_entry
from royalties.services.work import RefusedError, Work
from royalties.store.history import add_revisions, find_revision, lock_setup

_PART = "beneficiaries"


@dataclass(frozen=True, slots=True)
class Contact:
    """How a beneficiary is reached; empty texts say nothing."""

    address: tuple[str, ...] = ()
    email: str = ""
    contact: str = ""
    phone: str = ""


FIELDS = ("address", "email", "contact", "phone")
"""The keys of a beneficiary's entry that are its own to change; none moves money."""


def save_contact(work: Work, key: str, contact: Contact) -> tuple[str, ...]:
    """Bring a beneficiary's contact details up to date; what else its entry says stays.

    Returns:
        The keys that changed.

    Raises:
        SetupError: with every fault, its paths beginning with ``beneficiaries[0].``.
        RefusedError: there is no such beneficiary, or it is not the actor's.
    """
    work.actor.require(Verb.KEEP_CONTACT)
    if not work.actor.sees_all and key not in work.actor.beneficiaries:
        raise RefusedError(f"there is no beneficiary {key} of yours")
    lock_setup(work.connection)
    revision = find_revision(work.connection, _PART, key)
    if revision is None:
        raise RefusedError(f"there is no beneficiary {key} of yours")
    contact_fields = {
        "address": list(contact.address),
        "email": contact.email,
        "contact": contact.contact,
        "phone": contact.phone,
    }
    other_fields = {name: value for name, value in revision.body.items() if name not in FIELDS}
    body = {**other_fields, **{name: value for name, value in contact_fields.items() if value}}
    new = setup_file.parse_setup({_PART: [body]}, _PART).entries[_PART][key]
    check_entry(work, _PART, body)
    changed = tuple(name for name in FIELDS if new.get(name) != revision.body.get(name))
    if changed:
        add_revisions(work.connection, [(_PART, key, new)], work.at, work.actor.name)
        work.record(Verb.KEEP_CONTACT, {"beneficiary": key, "changed": changed})
        _notify(work, revision.body.get("email", ""), new.get("email", ""), changed)
    return changed


def _notify(work: Work, before: str, after: str, changed: Iterable[str]) -> None:
    """Whoever was reached until now hears of it, should somebody else have changed it."""
    if "email" not in changed or not before:
        return
    where = f" to {after}" if after else ""
    change = (
        f"{work.actor.name} changed the e-mail address to which your royalty statements are "
        f"sent{where}."
    )
    write(
        work,
        Message(
            before,
            "Your contact details were changed",
            (change, "If nobody of you did that, tell us at once."),
            kind="notice",
            about="contact",
        ),
    )
