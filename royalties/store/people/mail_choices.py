"""Which events each staff member chose to be notified of by e-mail."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, and_, select

from royalties.domain.events import StaffEvent, is_notified
from royalties.domain.people import PersonStatus, Role
from royalties.store.engine import insert_or
from royalties.store.people.people import RecipientRow
from royalties.store.tables import mail, mail_choice, person


def choices_of(connection: Connection, number: int) -> dict[StaffEvent, bool]:
    """A person's choices by event; events without a choice are left out."""
    rows = connection.execute(
        select(mail_choice.c.event, mail_choice.c.wanted).where(mail_choice.c.person_id == number)
    )
    return {row.event: bool(row.wanted) for row in rows}


def save_choices(connection: Connection, number: int, choices: Mapping[StaffEvent, bool]) -> None:
    """Store a person's choices."""
    for event, is_wanted in choices.items():
        statement = insert_or(connection, mail_choice).values(
            person_id=number, event=event, wanted=is_wanted
        )
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["person_id", "event"], set_={"wanted": is_wanted}
            )
        )


def people_notified_of(
    connection: Connection, event: StaffEvent, roles: Iterable[Role]
) -> list[RecipientRow]:
    """Active people of some roles who want to be notified of an event, by number."""
    chosen = and_(mail_choice.c.person_id == person.c.id, mail_choice.c.event == event)
    rows = connection.execute(
        select(person.c.id, person.c.email, person.c.name, person.c.role, mail_choice.c.wanted)
        .join_from(person, mail_choice, chosen, isouter=True)
        .where(person.c.role.in_(sorted(roles)), person.c.status == PersonStatus.ACTIVE)
        .order_by(person.c.id)
    )
    return [
        RecipientRow(row.id, row.email, row.name)
        for row in rows
        if is_notified(event, row.role, choice=row.wanted)
    ]


def already_notified(connection: Connection, event: StaffEvent, about: str) -> frozenset[str]:
    """Addresses that were already notified of an event about a subject."""
    rows = connection.execute(
        select(mail.c.recipient).where(mail.c.kind == event.value, mail.c.about == about)
    )
    return frozenset(rows.scalars())
