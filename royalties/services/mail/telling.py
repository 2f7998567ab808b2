"""Notifying the staff by e-mail of what they can act on, as far as each wants it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from royalties.domain.events import NOTIFIED_ROLES, StaffEvent, is_notified
from royalties.domain.people import Verb
from royalties.services.mail.outbox import Message, write
from royalties.services.work import Work
from royalties.store.people import mail_choices as store

_LONGEST_ABOUT = 100


@dataclass(frozen=True, slots=True)
class News:
    """A notification.

    Attributes:
        event: what happened.
        about: what it is about; with ``once``, nobody is notified twice of the same.
        subject: of the message.
        paragraphs: what it says.
        link: the words and the page on which somebody acts.
    """

    event: StaffEvent
    about: str
    subject: str
    paragraphs: Sequence[str]
    link: tuple[str, str]


def tell(
    work: Work, news: News, *, only: int | None = None, but: int | None = None, once: bool = False
) -> int:
    """Write one message to each person who can act on an event and wants to be notified.

    Args:
        work: the unit of work.
        news: the notification.
        only: number of the one person whom it concerns; None: everybody who can act.
        but: number of somebody who knows it already.
        once: whether to leave out those who have been notified of it before.

    Returns:
        How many messages that are.
    """
    about = news.about[:_LONGEST_ABOUT]
    notified = (
        store.already_notified(work.connection, news.event, about) if once else frozenset[str]()
    )
    wanting = [
        each
        for each in store.people_notified_of(
            work.connection, news.event, NOTIFIED_ROLES[news.event]
        )
        if only in (None, each.id) and each.id != but and each.email not in notified
    ]
    for person in wanting:
        write(
            work,
            Message(
                person.email,
                news.subject,
                news.paragraphs,
                kind=news.event.value,
                about=about,
                link=news.link,
            ),
        )
    return len(wanting)


def is_wanted(work: Work, event: StaffEvent, person: int) -> bool:
    """Whether a person who can act on an event wants to be notified of it."""
    return any(
        each.id == person
        for each in store.people_notified_of(work.connection, event, NOTIFIED_ROLES[event])
    )


def choices(work: Work) -> dict[StaffEvent, bool]:
    """Events that the actor can be notified of, and whether they are."""
    work.actor.require(Verb.KEEP_ACCOUNT)
    role, number = work.actor.role, work.actor.person
    chosen = store.choices_of(work.connection, number) if number is not None else {}
    return {
        event: is_notified(event, role, choice=chosen.get(event))
        for event, roles in NOTIFIED_ROLES.items()
        if role in roles
    }


def choose(work: Work, chosen: Mapping[StaffEvent, bool]) -> None:
    """Save which events the actor wants to be notified of."""
    current = choices(work)
    changed = {
        event: is_wanted
        for event, is_wanted in chosen.items()
        if event in current and current[event] != is_wanted
    }
    if work.actor.person is None or not changed:
        return
    store.save_choices(work.connection, work.actor.person, changed)
    work.record(
        Verb.KEEP_ACCOUNT,
        {"what": "mail-chosen", **{event.value: is_wanted for event, is_wanted in changed.items()}},
    )
