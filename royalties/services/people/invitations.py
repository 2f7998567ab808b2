"""What an invitation says: who invites whom, to what, and for which book."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from royalties.domain.counting import series
from royalties.domain.people import Role
from royalties.domain.terms.catalogue import Title
from royalties.domain.terms.plans import beneficiaries_of
from royalties.services.books import Setup, setup_in_force
from royalties.services.work import RefusedError, Work
from royalties.store.orders import orders
from royalties.store.people import people as store

_NAMED = 3
"""How many names a sentence gives before it counts the rest."""

_STAFF = {
    Role.CLERK: "record sales and orders as a clerk",
    Role.MANAGER: "look after contracts, royalties and statements as a manager",
    Role.ADMINISTRATOR: "run its royalty desk as an administrator",
}


@dataclass(frozen=True, slots=True)
class InvitedTo:
    """What somebody is invited to.

    Attributes:
        publisher: whose royalty desk it is.
        purpose: what they will be able to do, as in "invites you to …".
        names: of the nonprofits or organizations that they will belong to; none for staff.
    """

    publisher: str
    purpose: str
    names: tuple[str, ...] = ()


def house_name(work: Work) -> str:
    """What the publisher is called in messages."""
    try:
        return setup_in_force(work).publisher_on(work.today).name
    except RefusedError:  # before the first setup file nothing has a name
        return "the publisher"


def invited_to(work: Work, role: Role, keys: Sequence[str]) -> InvitedTo:
    """What somebody of a role is invited to, with the names of books and nonprofits.

    ``keys`` are of the beneficiaries or organizations that they will belong to.
    """
    publisher = house_name(work)
    if role in _STAFF:
        return InvitedTo(publisher, f"{_STAFF[role]} at {publisher}")
    try:
        setup = setup_in_force(work)
    except RefusedError:
        return InvitedTo(publisher, f"the royalty desk of {publisher}")
    if role is Role.ORGANIZATION:
        names = _names(setup.organizations, keys)
        books = _titles(setup, orders.titles_ordered(work.connection, keys))
        purpose = f"order for {_listed(names)}"
    else:
        names = _names(setup.beneficiaries, keys)
        books = _titles(setup, _titles_for(setup, keys))
        purpose = f"see the royalties of {_listed(names)}"
    if books:
        purpose += f" from {_listed(books)}" if role is Role.NONPROFIT else f": {_listed(books)}"
    return InvitedTo(publisher, purpose, names)


def invited_to_own(work: Work, person: int, role: Role) -> InvitedTo:
    """The same for somebody who is known already, by what they belong to."""
    belonging = {
        Role.NONPROFIT: store.beneficiaries_of,
        Role.ORGANIZATION: store.organizations_of,
    }.get(role)
    keys = belonging(work.connection, [person]).get(person, ()) if belonging else ()
    return invited_to(work, role, keys)


def inviter_of(work: Work, to: InvitedTo) -> str:
    """Who invites, by name; whoever works at the command line speaks for the publisher."""
    return to.publisher if work.actor.person is None else f"{work.actor.name} of {to.publisher}"


def _titles_for(setup: Setup, keys: Iterable[str]) -> list[str]:
    """Titles whose royalties some plan gives to one of these beneficiaries, now or later."""
    payees = set(keys)
    giving = {
        plan.key
        for plan in setup.plans.values()
        if any(payees & set(beneficiaries_of(version.steps)) for version in plan.versions[-1:])
    }
    contracts = [each for each in setup.contracts.values() if each.plan in giving]
    return list(dict.fromkeys(title for contract in contracts for title in contract.titles))


def _titles(setup: Setup, keys: Iterable[str]) -> tuple[str, ...]:
    titles: Mapping[str, Title] = setup.titles
    return tuple(f"“{titles[key].title}”" for key in keys if key in titles)


def _names(entries: Mapping[str, object], keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(str(getattr(entries.get(key), "name", key)) for key in keys)


def _listed(names: Sequence[str]) -> str:
    """Names as a sentence has them: ``A, B and C``, ``A, B, C and 4 more``."""
    if len(names) > _NAMED + 1:
        names = [*names[:_NAMED], f"{len(names) - _NAMED} more"]
    return series(names)
