"""What entries of the setup are called on pages, in mails and in messages: never by their keys."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from royalties.domain.people import Verb
from royalties.domain.terms.catalogue import Format
from royalties.domain.terms.contracts import Contract, Rule, Words
from royalties.domain.terms.entry_words import ENTRY_WORDS
from royalties.domain.terms.identifiers import identifier_key
from royalties.domain.terms.names import (
    contract_name,
    distinct_names,
    payment_name,
    plan_name,
    price_list_name,
    spelled_out,
)
from royalties.domain.terms.plans import Plan, Step, When, beneficiaries_of
from royalties.domain.terms.references import renamed
from royalties.ingest import places
from royalties.services import pending
from royalties.services.books import EmptyBooksError, Setup, of_setup, setup_in_force
from royalties.services.work import Work
from royalties.store.history import find_revision

Body = Mapping[str, Any]
Waiting = Callable[[], Mapping[str, Mapping[str, Body]]]
"""Asks for the bodies of new entries that wait, by part and key."""

_WITHOUT_KEYS = {"publisher", "exchange_rates", "income"}
WORDS = {part: word for part, word in ENTRY_WORDS.items() if part not in _WITHOUT_KEYS}
"""The word for one entry of each part that has keys."""

_PARTS = {
    **{word: part for part, word in WORDS.items()},
    **{part.replace("_", " "): part for part in WORDS},
}
_QUOTED = re.compile(
    rf"""(?:\b({"|".join(sorted(_PARTS, key=len, reverse=True))})(\ )(?:called\ )?)?"""
    r"""(["'])([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)\3"""
)


_IS_KEY = re.compile(r"[a-z]-|-[a-z]|\d")
_NO_SIGNS = re.compile(r"[^a-z0-9]+")
_LONGEST_KEY = 48

_FORMATS = {Format.EBOOK: "e-book", Format.CUSTOM: "custom edition"}


class Names:
    """The names of all entries of a setup, each part's made when it is first asked for."""

    def __init__(self, setup: Setup | None) -> None:
        self.setup = setup
        self._made: dict[str, dict[str, str]] = {}
        self._keys: dict[str, dict[str, str]] = {}
        self._new: dict[str, dict[str, Body]] = {}
        self._waiting: Waiting = dict

    def of(self, part: str, key: str) -> str:
        """What an entry is called; of one that is gone, its key in words."""
        found = self.all_of(part).get(key)
        if found:
            return found
        new = self._new.get(part, {}).get(key) or self._waiting().get(part, {}).get(key)
        return (self.of_body(part, new) if new else "") or spelled_out(key)

    def waiting_of(self, part: str) -> dict[str, str]:
        """The names of new entries of a part that wait for a second person, by key."""
        waiting = self._waiting().get(part, {})
        return {key: self.of_body(part, body) for key, body in waiting.items()}

    def all_of(self, part: str) -> dict[str, str]:
        """The names of a part by key, no two alike."""
        if part not in self._made:
            make = _MAKERS.get(part)
            self._made[part] = make(self.setup) if make and self.setup is not None else {}
        return self._made[part]

    def of_body(self, part: str, body: Body) -> str:
        """What an entry is called that is not in force yet, or says something else by now."""
        match part:
            case "contracts":
                titles = [self.of("titles", key) for key in body.get("titles", ())]
                return contract_name(str(body.get("author", "")), titles)
            case "plans":
                getting = dict.fromkeys(_beneficiaries_in(list(body.get("versions", ()))[-1:]))
                return plan_name(
                    str(body.get("name", "")), [self.of("beneficiaries", key) for key in getting]
                )
            case "price_lists":
                return price_list_name(str(body.get("name", "")), str(body.get("currency", "")))
            case "payment_details":
                parts = (str(body.get(name, "")) for name in ("bank", "payee", "currency"))
                return payment_name(*parts)
            case "exchange_rates" | "income":
                return self._without_key(part, body)
            case _:
                return str(body.get("title" if part == "titles" else "name", ""))

    def _without_key(self, part: str, body: Body) -> str:
        if part == "exchange_rates":
            return f"{body['from']} to {body['to']}, {body['period']}"
        return f"{body['right']} of {self.of('contracts', str(body['contract']))}, {body['period']}"

    def beside(self, entries: Iterable[tuple[str, str, Body]]) -> "Names":
        """The same, and the names of entries that are not in force yet, as (part, key, body)."""
        new: dict[str, dict[str, Body]] = {}
        for part, key, body in entries:
            new.setdefault(part, {})[key] = body
        names = self.with_waiting(self._waiting)
        names._new = new  # noqa: SLF001 - its own
        return names

    def with_waiting(self, waiting: "Waiting") -> "Names":
        """The same, and the names of new entries that wait: bodies by part and key, when asked."""
        names = Names(self.setup)
        names._made, names._keys = self._made, self._keys
        names._waiting = waiting
        return names

    def key_of(self, part: str, text: str) -> str | None:
        """The key that somebody means who types a name, or the key itself; None: no entry's."""
        known = self.all_of(part)
        if text in known:
            return text
        if part not in self._keys:
            self._keys[part] = {name.casefold(): key for key, name in known.items()}
        found = self._keys[part].get(" ".join(text.split()).casefold())
        if found is None and part == "editions":
            numbers = (identifier_key(each) for each in (text, text.rsplit(" ", maxsplit=1)[-1]))
            return next((each for each in numbers if each in known), None)
        return found

    def like(self, part: str, text: str) -> str:
        """The name that somebody may have meant who typed another; empty if none resembles it."""
        known = self.all_of(part)
        spellings = {each.casefold(): name for key, name in known.items() for each in (key, name)}
        found = get_close_matches(text.casefold(), spellings, 1)
        return spellings[found[0]] if found else ""

    def in_text(self, text: str) -> str:
        """A message with names in place of quoted keys: ``plan "cities"`` is plan “Cities”.

        A key is recognised by the word before it, else if one part alone has it.
        """
        return _QUOTED.sub(self._named, text)

    def _named(self, match: re.Match[str]) -> str:
        word, blank, _, key = match.groups()
        if not word and not _IS_KEY.search(key):
            return match[0]  # a word like any other
        parts = [_PARTS[word]] if word else [part for part in _MAKERS if self._knows(part, key)]
        if len(parts) != 1 or not self._knows(parts[0], key):
            return match[0]
        return f"{word or ''}{blank or ''}“{self.of(parts[0], key)}”"

    def _knows(self, part: str, key: str) -> bool:
        return any(
            key in known
            for known in (self.all_of(part), self._new.get(part, {}), self._waiting().get(part, {}))
        )

    def in_body(self, part: str, body: Body | None) -> Body | None:
        """An entry's body as people read it: other entries by name, places by name, no key."""
        if not body:
            return body
        for of in WORDS:
            body = renamed(part, body, of, self._naming(of))
        bare = {name: value for name, value in body.items() if name != "key"}
        return dict(_in_places(bare, self.countries))

    @cached_property
    def countries(self) -> frozenset[str]:
        """Where the house's retailers, beneficiaries and organizations are."""
        if self.setup is None:
            return frozenset()
        of = (self.setup.retailers, self.setup.beneficiaries, self.setup.organizations)
        found = (each.country for part in of for each in part.values())
        return frozenset(country for country in found if country)

    def rule(self, rule: Rule) -> Rule:
        """A rule whose sentence names retailers and countries."""
        return replace(
            rule, retailers=self._some("retailers", rule.retailers), countries=_countries(rule)
        )

    def step(self, step: Step) -> Step:
        """A step whose sentence names retailers and places; beneficiaries stay as keys."""
        when = step.when
        if when is not None:
            when = replace(
                when,
                retailers=self._some("retailers", when.retailers),
                countries=_countries(when),
                regions=_regions(when, self.countries),
            )
        members = tuple(
            replace(each, steps=tuple(self.step(inner) for inner in each.steps)) for each in step.to
        )
        return replace(step, when=when, to=members)

    def _some(self, part: str, keys: Words) -> Words:
        return None if keys is None else frozenset(self.of(part, key) for key in keys)

    def _naming(self, part: str) -> Callable[[str], str]:
        return lambda key: self.of(part, key) if key else key


def _countries(of: Rule | When) -> Words:
    if of.countries is None:
        return None
    return frozenset(places.country_name(each) for each in of.countries)


def _regions(when: When, countries: Collection[str]) -> Words:
    """Regions by name: of a country that is named with them, else of one where the house trades."""
    if when.regions is None:
        return None
    among = when.countries or countries
    return frozenset(places.any_region_name(each, among) for each in when.regions)


def names_of(work: Work) -> Names:
    """The names in force, and of what waits beside it; before there is a house, none."""

    def make() -> Names:
        try:
            return Names(setup_in_force(work))
        except EmptyBooksError:
            return Names(None)

    known = of_setup(work, "entry names", make)
    if not work.actor.may(Verb.READ):
        return known  # what waits is the desk's alone
    return known.with_waiting(lambda: pending.bodies_added(work))


def new_key(work: Work, part: str, body: Body) -> str:
    """A key for a new entry, made of what it is called: letters, digits and hyphens."""
    name = names_of(work).of_body(part, body)
    folded = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    words = _NO_SIGNS.sub("-", folded).strip("-")[:_LONGEST_KEY].rstrip("-")
    words = words or WORDS[part].replace(" ", "-")
    key, number = words, 1
    while find_revision(work.connection, part, key) is not None:
        number += 1
        key = f"{words}-{number}"
    return key


def _beneficiaries_in(value: Any) -> list[str]:  # noqa: ANN401 - JSON
    if isinstance(value, Mapping):
        own = value.get("beneficiary")
        below = [key for part in value.values() for key in _beneficiaries_in(part)]
        return [*([own] if isinstance(own, str) else []), *below]
    if isinstance(value, list):
        return [key for part in value for key in _beneficiaries_in(part)]
    return []


def _in_places(
    value: Any,  # noqa: ANN401 - JSON
    countries: Collection[str],
    country: str = "",
) -> Any:  # noqa: ANN401 - JSON
    """Countries and regions by their names, wherever they appear."""
    if isinstance(value, list):
        return [_in_places(part, countries, country) for part in value]
    if not isinstance(value, Mapping):
        return value
    here = str(value.get("country", "")) or country
    among = value.get("countries") or countries
    named: dict[str, Any] = {}
    for name, part in value.items():
        if name == "country" and isinstance(part, str):
            named[name] = places.country_name(part)
        elif name == "region" and isinstance(part, str):
            named[name] = places.region_name(here, part)
        elif name == "place" and isinstance(part, str):
            named[name] = places.place_name(part)
        elif name == "countries" and isinstance(part, list):
            named[name] = [places.country_name(each) for each in part]
        elif name == "regions" and isinstance(part, list):
            named[name] = [places.any_region_name(each, among) for each in part]
        else:
            named[name] = _in_places(part, countries, here)
    return named


def _titles(setup: Setup) -> dict[str, str]:
    titles = setup.titles
    return distinct_names(
        {key: title.title for key, title in titles.items()},
        {
            key: (
                title.shown.subtitle,
                ", ".join(title.authors),
                str(title.published.year) if title.published else "",
            )
            for key, title in titles.items()
        },
    )


def _retailers(setup: Setup) -> dict[str, str]:
    return distinct_names(
        {key: each.name for key, each in setup.retailers.items()},
        {key: (each.city or "", each.channel.value) for key, each in setup.retailers.items()},
    )


def _beneficiaries(setup: Setup) -> dict[str, str]:
    return distinct_names(
        {key: each.name for key, each in setup.beneficiaries.items()},
        {key: (each.city, each.region, each.ein) for key, each in setup.beneficiaries.items()},
    )


def _organizations(setup: Setup) -> dict[str, str]:
    return distinct_names(
        {key: each.name for key, each in setup.organizations.items()},
        {key: (each.city, each.region, each.email) for key, each in setup.organizations.items()},
    )


def name_of_contract(contract: Contract, titles: Mapping[str, Any]) -> str:
    """A contract by its author and titles."""
    named = [titles[key].title if key in titles else spelled_out(key) for key in contract.titles]
    return contract_name(contract.author, named)


def _contracts(setup: Setup) -> dict[str, str]:
    return distinct_names(
        {key: name_of_contract(each, setup.titles) for key, each in setup.contracts.items()},
        {key: (each.currency, str(each.starts.year)) for key, each in setup.contracts.items()},
    )


def _plans(setup: Setup) -> dict[str, str]:
    return distinct_names(
        {key: _name_of_plan(each, setup) for key, each in setup.plans.items()},
        {key: (str(each.versions[0].starts.year),) for key, each in setup.plans.items()},
    )


def _name_of_plan(plan: Plan, setup: Setup) -> str:
    getting = beneficiaries_of(plan.versions[-1].steps)
    known = setup.beneficiaries
    return plan_name(plan.name, [known[key].name if key in known else key for key in getting])


def _price_lists(setup: Setup) -> dict[str, str]:
    lists = setup.price_lists
    return distinct_names(
        {
            key: price_list_name(price_list.name, price_list.currency)
            for key, price_list in lists.items()
        },
        {
            key: (
                setup.titles[price_list.titles[0]].title
                if price_list.titles and price_list.titles[0] in setup.titles
                else "",
            )
            for key, price_list in lists.items()
        },
    )


def _payment_details(setup: Setup) -> dict[str, str]:
    details = setup.payment_details
    return distinct_names(
        {key: payment_name(each.bank, each.payee, each.currency) for key, each in details.items()},
        {key: (str(each.starts.year),) for key, each in details.items()},
    )


def _banks(setup: Setup) -> dict[str, str]:
    banks = setup.banks
    return distinct_names(
        {key: each.name for key, each in banks.items()},
        {key: (each.format.value, each.currency) for key, each in banks.items()},
    )


def _editions(setup: Setup) -> dict[str, str]:
    """Editions by ISBN: title, format and number, by which people find them alike."""
    names = _titles(setup)
    return {
        edition.isbn: f"{names[title.key]}, {format_word(edition.format)} · {edition.isbn}"
        for title in setup.titles.values()
        for edition in title.editions
    }


def format_word(of: Format) -> str:
    """What an edition's format is called."""
    return _FORMATS.get(of, of.value)


def _reports(setup: Setup) -> dict[str, str]:
    return {
        str(each["key"]): str(each.get("name") or spelled_out(str(each["key"])))
        for each in setup.mappings
    }


_MAKERS: Mapping[str, Callable[[Setup], dict[str, str]]] = {
    "titles": _titles,
    "retailers": _retailers,
    "contracts": _contracts,
    "plans": _plans,
    "beneficiaries": _beneficiaries,
    "organizations": _organizations,
    "price_lists": _price_lists,
    "payment_details": _payment_details,
    "banks": _banks,
    "reports": _reports,
    "editions": _editions,
}
