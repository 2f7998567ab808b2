"""What the terms in force, or terms as they would be, say that never counts."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from royalties.domain.people import Verb
from royalties.domain.royalties.warnings import (
    IN_NO_RUN,
    SoldKind,
    Terms,
    TermsWarning,
    terms_warnings,
)
from royalties.domain.royalties.warnings import warnings_about as about
from royalties.domain.terms.beneficiaries import Beneficiary
from royalties.domain.terms.catalogue import Title, is_offered
from royalties.domain.terms.plans import Plan, steps_of
from royalties.ingest import setup as setup_file
from royalties.services.books import Setup, open_period_of, setup_in_force
from royalties.services.cache import has_many_lines
from royalties.services.pending import setup_beside
from royalties.services.work import Work
from royalties.store.terms import balances as store

Body = Mapping[str, Any]


def warnings_of(work: Work, setup: Setup) -> list[TermsWarning]:
    """Every warning about a setup, beside all sales that are recorded.

    It reads each sale line once, inside the database; a page asks for it with a draft, which takes
    as long.
    """
    work.actor.require(Verb.READ)
    found = terms_warnings(_terms(work, setup, _sold(work, setup.plans.values())))
    return [each for each in found if not _is_retired(work, setup, each)]


def _is_retired(work: Work, setup: Setup, warning: TermsWarning) -> bool:
    """Whether a warning is about an entry that was retired: nothing more is expected of it."""
    entry: Title | Beneficiary | None = None
    if warning.part == "titles":
        entry = setup.titles.get(warning.key)
    elif warning.part == "beneficiaries":
        entry = setup.beneficiaries.get(warning.key)
    return entry is not None and not is_offered(entry.retired, work.today)


def warnings_of_run(work: Work, setup: Setup) -> list[TermsWarning]:
    """Those about what a run reads; beneficiaries and plans that nobody uses are no part of it."""
    return [each for each in warnings_of(work, setup) if each.code not in IN_NO_RUN]


def warnings_about(work: Work, part: str, key: str, body: Body | None = None) -> list[TermsWarning]:
    """Warnings about one entry, as it is or as a body would make it.

    For pages: beside more sales than are read while somebody waits, sales are not looked at; the
    period's run reports what they show.

    Args:
        body: the whole entry, without faults; None: as it stands.
    """
    work.actor.require(Verb.READ)
    setup = setup_in_force(work)
    if body is not None:
        setup = _as_proposed(setup_beside(work), part, key, body)
    sold = []
    if part in ("contracts", "plans") and not has_many_lines(work):
        sold = _sold(work, setup.plans.values())
    return about(_terms(work, setup, sold), part, key)


def _as_proposed(setup: Setup, part: str, key: str, body: Body) -> Setup:
    match part:
        case "contracts":
            contract = setup_file.contract_of(body)
            return replace(setup, contracts={**setup.contracts, key: contract})
        case "plans":
            return replace(setup, plans={**setup.plans, key: setup_file.plan_of(body)})
        case "titles":
            return replace(setup, titles={**setup.titles, key: setup_file.title_of(body)})
        case _:
            return setup


def warning_document(warning: TermsWarning) -> dict[str, object]:
    """A warning as documents have it; ``message`` says where as well."""
    return {
        "code": warning.code,
        "part": warning.part,
        "key": warning.key,
        "path": warning.path,
        "message": str(warning),
    }


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
