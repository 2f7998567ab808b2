"""What the terms in force, or terms as they would be, say that never counts."""

from collections.abc import Iterable

from royalties.domain.people import Verb
from royalties.domain.plans import Plan, steps_of
from royalties.domain.terms_warnings import SoldKind, Terms, TermsWarning, terms_warnings
from royalties.services.books import Setup, open_period_of
from royalties.services.work import Work
from royalties.store import terms as store


def warnings_of(work: Work, setup: Setup) -> list[TermsWarning]:
    """Every warning about a setup, beside all sales that are recorded.

    It reads each sale line once, inside the database; a page asks for it with a draft, which takes
    as long.
    """
    work.actor.require(Verb.READ)
    return terms_warnings(_terms(work, setup, _sold(work, setup.plans.values())))


def warnings_without_sales(work: Work, setup: Setup) -> list[TermsWarning]:
    """Those that follow from the setup alone: for pages, which never wait for sales."""
    work.actor.require(Verb.READ)
    return terms_warnings(_terms(work, setup, []))


def _terms(work: Work, setup: Setup, sold: list[SoldKind]) -> Terms:
    return Terms(
        setup.publisher.currency,
        setup.first_period,
        open_period_of(work, setup),
        setup.titles,
        setup.retailers,
        setup.contracts,
        setup.beneficiaries,
        setup.plans,
        setup.exchange_rates,
        sold,
    )


def _sold(work: Work, plans: Iterable[Plan]) -> list[SoldKind]:
    whens = [
        step.when
        for plan in plans
        for version in plan.versions
        for step in steps_of(version.steps)
        if step.when is not None
    ]
    return store.kinds_sold(
        work.connection,
        [
            {word for when in whens for word in getattr(when, name) or ()}
            for name in ("countries", "regions", "cities", "orders")
        ],
    )
