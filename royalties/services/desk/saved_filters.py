"""Filters of the desk's lists that are saved under a name, for oneself or for all at the desk.

What a filter asks for is the business of its list; here it is a name and some short texts.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from royalties.domain.one_line import fault_of_line
from royalties.domain.people import Verb
from royalties.services.work import RefusedError, Work
from royalties.store.desk import saved_filters as store

LONGEST_NAME = 80
MOST = 200
"""Filters that one person may have saved."""

_MOST_PARTS = 20
_LONGEST_PART = 200
_MOST_RENAMED = 20


class NoFilterError(RefusedError):
    """There is no such saved filter for who asks."""

    def __init__(self) -> None:
        super().__init__("there is no such saved filter")


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A filter under a name.

    Attributes:
        list: which list it is of.
        query: what it asks for by the names in that list's address, its sorting as ``sort``.
        shared: whether all at the desk have it.
        by: the name of who saved it.
        is_own: whether that is who asks.
        is_changeable: whether who asks may rename, share or delete it.
    """

    id: int
    list: str
    name: str
    query: Mapping[str, str]
    shared: bool
    by: str
    is_own: bool
    is_changeable: bool


def saved_filters(work: Work, of: str = "") -> list[SavedFilter]:
    """One's own filters, of one list or of all, and those that everybody has; by list and name."""
    work.actor.require(Verb.READ)
    return [_seen(work, row) for row in store.filters_of(work.connection, _person(work), of)]


def find_filter(work: Work, number: int) -> SavedFilter | None:
    """One of them; None if there is none, or it is somebody else's own."""
    work.actor.require(Verb.READ)
    row = store.find_filter(work.connection, _person(work), number)
    return _seen(work, row) if row else None


def save_filter(
    work: Work, of: str, name: str, query: Mapping[str, str], *, shared: bool = False
) -> int:
    """Save what a list shows under a name; returns its number.

    Raises:
        RefusedError: the name is blank, too long or one's own already, nothing is asked for, or
            there are too many.
    """
    work.actor.require(Verb.KEEP_FILTERS)
    number = _person(work)
    if not query:
        raise RefusedError("the list is not filtered or sorted: there is nothing to save")
    if len(query) > _MOST_PARTS or any(len(each) > _LONGEST_PART for each in query.values()):
        raise RefusedError("this asks for more than a saved filter can hold")
    if store.filter_count(work.connection, number) >= MOST:
        raise RefusedError(f"you have {MOST} saved filters: delete some first")
    name = _name_for(work, number, of, name)
    asked = dict(sorted(query.items()))
    saved = store.add(work.connection, number, of, name, asked, shared=shared, at=work.at)
    _record(work, "filter-saved", saved, of, name, shared=shared)
    return saved


def change_filter(work: Work, number: int, name: str, *, shared: bool) -> None:
    """Call a filter otherwise, give it to all at the desk, or take it back to oneself.

    Raises:
        NoFilterError: there is none, or it is somebody else's own.
        NotAllowedError: somebody else shared it, and who asks is no administrator.
        RefusedError: the name is blank, too long, or that of another filter of its owner.
    """
    work.actor.require(Verb.KEEP_FILTERS)
    row = _changeable(work, number)
    name = _name_for(work, row.person, row.list, name, but=row.id)
    if (name, shared) == (row.name, row.shared):
        return
    store.change(work.connection, row.id, name, shared=shared, at=work.at)
    _record(work, "filter-changed", row.id, row.list, name, shared=shared, before=row.name)


def delete_filter(work: Work, number: int) -> None:
    """Delete a filter; the list itself is not touched.

    Raises:
        NoFilterError: there is none, or it is somebody else's own.
        NotAllowedError: somebody else shared it, and who asks is no administrator.
    """
    work.actor.require(Verb.KEEP_FILTERS)
    row = _changeable(work, number)
    store.remove(work.connection, row.id)
    _record(work, "filter-deleted", row.id, row.list, row.name, shared=row.shared)


def key_now(work: Work, part: str, key: str, known: Mapping[str, object]) -> str:
    """The key that an entry of the setup has today; empty if it is there no more.

    Args:
        part: ``retailers``, ``titles``, …
        known: the entries of that part by key.
    """
    work.actor.require(Verb.READ)
    for _ in range(_MOST_RENAMED):
        if key in known or not key:
            return key
        key = store.current_key(work.connection, part, key)
    return ""


def _person(work: Work) -> int:
    return work.actor.person or 0


def _seen(work: Work, row: store.FilterRow) -> SavedFilter:
    is_own = row.person == work.actor.person
    return SavedFilter(
        row.id,
        row.list,
        row.name,
        row.query,
        row.shared,
        row.by,
        is_own,
        is_own or work.actor.may(Verb.SET),
    )


def _changeable(work: Work, number: int) -> store.FilterRow:
    row = store.find_filter(work.connection, _person(work), number)
    if row is None:
        raise NoFilterError
    if row.person != work.actor.person:
        work.actor.require(Verb.SET)
    return row


def _name_for(work: Work, owner: int, of: str, name: str, but: int = 0) -> str:
    """The name of a filter to store; refused if it is none, or its owner has it already."""
    name = " ".join(name.split())
    if not name:
        raise RefusedError("give it a name")
    if len(name) > LONGEST_NAME:
        raise RefusedError(f"a name has at most {LONGEST_NAME} characters")
    if fault := fault_of_line(name):
        raise RefusedError(f"the name {fault}")
    if store.is_taken(work.connection, owner, of, name, but):
        raise RefusedError(f"there is a filter called “{name}” already: choose another name")
    return name


def _record(work: Work, event: str, number: int, of: str, name: str, **more: object) -> None:
    about = {"what": event, "filter": number, "list": of, "name": name, **more}
    work.record(Verb.KEEP_FILTERS, about)
