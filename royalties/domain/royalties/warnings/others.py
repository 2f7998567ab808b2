"""Beneficiaries in no plan, rates given the wrong way round, prices with too many digits."""

from collections.abc import Iterator

from royalties.domain.currencies import exponent
from royalties.domain.money import MICRO, micro_text, number_text, scale
from royalties.domain.periods import Period
from royalties.domain.royalties.warnings.warning import Terms, TermsInForce, TermsWarning
from royalties.domain.terms.catalogue import Title
from royalties.domain.terms.contracts import Basis
from royalties.domain.terms.plans import beneficiaries_of


def unnamed(terms: Terms) -> Iterator[TermsWarning]:
    """Beneficiaries who get nothing from any plan, and brought nothing."""
    named = {
        key
        for plan in terms.plans.values()
        for version in plan.versions
        for key in beneficiaries_of(version.steps)
    }
    for key, payee in sorted(terms.beneficiaries.items()):
        if terms.plans and key not in named and not payee.opening_balance and not payee.brought_in:
            yield TermsWarning(
                "beneficiary-without-plan",
                "beneficiaries",
                key,
                "key",
                f'beneficiary "{key}"',
                "gets nothing: no plan names it",
            )


def of_rates(books: TermsInForce) -> Iterator[TermsWarning]:
    """Rates of open periods that are of use only the other way round."""
    terms = books.terms
    contract_currencies = {contract.currency for contract in terms.contracts.values()}
    profit = any(
        rule.basis is Basis.PROFIT for each in terms.contracts.values() for rule in each.rules
    )
    known = {(rate.period, rate.source, rate.target) for rate in terms.exchange_rates}
    needed = _converted(books)
    closed = _names_before(terms.first_period, terms.open_period)
    for rate in terms.exchange_rates:
        reverse = (rate.period, rate.target, rate.source)
        if not contract_currencies or rate.period in closed or reverse in known:
            continue
        is_used = rate.target in contract_currencies or (profit and rate.source == terms.currency)
        needs_reverse = (
            rate.period == str(terms.open_period) and (rate.target, rate.source) in needed
        )
        if is_used and not needs_reverse:
            continue
        reason = (
            f"{needed[rate.target, rate.source]:,} recorded sale lines need {rate.target} to "
            f"{rate.source}"
            if needs_reverse
            else f"no contract is in {rate.target}, so it is never used"
        )
        remedy = (
            f"; add the rate from {rate.target} to {rate.source} as well, if it is needed: a rate "
            f"is never inverted"
            if rate.source in contract_currencies
            else ""
        )
        yield TermsWarning(
            "rate-one-way",
            "exchange_rates",
            f"{rate.period}|{rate.source}|{rate.target}",
            "",
            f"exchange rate {rate.source} to {rate.target} of {rate.period}",
            f"{reason}{remedy}",
        )


def _converted(books: TermsInForce) -> dict[tuple[str, str], int]:
    """Pairs of currencies between which recorded sales are converted, with how many lines."""
    lines_by_pair: dict[tuple[str, str], int] = {}
    for contract in books.terms.contracts.values():
        for kind in books.sold(contract):
            if kind.currency != contract.currency:
                pair = kind.currency, contract.currency
                lines_by_pair[pair] = lines_by_pair.get(pair, 0) + kind.lines
    return lines_by_pair


def _names_before(first: Period, open_period: Period) -> set[str]:
    return {str(first.shift(n)) for n in range(open_period.ordinal - first.ordinal)}


def of_title(terms: Terms, title: Title) -> Iterator[TermsWarning]:
    """Prices and costs with more digits than their currency has."""
    for edition in title.editions:
        where = f'title "{title.key}", edition {edition.isbn}'
        for price in edition.prices:
            if price.micro * scale(price.currency) % MICRO:
                yield TermsWarning(
                    "price-digits",
                    "titles",
                    title.key,
                    f"editions[{edition.isbn}].prices",
                    where,
                    f"its price {micro_text(price.micro)} {price.currency} from {price.starts} has "
                    f"{_more_digits(price.currency)}",
                )
        if (edition.unit_cost * scale(terms.currency)).denominator != 1:
            yield TermsWarning(
                "price-digits",
                "titles",
                title.key,
                f"editions[{edition.isbn}].unit_cost",
                where,
                f"its unit cost {number_text(edition.unit_cost)} {terms.currency} has "
                f"{_more_digits(terms.currency)}",
            )


def _more_digits(currency: str) -> str:
    digits = exponent(currency)
    has = "none" if not digits else f"only {digits}"
    return f"more decimals than {currency}, which has {has}: check the amount"
