"""Earned lines of closed periods by edition and rate: copies are counted once for all tiers."""

from collections.abc import Collection

from sqlalchemy import Subquery, func, select

from royalties.store.tables import earned_line


def earned_groups(periods: Collection[int]) -> Subquery:
    """The groups of earned lines of closed periods, each with its copies and earnings.

    An edition's copies are counted once in each group: every tier's line repeats them.
    """
    group = (
        earned_line.c.period_id,
        earned_line.c.contract,
        earned_line.c.isbn,
        earned_line.c.kind,
        earned_line.c.currency,
    )
    return (
        select(
            *group,
            func.max(earned_line.c.units).label("units"),
            func.sum(earned_line.c.earned).label("earned"),
        )
        .where(earned_line.c.period_id.in_(sorted(periods)), earned_line.c.isbn.is_not(None))
        .group_by(
            *group,
            earned_line.c.rule_place,
            earned_line.c.retailer,
            earned_line.c.exchange_rate,
        )
        .subquery()
    )
