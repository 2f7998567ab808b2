"""The one place that decides which rows an actor may see."""

from typing import Any

from sqlalchemy import ColumnElement, Select, false

from royalties.domain.people import Actor


def visible_to_beneficiary(
    query: Select[Any], actor: Actor, beneficiary: ColumnElement[str]
) -> Select[Any]:
    """Narrow a query to the beneficiaries whose figures an actor may see.

    Finance sees all; a nonprofit's user sees their own; anybody else sees none.

    Args:
        query: any query over a table that names a beneficiary.
        actor: who asks.
        beneficiary: the column with the beneficiary's key.
    """
    if actor.sees_all:
        return query
    if not actor.beneficiaries:
        return query.where(false())
    return query.where(beneficiary.in_(sorted(actor.beneficiaries)))


def visible_orders(
    query: Select[Any],
    actor: Actor,
    organization: ColumnElement[str],
    order: ColumnElement[int] | None = None,
) -> Select[Any]:
    """Narrow a query to the organizations whose orders an actor may see.

    The staff see all; an organization's user sees their own; a visitor who followed the link of a
    quote sees that one order, and nothing else of its organization; anybody else sees none.

    Args:
        query: any query over a table that names an organization.
        actor: who asks.
        organization: the column with the organization's key.
        order: the column with the order's id, where the link of a quote may give access.
    """
    if actor.sees_all:
        return query
    if actor.order is not None:
        return query.where(false() if order is None else order == actor.order)
    if not actor.organizations:
        return query.where(false())
    return query.where(organization.in_(sorted(actor.organizations)))


def visible_documents(
    query: Select[Any],
    actor: Actor,
    beneficiary: ColumnElement[str],
    is_visible: ColumnElement[bool],
) -> Select[Any]:
    """Narrow a query to the stored documents that an actor may see.

    The staff see all; a nonprofit's user sees those of their own that are visible to them; anybody
    else sees none.

    Args:
        query: any query over a table that names a beneficiary.
        actor: who asks.
        beneficiary: the column with the beneficiary's key.
        is_visible: whether the beneficiary's people may see it.
    """
    narrowed = visible_to_beneficiary(query, actor, beneficiary)
    return narrowed if actor.sees_all else narrowed.where(is_visible)


def staff_only(query: Select[Any], actor: Actor) -> Select[Any]:
    """Narrow a query over rows that only the staff may see: anybody else gets none.

    Args:
        query: over notes, or rows that belong to a note.
        actor: who asks.
    """
    return query if actor.sees_all else query.where(false())
