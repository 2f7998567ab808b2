"""Rules, counters and reserves that never count, and titles in several contracts."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import TypeVar

from royalties.domain.royalties.matching import rules_reached
from royalties.domain.royalties.warnings.warning import (
    Terms,
    TermsInForce,
    TermsWarning,
    a_format,
    without_retailer,
)
from royalties.domain.terms.catalogue import Channel, Edition, Format
from royalties.domain.terms.contracts import Contract, Rule, Words
from royalties.domain.terms.wording import any_of

_Kind = TypeVar("_Kind", Format, Channel)


def of_contract(books: TermsInForce, contract: Contract) -> Iterator[TermsWarning]:
    """All about one contract."""
    behind = behind_others(contract, books.channels)
    lacking = _without_anything(books, contract, behind)
    yield from (_behind(contract, *each) for each in behind.items() if each[0] not in lacking)
    for place, why in lacking.items():
        yield _of_rule(contract, place, "rule-without-sales", f"matches nothing yet: {why}")
    yield from _without_prices(books, contract)
    yield from _lone_counters(contract)
    yield from _reserve(books, contract)
    yield from _not_begun(books, contract)


def behind_others(contract: Contract, channels: Mapping[str, Channel]) -> dict[int, str | None]:
    """Rules that earlier ones leave nothing, by place; the one that alone does so, if one does.

    Whatever editions there are and whatever retailers will report: every format, channel, named
    and other retailer, named and other country, class of discounts, with and without a price.

    Args:
        channels: of the retailers that there are; a rule may name them.
    """
    return _behind_others(
        contract.rules,
        tuple(sorted((key, channels[key]) for key in _named(contract) if key in channels)),
    )


@lru_cache(maxsize=4096)  # contracts of a house mostly have the same rules
def _behind_others(
    rules: tuple[Rule, ...], named: tuple[tuple[str, Channel], ...]
) -> dict[int, str | None]:
    formats = _named_and_another(Format, [rule.formats for rule in rules])
    channels = _named_and_another(Channel, [rule.channels for rule in rules])
    sellers = {**dict(named), **{f"any {channel}": channel for channel in channels}}

    def reached(tried: tuple[Rule, ...]) -> set[int]:
        return rules_reached(_with(tried), formats, sellers)

    taken = reached(rules)
    return {
        place: next(
            (earlier.name for earlier in rules[:place] if 1 not in reached((earlier, rule))), None
        )
        for place, rule in enumerate(rules)
        if place not in taken
    }


def _named_and_another(kind: type[_Kind], conditions: Iterable[Words]) -> list[_Kind]:
    """What conditions name, and one that represents all others: rules treat those alike."""
    named = {word for words in conditions for word in words or ()}
    others = [each for each in kind if each not in named]
    return [each for each in kind if each in named] + others[:1]


def _with(rules: tuple[Rule, ...]) -> Contract:
    """A contract of which nothing but the rules is asked."""
    return Contract("", (), "", date.min, rules, "")


def _named(contract: Contract) -> set[str]:
    return {key for rule in contract.rules for key in rule.retailers or ()}


def _behind(contract: Contract, place: int, blocker: str | None) -> TermsWarning:
    before = f'rule "{blocker}" before it takes' if blocker else "the rules before it take"
    return _of_rule(
        contract,
        place,
        "rule-behind-others",
        f"never takes a sale, because {before} every sale it could match: move it up, or remove it",
    )


def _without_anything(
    books: TermsInForce, contract: Contract, behind: Mapping[int, str | None]
) -> dict[int, str]:
    """Rules for formats, channels or retailers of which there are none, and why, by place.

    A rule to which earlier ones leave nothing of what there is today is a safety net for what there
    will be; it has no such condition.
    """
    formats = {edition.format for edition in books.editions(contract)}
    return {
        place: why
        for place, rule in enumerate(contract.rules)
        if not behind.get(place) and (why := _lacking(rule, formats, books.channels))
    }


def _lacking(rule: Rule, formats: Collection[str], channels: Mapping[str, Channel]) -> str:
    if rule.formats is not None and formats and rule.formats.isdisjoint(formats):
        return f"no edition of the contract's titles is {a_format(rule.formats)}"
    return without_retailer(rule.channels, rule.retailers, channels)


def _without_prices(books: TermsInForce, contract: Contract) -> Iterator[TermsWarning]:
    """A condition on the discount where neither reports nor editions have a list price."""
    sold = books.sold(contract)
    for place, rule in enumerate(contract.rules):
        if rule.discount is None or not sold:
            continue
        editions = {
            each.isbn: each for each in books.editions(contract) if _allows(rule.formats, each)
        }
        theirs = [kind for kind in sold if kind.isbn in editions and not kind.is_usage]
        priced = any(kind.priced for kind in theirs) or any(e.prices for e in editions.values())
        if theirs and not priced:
            yield _of_rule(
                contract,
                place,
                "rule-without-prices",
                "its discount is never met: neither reports nor editions have a list price here; "
                "add the editions' prices, or leave the discount out",
            )


def _allows(formats: Words, edition: Edition) -> bool:
    return formats is None or edition.format in formats


def _lone_counters(contract: Contract) -> Iterator[TermsWarning]:
    """Counters of two names that differ only in spelling, where one was meant."""
    spelled: dict[str, tuple[int, str]] = {}
    for place, rule in enumerate(contract.rules):
        name = rule.counter.name
        if name == rule.name:
            continue
        first, other = spelled.setdefault(_bare(name), (place, name))
        if other != name:
            yield _of_rule(
                contract,
                place,
                "counter-alone",
                f'its counter "{name}" counts apart from "{other}" of rule '
                f'"{contract.rules[first].name}": write both alike if they are one',
                "counter.name",
            )


def _bare(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold()).removesuffix("s")


def _reserve(books: TermsInForce, contract: Contract) -> Iterator[TermsWarning]:
    reserve = contract.reserve
    if reserve is None or not any(reserve.rates):
        return
    formats = {edition.format for edition in books.editions(contract)}
    channels = set(books.channels.values())
    why = ""
    if reserve.formats is not None and formats and not reserve.formats & formats:
        why = f"no edition of the contract's titles is {a_format(reserve.formats)}"
    elif reserve.channels is not None and channels and not reserve.channels & channels:
        why = f"no retailer has the channel {any_of(reserve.channels)}"
    if why:
        where = f'contract "{contract.key}", reserve'
        message = f"withholds nothing yet: {why}"
        yield TermsWarning(
            "reserve-of-nothing", "contracts", contract.key, "reserve", where, message
        )


def _not_begun(books: TermsInForce, contract: Contract) -> Iterator[TermsWarning]:
    if contract.starts <= books.terms.open_period.ends:
        return
    lines = sum(kind.lines for kind in books.sold(contract))
    if lines:
        sales = "sale line is" if lines == 1 else "sale lines are"
        yield TermsWarning(
            "contract-not-begun",
            "contracts",
            contract.key,
            "starts",
            f'contract "{contract.key}"',
            f"begins on {contract.starts}, after the open period {books.terms.open_period}, but "
            f"{lines:,} {sales} recorded of its titles: they earn nothing under it",
        )


def _of_rule(
    contract: Contract, place: int, code: str, message: str, at: str = "name"
) -> TermsWarning:
    where = f'contract "{contract.key}", rule "{contract.rules[place].name}"'
    return TermsWarning(code, "contracts", contract.key, f"rules[{place}].{at}", where, message)


def shared_titles(terms: Terms, contract: str = "") -> Iterator[TermsWarning]:
    """Titles in several contracts: right for co-authors, and dear where it was not meant.

    Args:
        contract: whose titles; empty: of all, each group of contracts reported once.
    """
    covering: dict[str, list[str]] = {}
    for key, entry in sorted(terms.contracts.items()):
        for title in entry.titles:
            covering.setdefault(title, []).append(key)
    together: dict[tuple[str, ...], list[str]] = {}
    for title, keys in covering.items():
        if len(keys) > 1 and (not contract or contract in keys):
            together.setdefault(tuple(keys), []).append(title)
    for sharing, titles in sorted(together.items()):
        ours = contract or sharing[-1]
        named = _some(titles)
        shared = f"title {named} is" if len(titles) == 1 else f"titles {named} are"
        others = _some([other for other in sharing if other != ours])
        yield TermsWarning(
            "titles-shared",
            "contracts",
            ours,
            "titles",
            f'contract "{ours}"',
            f"{shared} in {others} as well: each contract earns on every sale, in full",
        )


_NAMED = 3


def _some(keys: Sequence[str]) -> str:
    named = ", ".join(f'"{each}"' for each in keys[:_NAMED])
    more = len(keys) - _NAMED
    return f"{named} and {more:,} more" if more > 0 else named
