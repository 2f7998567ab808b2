"""What payees and the staff are told of bank details: masked, at every address that is known."""

from datetime import timedelta

from royalties.domain.events import StaffEvent
from royalties.domain.payments.account_life import CONTACT_DAYS, BankAccount
from royalties.domain.people import PersonStatus
from royalties.services.books import setup_in_force
from royalties.services.mail.outbox import Message, write
from royalties.services.mail.telling import News, tell
from royalties.services.payments.facts import name_of_payee
from royalties.services.work import Work
from royalties.store.history import revisions_of
from royalties.store.people import people

_ASK_FIRST = (
    "Ask the payee by a telephone number that you knew before, not by one from the message in "
    "which the details came."
)


def tell_payee(work: Work, row: BankAccount, subject: str, *paragraphs: str) -> None:
    """Tell all who can be reached for a payee: its address, the one before, and its people."""
    for recipient in _contacts(work, row.beneficiary):
        write(
            work,
            Message(recipient, subject, paragraphs, kind="notice", about=f"bank details {row.id}"),
        )


def tell_managers(work: Work, row: BankAccount) -> None:
    """Tell the managers that bank details wait for one of them."""
    name = name_of(work, row)
    tell(
        work,
        News(
            StaffEvent.BANK_DETAILS,
            f"bank details {row.id}",
            f"To confirm: bank details of {name}",
            (
                f"{row.entered_by} entered bank details for {name}: {row.masked}.",
                "Payments to them wait until a second person has confirmed these.",
                _ASK_FIRST,
            ),
            ("Look at them", f"/finance/beneficiaries/{row.beneficiary}/bank-details"),
        ),
        but=row.entered_by_id,
    )


def name_of(work: Work, row: BankAccount) -> str:
    """What the payee of an account is called."""
    return name_of_payee(setup_in_force(work), row.beneficiary)


def _contacts(work: Work, beneficiary: str) -> list[str]:
    """Addresses at which a payee is told, so that no thief who changed one keeps it quiet."""
    since = work.at - timedelta(days=CONTACT_DAYS)
    emails: list[str] = []
    for revision in revisions_of(work.connection, "beneficiaries", beneficiary):
        emails.append(str(revision.body.get("email", "")) if revision.body else "")
        if revision.at < since:
            break
    members = people.members(work.connection, work.actor, beneficiary)
    emails += [each.email for each in members if each.status is PersonStatus.ACTIVE]
    return [each for each in dict.fromkeys(emails) if each]
