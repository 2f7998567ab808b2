"""Send statements by e-mail, and know what was sent to whom."""

from collections.abc import Sequence
from dataclasses import dataclass

from royalties.domain.people import Verb
from royalties.ingest import mailboxes
from royalties.services.books import setup_in_force
from royalties.services.mail import outbox
from royalties.services.statements.issuing import StatementSummary, issue, statements_of
from royalties.services.work import RefusedError, Units, Work
from royalties.store.mail import messages as mail
from royalties.store.statements import statements as store

_PAGE = "/nonprofit/{}/statements/{}"
"""Where the portal shows a statement of a beneficiary."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A statement and who would be notified of it.

    ``can_sign_in`` says whether somebody of the beneficiary finds it on the portal; ``was_sent``
    whether it went out, or waits to, already.
    """

    statement: StatementSummary
    recipients: tuple[str, ...]
    can_sign_in: bool

    @property
    def size(self) -> int:
        """How many messages it takes."""
        return len(self.recipients)

    @property
    def was_sent(self) -> bool:
        """Whether a message about it was sent, or waits to be."""
        return any(mail.state != "failed" for mail in self.statement.mails)


@dataclass(frozen=True, slots=True)
class Sending:
    """What sending statements would do."""

    letters: tuple[Letter, ...]

    @property
    def to_send(self) -> tuple[Letter, ...]:
        """Those of which somebody can be notified and nobody was yet."""
        return tuple(each for each in self.letters if each.recipients and not each.was_sent)

    @property
    def sent(self) -> tuple[Letter, ...]:
        """Those that were sent before."""
        return tuple(each for each in self.letters if each.was_sent)

    @property
    def without_address(self) -> tuple[Letter, ...]:
        """Those whose beneficiary has no address."""
        return tuple(each for each in self.letters if not each.recipients)

    @property
    def link_only(self) -> tuple[Letter, ...]:
        """Those that go to people none of whom can sign in to see the statement."""
        return tuple(each for each in self.to_send if not each.can_sign_in)


@dataclass(frozen=True, slots=True)
class SentStatements:
    """What was put into the outbox."""

    statements: int
    messages: int


def sending_of(work: Work, *, period: str = "", number: str = "") -> Sending:
    """Who would be notified of the statements of a period, or of one."""
    work.actor.require(Verb.SEND)
    rows, _ = statements_of(work, period=period, numbers=[number] if number else (), size=None)
    users = store.portal_users(work.connection, {row.beneficiary for row in rows})
    payees = setup_in_force(work).beneficiaries
    letters = []
    for row in rows:
        mine = users.get(row.beneficiary, [])
        payee = payees.get(row.beneficiary)
        letters.append(
            Letter(row, _addresses([payee.email if payee else "", *mine]), can_sign_in=bool(mine))
        )
    return Sending(tuple(letters))


def send(
    units: Units, *, period: str, number: str = "", attach: bool = False, again: bool = False
) -> SentStatements:
    """Tell beneficiaries that their statements are there; what is not issued yet is issued.

    Args:
        units: opens units of work of who sends.
        period: whose statements.
        number: only this statement; else all of the period.
        attach: whether the workbook goes with the message.
        again: whether those that were sent before are sent once more.

    Raises:
        RefusedError: there is nothing to send.
    """
    with units(read_only=True) as work:
        work.actor.require(Verb.SEND)
        _to_send(work, period, number, again=again)
    issue(units, period, number)
    with units() as work:
        ordinal = setup_in_force(work).period(period).ordinal
        store.lock_for_issuing(work.connection, ordinal)
        letters = _to_send(work, period, number, again=again)
        messages = _write_all(work, ordinal, letters, attach=attach)
        work.record(
            Verb.SEND,
            {
                "period": period,
                "statements": [each.statement.number for each in letters],
                "messages": messages,
                "attached": attach,
                "again": again,
            },
        )
    return SentStatements(len(letters), messages)


def _to_send(work: Work, period: str, number: str, *, again: bool) -> list[Letter]:
    planned = sending_of(work, period=period, number=number)
    letters = [each for each in planned.letters if each.recipients]
    if not again:
        letters = [each for each in letters if not each.was_sent]
    if not letters:
        raise RefusedError(_nothing(planned))
    return letters


def _write_all(work: Work, ordinal: int, letters: Sequence[Letter], *, attach: bool) -> int:
    issued = store.issued_files(work.connection, ordinal) if attach else {}
    names = {number: row.name for (number, file), row in issued.items() if file == "workbook"}
    for letter in letters:  # what still waits says the same, perhaps to an address that was wrong
        mail.cancel_replaced(work.connection, "statement", letter.statement.number)
    return sum(_write(work, each, names.get(each.statement.number, "")) for each in letters)


def _write(work: Work, letter: Letter, workbook: str) -> int:
    row = letter.statement
    house = setup_in_force(work).publisher_on(work.today)
    files = [(row.period, workbook)] if workbook else []
    opening = (
        f"The royalty statement of {row.name} for {row.period} is ready. It says what was earned "
        f"and from where, what is due, and what is to pay. Its number is {row.number}."
    )
    final = "figures are final and will not change."
    paragraphs = [opening, f"The workbook is attached; its {final}" if workbook else f"Its {final}"]
    if house.email:
        paragraphs.append(f"If you have a question about it, write to {house.email}.")
    link = _PAGE.format(row.beneficiary, row.number)
    for recipient in letter.recipients:
        outbox.write(
            work,
            outbox.Message(
                recipient,
                f"Your royalty statement for {row.period} from {house.name}",
                paragraphs,
                "statement",
                row.number,
                ("See the statement", link),
                attachments=files,
            ),
        )
    return len(letter.recipients)


def _addresses(written: Sequence[str]) -> tuple[str, ...]:
    """Each address once, however it is written."""
    seen: dict[str, str] = {}
    for address in written:
        if address.strip():
            seen.setdefault(mailboxes.plain(address), address.strip())
    return tuple(seen.values())


def _nothing(planned: Sending) -> str:
    if not planned.letters:
        return "there is no such statement to send"
    if planned.sent:
        return "everything has already been sent: confirm if you want to send it again"
    return "none of these beneficiaries has an e-mail address: enter one, then send"
