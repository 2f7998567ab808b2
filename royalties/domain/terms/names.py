"""What people call entries of the setup, which have keys for files and commands only.

Most have a name of their own. A contract is called by its author and titles, a plan without a name
by who gets of it, a price list by its currency, and payment details by their bank.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

_NUMBERS = re.compile(r"([0-9]{1,15})")
_NAMED = 2
"""Of a list, so many are named; the others are counted."""


def contract_name(author: str, titles: Sequence[str]) -> str:
    """``Kim Foote: The Collab``; of several titles the first, and how many more."""
    of = titles[0] if titles else ""
    if len(titles) > 1:
        of = f"{of} and {len(titles) - 1:,} more"
    return ": ".join(filter(None, (author, of)))


def plan_name(name: str, beneficiaries: Sequence[str]) -> str:
    """Its own name, else who gets of it: ``Seattle Readers, Houston Readers and 2 more``."""
    if name:
        return name
    more = len(beneficiaries) - _NAMED
    listed = ", ".join(beneficiaries[:_NAMED])
    return f"{listed} and {more:,} more" if more > 0 else listed


def price_list_name(name: str, currency: str) -> str:
    """Its own name, else ``Prices in USD``."""
    return name or f"Prices in {currency}"


def payment_name(bank: str, payee: str, currency: str) -> str:
    """``Example Bank, USD``; without a bank, who is paid."""
    return ", ".join(filter(None, (bank or payee, currency)))


def distinct_names(names: Mapping[str, str], more: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Names of a part, by key, in which no two entries are called alike.

    >>> distinct_names({"a": "Readers", "b": "Readers"}, {"a": ["Ulm"], "b": ["Kiel"]})
    {'a': 'Readers (Ulm)', 'b': 'Readers (Kiel)'}

    Args:
        names: of every entry.
        more: remarks, of which the first that differs tells entries of one name apart; one of
            them may have none. Where none does, they are numbered.
    """
    alike: dict[str, list[str]] = {}
    for key, name in names.items():
        alike.setdefault(name.casefold(), []).append(key)
    distinct = dict(names)
    for keys in alike.values():
        if len(keys) > 1:
            distinct |= _apart({key: names[key] for key in keys}, more)
    return distinct


def _apart(names: Mapping[str, str], more: Mapping[str, Iterable[str]]) -> dict[str, str]:
    remarks = {key: list(more.get(key, ())) for key in names}
    for place in range(max(map(len, remarks.values()), default=0)):
        remark_of = {key: each[place] if place < len(each) else "" for key, each in remarks.items()}
        if len({each.casefold() for each in remark_of.values()}) == len(names):
            return {
                key: f"{name} ({remark_of[key]})" if remark_of[key] else name
                for key, name in names.items()
            }
    return {
        key: f"{name} ({number})" for number, (key, name) in enumerate(sorted(names.items()), 1)
    }


def in_order(name: str) -> list[tuple[int, str]]:
    """What names are sorted by: without case, numbers in them by their size."""
    parts = _NUMBERS.split(name.casefold())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def spelled_out(key: str) -> str:
    """A key that no entry has any more, as words: ``barnes-noble`` is Barnes noble."""
    words = key.replace("-", " ").strip()
    return words[:1].upper() + words[1:]
