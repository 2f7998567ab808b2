"""What terms say that can never count, or that may not be what was meant.

A rule behind a catch-all, a step for a place that no retailer reports, a rate given in the
direction that no contract needs: nothing here is wrong enough to be refused, and nothing of it
changes a figure, so the desk says it and goes on. Every warning is derived from the calculation
itself: rules are tried by its own matcher (``earning.rules_reached``), steps by its own conditions
(``allocation.matches``). Values in, warnings out.
"""

from royalties.domain.royalties.warnings.contracts import behind_others, of_contract, shared_titles
from royalties.domain.royalties.warnings.others import of_rates, of_title, unnamed
from royalties.domain.royalties.warnings.plans import of_plan
from royalties.domain.royalties.warnings.warning import SoldKind, Terms, TermsInForce, TermsWarning

__all__ = [
    "IN_NO_RUN",
    "SoldKind",
    "Terms",
    "TermsWarning",
    "behind_others",
    "terms_warnings",
    "warnings_about",
]

IN_NO_RUN = frozenset({"beneficiary-without-plan", "plan-without-contract"})
"""Codes of warnings about entries that no run reads; a run does not repeat them."""


def terms_warnings(terms: Terms) -> list[TermsWarning]:
    """Every warning about a setup, contracts first, each part in order of its keys."""
    books = TermsInForce(terms)
    warnings: list[TermsWarning] = []
    for _, contract in sorted(terms.contracts.items()):
        warnings += of_contract(books, contract)
    warnings += shared_titles(terms)
    for _, plan in sorted(terms.plans.items()):
        warnings += of_plan(books, plan)
    warnings += unnamed(terms)
    warnings += of_rates(books)
    for _, title in sorted(terms.titles.items()):
        warnings += of_title(terms, title)
    return warnings


def warnings_about(terms: Terms, part: str, key: str) -> list[TermsWarning]:
    """Warnings about one entry, without looking at the rest of a large setup."""
    books = TermsInForce(terms)
    match part:
        case "contracts" if key in terms.contracts:
            return [*of_contract(books, terms.contracts[key]), *shared_titles(terms, key)]
        case "plans" if key in terms.plans:
            return list(of_plan(books, terms.plans[key]))
        case "titles" if key in terms.titles:
            return list(of_title(terms, terms.titles[key]))
        case "beneficiaries":
            return [each for each in unnamed(terms) if each.key == key]
        case "exchange_rates":
            return list(of_rates(books))
        case _:
            return []
