"""Orders as the desk's board lists them: by state, late ones, and their assignees."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, literal, or_, select

from royalties.domain.orders.life import State
from royalties.domain.orders.order import Order
from royalties.domain.people import Actor, PersonStatus
from royalties.store.orders.orders import ORDER
from royalties.store.scope import visible_orders
from royalties.store.tables import orders, organization_member, person
from royalties.store.tables.types import Day


class OrderFilter(NamedTuple):
    """The filters of a list; ``late`` is today's date to list only late orders, None for all."""

    states: tuple[State, ...] = ()
    organization: str = ""
    assigned_id: int | None = None
    number: str = ""
    late: date | None = None
    unshipped: tuple[State, ...] = ()


def cards(
    connection: Connection,
    actor: Actor,
    filters: OrderFilter,
    order: tuple[State, ...],
    *,
    limit: int,
    skip: int,
) -> list[tuple[Order, str]]:
    """Orders and their assignees, by the given order of states, the earliest promised first."""
    place = case(*((orders.c.state == state, place) for place, state in enumerate(order)))
    query = _narrowed(
        select(*ORDER, person.c.name).outerjoin(person, person.c.id == orders.c.assigned_id),
        actor,
        filters,
    )
    rows = connection.execute(
        query.order_by(
            place, func.coalesce(orders.c.promised_on, literal(date.max, Day)), orders.c.id
        )
        .limit(limit)
        .offset(skip)
    )
    return [(Order(*row[:-1]), row[-1] or "") for row in rows]


def counts(connection: Connection, actor: Actor, filters: OrderFilter) -> dict[State, int]:
    """How many orders of a list are in each state."""
    query = _narrowed(select(orders.c.state, func.count()), actor, filters._replace(states=()))
    return {row[0]: row[1] for row in connection.execute(query.group_by(orders.c.state))}


def counts_with_late(
    connection: Connection, actor: Actor, filters: OrderFilter
) -> dict[State, tuple[int, int]]:
    """How many orders of a list are in each state, and how many of them are late."""
    late = func.sum(case((_is_late(filters), 1), else_=0))
    query = select(orders.c.state, func.count(), late).group_by(orders.c.state)
    rows = connection.execute(_narrowed(query, actor, filters._replace(late=None)))
    return {row[0]: (row[1], int(row[2])) for row in rows}


def counts_by_organization(connection: Connection) -> dict[str, dict[State, int]]:
    """How many orders each organization has in each state."""
    query = select(orders.c.organization, orders.c.state, func.count())
    counts: dict[str, dict[State, int]] = {}
    for row in connection.execute(query.group_by(orders.c.organization, orders.c.state)):
        counts.setdefault(row[0], {})[row[1]] = row[2]
    return counts


def sizes(connection: Connection, keys: Sequence[str]) -> dict[str, tuple[int, int]]:
    """How many orders and how many people some organizations have."""

    def counted(column: ColumnElement[str]) -> dict[str, int]:
        query = select(column, func.count()).where(column.in_(keys)).group_by(column)
        return {row[0]: row[1] for row in connection.execute(query)}

    ordered = counted(orders.c.organization)
    belong = counted(organization_member.c.organization)
    return {key: (ordered.get(key, 0), belong.get(key, 0)) for key in keys}


def assignees(connection: Connection) -> list[tuple[int, str]]:
    """The staff members to whom an order can be assigned."""
    query = select(person.c.id, person.c.name).where(
        person.c.status == PersonStatus.ACTIVE,
        person.c.role.in_(("clerk", "manager", "administrator")),
    )
    return [(row[0], row[1]) for row in connection.execute(query.order_by(person.c.name))]


def orderers_of(connection: Connection, organization: str) -> list[tuple[str, str, str]]:
    """Name, e-mail and status of everybody who orders for an organization."""
    query = (
        select(person.c.name, person.c.email, person.c.status)
        .join(organization_member, organization_member.c.person_id == person.c.id)
        .where(organization_member.c.organization == organization)
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(query.order_by(person.c.name))]


def _narrowed(query: Select[Any], actor: Actor, filters: OrderFilter) -> Select[Any]:
    query = visible_orders(query, actor, orders.c.organization)
    if filters.states:
        query = query.where(orders.c.state.in_(filters.states))
    if filters.organization:
        query = query.where(orders.c.organization == filters.organization)
    if filters.assigned_id is not None:
        query = query.where(orders.c.assigned_id == filters.assigned_id)
    if filters.number:
        query = query.where(func.upper(orders.c.number).contains(filters.number, autoescape=True))
    return query.where(_is_late(filters)) if filters.late else query


def _is_late(filters: OrderFilter) -> ColumnElement[bool]:
    """Whether copies are outstanding and due to arrive after the day they were needed."""
    late = or_(
        orders.c.promised_on < filters.late,
        orders.c.need_by < filters.late,
        and_(orders.c.need_by.is_not(None), orders.c.promised_on > orders.c.need_by),
    )
    return and_(orders.c.state.in_(filters.unshipped), late)
