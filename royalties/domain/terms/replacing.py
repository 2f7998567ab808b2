"""What an amended entry replaces that has counted already, or counts for what is recorded now.

An entry of a setup file replaces the older one as a whole. Closed periods keep what they used, but
a plan whose file has only its newest version loses the others, and sales of the open period earn
by new rules from the next calculation on. Whoever loads it sees what is replaced and from when,
and asked. Additions (a later version, a price from a later day, a rule after all others) replace
nothing, and nothing is asked of entries under which no money has moved.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import islice
from typing import Any, NamedTuple

from royalties.domain.money import NotAnAmountError, exact_number
from royalties.domain.periods import Period
from royalties.domain.terms.changes import Change, changes
from royalties.domain.terms.entry_words import ENTRY_WORDS

Body = Mapping[str, Any]
"""An entry of the setup as it is stored: JSON values, defaults left out."""

_MOST_TOLD = 4
"""Changed fields that a message names."""
_LONGEST = 60
"""Characters of a value in a message."""


class Distributed(NamedTuple):
    """A version of a plan, by its first day, and the closed periods that it distributed."""

    version: str
    first: Period
    last: Period


@dataclass(frozen=True, slots=True)
class EntryUse:
    """What an entry, as it stands, has counted for.

    Attributes:
        open_period: the earliest that is not closed.
        today: price lists count from the day on which somebody orders.
        lines: sale lines of open periods that it concerns, free copies left out.
        closed: whether closed periods used it.
        distributed: of a plan, what its versions distributed.
        unpriced: of a title, (ISBN, currency, day) of those lines whose report had no list price.
        profit: of a title, whether a rule takes unit costs off.
        ages: of a title, whether a reserve goes by its publication date.
    """

    open_period: Period
    today: date
    lines: int = 0
    closed: bool = False
    distributed: Sequence[Distributed] = ()
    unpriced: Sequence[tuple[str, str, str]] = ()
    profit: bool = False
    ages: bool = False

    @property
    def moved_money(self) -> bool:
        """Whether anything was calculated by it, or will be."""
        return self.closed or bool(self.lines)


@dataclass(frozen=True, slots=True)
class Replaced:
    """What an entry would replace: whose, and in words that say from when.

    ``loses`` says that it leaves something out or replaces something dated, which nobody sees in
    the new entry: even a script has to confirm that. Another value in the place of an old one is
    what whoever wrote it wants; people are asked, and scripts get a warning.
    """

    code: str
    part: str
    key: str
    message: str
    loses: bool = False

    def __str__(self) -> str:
        return self.message


def replaced(part: str, key: str, old: Body, new: Body, use: EntryUse) -> Replaced | None:
    """What a new body of an entry replaces of what has counted; None: nothing is asked.

    Args:
        part: ``contracts``, ``plans``, … as in a setup file.
        old: as it stands.
        new: as it would stand.
    """
    new = _as_before(new, old)
    change = _CHANGE_TEXTS[part](old, new, use) if part in _CHANGE_TEXTS else _NOTHING
    if not change.text:
        return None
    code = "replaces-version" if part in ("plans", "price_lists") else "replaces-terms"
    loses = change.loses or old.get("starts") != new.get("starts")
    return Replaced(code, part, key, f"{_WORDS[part]} {_named(part, old)}: {change.text}", loses)


class _ChangeText(NamedTuple):
    """A change in words, and whether something is left out or something dated replaced."""

    text: str
    loses: bool = False


_NOTHING = _ChangeText("")


def _as_before(new: Any, old: Any) -> Any:  # noqa: ANN401 - JSON
    """What says the same number written as before: 0.10 does not replace 0.1."""
    if isinstance(new, dict) and isinstance(old, dict):
        return {key: _as_before(value, old.get(key)) for key, value in new.items()}
    if isinstance(new, list) and isinstance(old, list):
        beside = [*old, *[None] * len(new)]
        return [_as_before(*pair) for pair in zip(new, beside, strict=False)]
    return old if _number(new) is not None and _number(new) == _number(old) else new


def _number(value: object) -> Fraction | None:
    try:
        return exact_number(value) if isinstance(value, str) else None
    except NotAnAmountError:
        return None


_WORDS = {**ENTRY_WORDS, "income": "income"}


def _named(part: str, body: Body) -> str:
    if part == "exchange_rates":
        return f"{body['from']} to {body['to']} of {body['period']}"
    if part == "income":
        note = f" ({body['note']})" if body.get("note") else ""
        return f'{body["right"]}{note} of contract "{body["contract"]}" in {body["period"]}'
    return f'"{body["key"]}"'


# Plans and price lists: dated versions


def _plan(old: Body, new: Body, use: EntryUse) -> _ChangeText:
    before, after = (_by_day(body["versions"]) for body in (old, new))
    open_ends = use.open_period.ends.isoformat()
    used = {each.version: each for each in use.distributed if each.version in before}
    governs, will_govern = _on(before, open_ends), _on(after, open_ends)
    counts = set(used) | ({governs} if governs and use.lines else set())
    lost = sorted(day for day in counts if after.get(day) != before[day])
    early = sorted(
        day
        for day in after
        if day not in before and used and day < use.open_period.starts.isoformat()
    )
    if not lost and not early:
        return _NOTHING
    sentences = []
    for day in lost:
        did = f", which distributed {_periods(used[day])}," if day in used else ""
        how = f"is changed ({_fields(before[day], after[day])})" if day in after else "is left out"
        sentences.append(f"the version from {day}{did} {how}")
    sentences += [
        f"the version from {day} begins in closed time, which another version distributed"
        for day in early
    ]
    return _ChangeText(
        f"{'; '.join(sentences)}. {_then(use, before, after, governs, will_govern)} "
        f"{_advice(lost, after)}",
        loses=True,
    )


def _then(
    use: EntryUse,
    before: Mapping[str, Body],
    after: Mapping[str, Body],
    governs: str,
    will_govern: str,
) -> str:
    """What distributes from the open period on."""
    closed_part = "Closed periods keep what they used; " if use.closed else ""
    open_period = use.open_period
    if not will_govern:
        text = f"{open_period} cannot be run: no version is in force on {open_period.ends}."
    elif (governs, before.get(governs)) == (will_govern, after[will_govern]):
        text = f"{open_period} is still distributed by the version from {will_govern}."
    else:
        instead = f" instead of the one from {governs}" if governs not in ("", will_govern) else ""
        text = (
            f"{open_period} and later periods are distributed by the version from "
            f"{will_govern}{instead}{_including(use)}."
        )
    return closed_part + text


def _advice(lost: Sequence[str], after: Mapping[str, Body]) -> str:
    if any(day not in after for day in lost):
        return "To keep what was, list that version as well."
    if lost:
        return "To change it from a day on, leave it as it was and add a version from that day."
    return "Let it begin on the first day of an open period, unless history is to show it so."


def _price_list(old: Body, new: Body, use: EntryUse) -> _ChangeText:
    if not use.moved_money:
        return _NOTHING
    today = use.today.isoformat()
    sentences = []
    for name, noun in (("versions", "version"), ("taxes", "tax")):
        before, after = (_by_day(body.get(name, ())) for body in (old, new))
        for day, entry in sorted(before.items()):
            if entry["from"] > today or after.get(day) == entry:
                continue
            place = f" of {entry['place']}" if name == "taxes" else ""
            how = f"is changed ({_fields(entry, after[day])})" if day in after else "is left out"
            sentences.append(_ChangeText(f"the {noun}{place} from {entry['from']} {how}"))
    if not sentences:
        return _NOTHING
    listed = _some(sentences).text
    return _ChangeText(
        f"{listed}. Issued quotes keep their prices; new ones are made by what it says now.",
        loses=True,
    )


def _by_day(entries: Sequence[Body]) -> dict[str, Body]:
    return {f"{each['from']}{each.get('place', '')}": each for each in entries}


def _on(versions: Collection[str], day: str) -> str:
    return max((first for first in versions if first <= day), default="")


def _periods(used: Distributed) -> str:
    return str(used.first) if used.first == used.last else f"{used.first} to {used.last}"


# The rest: what a file contains counts for all open periods


def _contract(old: Body, new: Body, use: EntryUse) -> _ChangeText:
    # A title more earns, one less is described below; an ended right changes no figure.
    same = {"author", "titles", "rights_ended"}
    differ = {key for key in {*old, *new} - same if old.get(key) != new.get(key)}
    rules = old.get("rules", [])
    if new.get("rules", [])[: len(rules)] == rules:
        differ.discard("rules")  # what follows takes only what nothing took
    if all(each in new.get("advances", ()) for each in old.get("advances", ())):
        differ.discard("advances")
    rights = new.get("subsidiary_rights", {})
    if all(rights.get(right) == share for right, share in old.get("subsidiary_rights", {}).items()):
        differ.discard("subsidiary_rights")
    lost = [title for title in old["titles"] if title not in new["titles"]]
    return _terms(old, new, differ, use, [_removed("title", title) for title in lost])


def _beneficiary(old: Body, new: Body, use: EntryUse) -> _ChangeText:
    differ = {"brought_in", "opening_balance"}
    day = use.open_period.ends.isoformat()
    before, after = (_rates(body.get("tax_rate", "0")) for body in (old, new))
    in_force = _on(before, day)
    # Another rate from a later day on replaces nothing.
    if before[in_force] not in (after.get(in_force), after[_on(after, day)]):
        differ.add("tax_rate")
    if not new.get("on_hold"):
        differ.add("on_hold")
    return _terms(old, new, differ, use)


def _rates(tax: object) -> dict[str, str]:
    """Tax rates by their first day; one holds since ever, none if only dated ones are given."""
    if isinstance(tax, str):
        return {"": tax}
    return {"": "0"} | {each["from"]: each["rate"] for each in tax}  # type: ignore[attr-defined]


def _title(old: Body, new: Body, use: EntryUse) -> _ChangeText:
    differ = {"published"} if use.ages else set()
    if not new.get("royalties", True):
        differ.add("royalties")
    before, after = ({e["isbn"]: e for e in body.get("editions", ())} for body in (old, new))
    texts = []
    for isbn, edition in before.items():
        later = after.get(isbn, {})
        asked = {"format", *(["unit_cost"] if use.profit else [])}
        if any(_stand_in(later, *at) != price for at, price in _stood_in(edition, use)):
            asked.add("prices")
        texts += [
            _ChangeText(f"edition {isbn} · {each.text}", each.loses)
            for each in _changed(edition, later, asked)
        ]
    return _together(_changed(old, new, differ) + texts, use)


def _stood_in(edition: Body, use: EntryUse) -> Iterator[tuple[tuple[str, str], str]]:
    """Where the edition's price stands in for a blank one: (currency, day), and the price."""
    for isbn, currency, day in use.unpriced:
        if isbn == edition["isbn"] and (price := _stand_in(edition, currency, day)):
            yield (currency, day), price


def _stand_in(edition: Body, currency: str, day: str) -> str:
    known = [
        (price["from"], price["amount"])
        for price in edition.get("prices", ())
        if price["currency"] == currency and price["from"] <= day
    ]
    return max(known)[1] if known else ""


def _retailer(old: Body, new: Body, use: EntryUse) -> _ChangeText:
    return _terms(old, new, {"channel"}, use)


def _exchange_rate(old: Body, new: Body, use: EntryUse) -> _ChangeText:
    if not use.lines or old["rate"] == new["rate"]:
        return _NOTHING
    return _ChangeText(f"{old['rate']} becomes {new['rate']}. {_counts(use)}")


def _income(old: Body, new: Body, use: EntryUse) -> _ChangeText:
    if old["amount"] == new["amount"]:
        return _NOTHING
    return _ChangeText(f"{old['amount']} becomes {new['amount']}. {_counts(use)}")


def _terms(
    old: Body, new: Body, differ: set[str], use: EntryUse, more: Sequence[_ChangeText] = ()
) -> _ChangeText:
    return _together([*more, *_changed(old, new, differ)], use)


def _together(texts: Sequence[_ChangeText], use: EntryUse) -> _ChangeText:
    """What changed, with what it counts for; nothing if nothing was calculated by it."""
    if not texts or not use.moved_money:
        return _NOTHING
    listed = _some(texts)
    return _ChangeText(f"{listed.text}. {_counts(use)}", listed.loses)


def _changed(old: Body, new: Body, differ: set[str]) -> list[_ChangeText]:
    """Fields of some keys that changed."""
    before, after = ({k: v for k, v in body.items() if k in differ} for body in (old, new))
    return [_field_change(each) for each in changes(before, after)]


def _fields(old: Body, new: Body) -> str:
    return _some([_field_change(each) for each in changes(old, new)]).text


def _field_change(change: Change) -> _ChangeText:
    before, after = (
        value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1].rstrip()}…"
        for value in (change.before, change.after)
    )
    if not before:
        return _ChangeText(f"{change.field}: {after} (added)")
    if not after:
        return _removed(change.field, before)
    return _ChangeText(f"{change.field}: {before} becomes {after}")


def _removed(name: str, value: str) -> _ChangeText:
    return _ChangeText(f"{name}: {value} (removed)", loses=True)


def _some(changes: Sequence[_ChangeText]) -> _ChangeText:
    """The first of them, what is removed before the rest."""
    ordered = sorted(changes, key=lambda change: not change.loses)
    listed = [change.text for change in islice(ordered, _MOST_TOLD)]
    more = len(changes) - len(listed)
    text = "; ".join([*listed, *([f"and {more} more"] if more else [])])
    return _ChangeText(text, any(change.loses for change in changes))


def _counts(use: EntryUse) -> str:
    subject = "Closed periods keep what they used; it" if use.closed else "It"
    return f"{subject} counts from {use.open_period} on{_including(use)}."


def _including(use: EntryUse) -> str:
    if not use.lines:
        return ""
    lines = "1 sale line" if use.lines == 1 else f"{use.lines:,} sale lines"
    return f", including {lines} already recorded"


_CHANGE_TEXTS: dict[str, Callable[[Body, Body, EntryUse], _ChangeText]] = {
    "plans": _plan,
    "contracts": _contract,
    "beneficiaries": _beneficiary,
    "titles": _title,
    "retailers": _retailer,
    "exchange_rates": _exchange_rate,
    "income": _income,
    "price_lists": _price_list,
}

ASKED = frozenset(_CHANGE_TEXTS)
"""Parts whose entries may be asked about; others change no amount, or cannot change once used."""
