"""What takes an entry of the setup back: retired, ended, removed if it was never used, renamed.

All of it preserves the entry's history, with who did it and why. A change of terms waits for a
second person where the house wants that, as every other one does (``amending``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from typing import Any

from royalties.domain.approvals import APPROVED_BY_TWO
from royalties.domain.notes import NoteSubject
from royalties.domain.people import Verb
from royalties.domain.periods import parse_period
from royalties.domain.problems import SetupFault
from royalties.domain.terms.plans import beneficiaries_of
from royalties.domain.terms.references import references_to, renamed
from royalties.ingest import setup as setup_file
from royalties.services import pending
from royalties.services.books import Setup, open_period_of, setup_in_force
from royalties.services.names import Names
from royalties.services.terms import amending, catalogue, setup
from royalties.services.terms.amending import Saved
from royalties.services.terms.replacing import CONFIRMED
from royalties.services.work import RefusedError, Work
from royalties.store.history import add_revisions, find_revision, lock_setup
from royalties.store.terms import usage as store

WORDS = {
    "titles": "title",
    "retailers": "retailer",
    "contracts": "contract",
    "plans": "plan",
    "beneficiaries": "beneficiary",
    "price_lists": "price list",
    "organizations": "organization",
    "exchange_rates": "exchange rate",
    "income": "income",
}
"""Parts whose entries can be taken back, and the word for one of them."""

RETIRED = frozenset({"titles", "retailers", "beneficiaries", "price_lists"})
"""Parts whose entries can be retired."""

RENAMED = frozenset(WORDS) - {"exchange_rates", "income"}
"""Parts whose entries have a key of their own."""

_LONGEST_REASON = 1000


class InUse(Enum):
    """Why an entry cannot be removed; of several reasons the first one counts."""

    CLOSED = auto()
    SALES = auto()
    ORDERS = auto()
    PEOPLE = auto()
    DOCUMENTS = auto()
    NOTES = auto()
    BANK_DETAILS = auto()
    NAMED = auto()
    WAITS = auto()


class FixedBecause(Enum):
    """Why an entry's key cannot change."""

    NONE_OF_ITS_OWN = auto()
    CLOSED = auto()
    INVOICES = auto()
    BANK_DETAILS = auto()
    WAITS = auto()


@dataclass(frozen=True, slots=True)
class EntryStatus:
    """An entry, and what may be done with it.

    Attributes:
        part: of the setup.
        key: of the entry.
        body: as it is in force.
        name: as people know it.
        revision: that is in force.
        retired: the day since which it is; None: it is not.
        references: other entries that name it, as (part, key).
        usage: what else names it.
        named_by: those other entries in words.
        kept: why it cannot be removed; None: it can.
        fixed: why its key stays; None: it may change.
        editions: of a title, ISBNs with the day since which each is retired.
    """

    part: str
    key: str
    body: Mapping[str, Any]
    name: str
    revision: int
    retired: date | None
    references: tuple[tuple[str, str], ...]
    usage: store.Usage
    named_by: tuple[str, ...]
    kept: InUse | None
    fixed: FixedBecause | None
    editions: tuple[tuple[str, date | None], ...] = ()

    @property
    def word(self) -> str:
        """What the entry is."""
        return WORDS[self.part]

    @property
    def why_in_use(self) -> str:
        """Why it cannot be removed, in words; empty: it can."""
        return _in_use_words(self.kept, self.named_by)

    @property
    def why_fixed(self) -> str:
        """Why its key stays, in words; empty: it may change."""
        return _FIXED_WORDS[self.fixed] if self.fixed else ""


def find_entry_status(work: Work, part: str, key: str) -> EntryStatus | None:
    """An entry with what may be done with it; None where there is none."""
    work.actor.require(Verb.READ)
    now = find_revision(work.connection, part, key) if part in WORDS else None
    if now is None:
        return None
    known = setup_in_force(work)
    references = tuple(references_to(setup.bodies_in_force(work), part, key))
    usage = _usage(work, known, part, key)
    waits = bool(pending.find_pending(work, part, key) or pending.naming(work, part, key))
    retired = now.body.get("retired")
    return EntryStatus(
        part,
        key,
        now.body,
        _name(known, part, key, now.body),
        now.id,
        date.fromisoformat(retired) if retired else None,
        references,
        usage,
        tuple(f"{_word(of)} {name_of(work, of, other)}" for of, other in references),
        _in_use(usage, is_named=bool(references), waits=waits),
        _fixed(part, usage, waits=waits),
        tuple(
            (each["isbn"], date.fromisoformat(each["retired"]) if "retired" in each else None)
            for each in now.body.get("editions", ())
        ),
    )


def name_of(work: Work, part: str, key: str) -> str:
    """An entry as people know it."""
    work.actor.require(Verb.READ)
    return _name(setup_in_force(work), part, key, setup.bodies_in_force(work)[part][key])


def retire(work: Work, part: str, key: str, reason: str, *, isbn: str = "") -> Saved:
    """Offer an entry nowhere any more from today on; what counted stays, and it can come back.

    Args:
        work: the unit of work.
        part: ``titles``, ``retailers``, ``beneficiaries`` or ``price_lists``.
        key: of the entry.
        reason: why, for its history.
        isbn: of the edition of a title that is meant, and not the whole title.

    Raises:
        RefusedError: it is retired already, or a plan still gives to it.
    """
    now = _required(work, part, key, RETIRED, "retired")
    why = _reason(reason)
    if part == "beneficiaries":
        _require_not_given_to(work, key)
    body = _with_day(now, isbn, work.today)
    return _save(work, part, body, why, now.revision)


def bring_back(work: Work, part: str, key: str, reason: str, *, isbn: str = "") -> Saved:
    """Offer an entry again that was retired.

    Raises:
        RefusedError: it is not retired.
    """
    now = _required(work, part, key, RETIRED, "retired")
    return _save(work, part, _with_day(now, isbn, None), _reason(reason), now.revision)


def end(
    work: Work,
    key: str,
    last_day: date,
    reason: str,
    sell_off_until: date | None = None,
    right: str = "",
) -> Saved:
    """End a contract, or a right of it; ended again on another day, that counts instead.

    Args:
        work: the unit of work.
        key: of the contract.
        last_day: of the contract, or of the right.
        reason: why, for its history.
        sell_off_until: the last day of selling off, on which sales still count.
        right: that ends alone, while the contract goes on.

    Raises:
        RefusedError: the contract has no such right, or a right is sold off.
        SetupError: the days lie before the start, or before each other.
    """
    now = _required(work, "contracts", key, frozenset({"contracts"}), "ended")
    why = _reason(reason)
    if not right:
        body = {**_without(now.body, "ends", "sell_off_until"), "ends": last_day.isoformat()}
        if sell_off_until is not None:
            body["sell_off_until"] = sell_off_until.isoformat()
        return _save(work, "contracts", body, why, now.revision)
    _require_right(now, right)
    if sell_off_until is not None:
        raise RefusedError("a right has no copies to sell off: leave that day out")
    ended = {**now.body.get("rights_ended", {}), right: last_day.isoformat()}
    return _save(work, "contracts", {**now.body, "rights_ended": ended}, why, now.revision)


def go_on(work: Work, key: str, reason: str, right: str = "") -> Saved:
    """Let a contract, or a right of it, go on that had an end.

    Raises:
        RefusedError: it has no end.
    """
    now = _required(work, "contracts", key, frozenset({"contracts"}), "ended")
    why = _reason(reason)
    if not right:
        if "ends" not in now.body:
            raise RefusedError("this contract has no end: it goes on already")
        body = _without(now.body, "ends", "sell_off_until")
        return _save(work, "contracts", body, why, now.revision)
    _require_right(now, right)
    ended = dict(now.body.get("rights_ended", {}))
    if ended.pop(right, None) is None:
        raise RefusedError(f"the right {right} has no end: it goes on already")
    body = _without(now.body, "rights_ended") | ({"rights_ended": ended} if ended else {})
    return _save(work, "contracts", body, why, now.revision)


def remove(work: Work, part: str, key: str, reason: str, *, isbn: str = "") -> None:
    """Take an entry away that was never used; its history stays, and it may be added again.

    Args:
        work: the unit of work.
        part: of the setup.
        key: of the entry.
        reason: why, for its history.
        isbn: of the edition of a title that is meant, and not the whole title.

    Raises:
        RefusedError: something names it; the message says what, and what to do instead.
    """
    work.actor.require(Verb.LOAD)
    lock_setup(work.connection)
    now = _required(work, part, key, frozenset(WORDS), "removed")
    why = _reason(reason)
    if isbn:
        _remove_edition(work, now, isbn, why)
        return
    if now.kept:
        instead = "" if now.kept is InUse.WAITS else _instead(part)
        raise RefusedError(f"this {now.word} stays: {now.why_in_use}{instead}")
    if part == "titles":
        store.remove_editions(work.connection, [each for each, _ in now.editions])
        store.remove_title(work.connection, key)
    elif part == "retailers":
        store.remove_retailer(work.connection, key)
    add_revisions(work.connection, [(part, key, {})], work.at, work.actor.name, why)
    work.record(Verb.LOAD, {"what": "removed", "part": part, "key": key, "reason": why})


def rename(work: Work, part: str, key: str, new: str, reason: str) -> list[tuple[str, str]]:
    """Give an entry another key; every entry that names it follows, and its history goes on.

    Args:
        work: the unit of work.
        part: of the setup.
        key: that it has.
        new: that it gets.
        reason: why, for its history.

    Returns:
        The entries that named it, as (part, key).

    Raises:
        SetupError: the new key is none, or taken.
        RefusedError: a closed period or an order names it, so its key stays.
    """
    work.actor.require(Verb.LOAD)
    lock_setup(work.connection)
    now = _required(work, part, key, RENAMED, "renamed")
    why = _reason(reason)
    if now.fixed:
        raise RefusedError(f"the key of this {now.word} stays: {now.why_fixed}")
    _require_free(work, part, new)
    body = amending.canonical_body(part, {**now.body, "key": new})
    bodies, instead = setup.bodies_in_force(work), {key: new}
    changed = [
        (other, of, renamed(other, bodies[other][of], part, lambda each: instead.get(each, each)))
        for other, of in now.references
    ]
    entries: list[tuple[str, str, Mapping[str, Any]]] = [
        (part, key, {}),
        (part, new, body),
        *((other, _key_of(other, of, key, new), each) for other, of, each in changed),
    ]
    entries += [(other, of, {}) for other, of, _ in changed if _key_of(other, of, key, new) != of]
    former = {(part, new): key} | {
        (other, renewed): of
        for other, of, _ in changed
        if (renewed := _key_of(other, of, key, new)) != of
    }
    _rename_rows(work, part, key, new)
    add_revisions(work.connection, entries, work.at, work.actor.name, why, former)
    followed = [f"{other} {of}" for other, of in now.references]
    work.record(
        Verb.LOAD,
        {
            "what": "renamed",
            "part": part,
            "key": new,
            "was": key,
            "followed": followed,
            "reason": why,
        },
    )
    return list(now.references)


def _required(work: Work, part: str, key: str, parts: frozenset[str], action: str) -> EntryStatus:
    work.actor.require(Verb.PREPARE)
    if part not in parts:
        raise RefusedError(f"a {WORDS.get(part, part)} cannot be {action}")
    now = find_entry_status(work, part, key)
    if now is None:
        raise RefusedError(f"there is no {WORDS[part]} {key[:64]!r}")
    return now


def _without(body: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in names}


def _require_right(now: EntryStatus, right: str) -> None:
    rights = now.body.get("subsidiary_rights", {})
    if right not in rights:
        known = ", ".join(rights) or "none"
        raise RefusedError(f"the contract has no right {right[:40]!r}; it has: {known}")


def _with_day(now: EntryStatus, isbn: str, day: date | None) -> dict[str, Any]:
    """A body that is retired since a day, or not any more."""
    if not isbn:
        return _dated(now.body, day, f"this {now.word}")
    if isbn not in {each for each, _ in now.editions}:
        raise RefusedError(f"this title has no edition {isbn[:20]!r}")
    editions = [
        _dated(each, day, f"edition {isbn}") if each["isbn"] == isbn else each
        for each in now.body["editions"]
    ]
    return {**now.body, "editions": editions}


def _dated(body: Mapping[str, Any], day: date | None, words: str) -> dict[str, Any]:
    if day is None:
        if "retired" not in body:
            raise RefusedError(f"{words} is not retired: nothing is to be brought back")
        return {name: value for name, value in body.items() if name != "retired"}
    if "retired" in body:
        raise RefusedError(f"{words} is retired since {body['retired']} already")
    return {**body, "retired": day.isoformat()}


def _save(work: Work, part: str, body: Mapping[str, Any], reason: str, revision: int) -> Saved:
    """Record a changed entry, or put it before a second person."""
    if part in APPROVED_BY_TWO:
        return amending.save(work, part, body, revision=revision, note=reason, confirmed=CONFIRMED)
    changed = catalogue.amend(work, part, body, revision, CONFIRMED, reason)
    return Saved(changed=changed)


def _require_not_given_to(work: Work, key: str) -> None:
    known = setup_in_force(work)
    day = open_period_of(work, known).ends
    for plan in known.plans.values():
        version = plan.on(day)
        later = [each for each in plan.versions if each.starts > day]
        listed = ([version] if version else []) + later
        if any(key in beneficiaries_of(each.steps) for each in listed):
            raise RefusedError(
                f"plan {plan.key} still gives to it: let a new version of the plan give to others "
                f"first"
            )


def _usage(work: Work, known: Setup, part: str, key: str) -> store.Usage:
    connection = work.connection
    if part == "titles":
        editions = [each.isbn for each in known.titles[key].editions]
        usage = store.of_editions(connection, editions, key)
        listed = [each.key for each in known.contracts.values() if key in each.titles]
        closed = any(store.of_contract(connection, each).closed for each in listed)
        return usage._replace(closed=usage.closed or closed)
    if part == "price_lists":
        return store.of_price_list(connection)
    if part in {"exchange_rates", "income"}:
        body = setup.bodies_in_force(work)[part][key]
        period = parse_period(body["period"], known.calendar)
        return store.Usage(closed=period < open_period_of(work, known))
    return _BY_KEY[part](connection, key)


_BY_KEY = {
    "retailers": store.of_retailer,
    "contracts": store.of_contract,
    "plans": store.of_plan,
    "beneficiaries": store.of_beneficiary,
    "organizations": store.of_organization,
}


def _word(part: str) -> str:
    return WORDS.get(part, "mapped report")


def _in_use(usage: store.Usage, *, is_named: bool, waits: bool) -> InUse | None:
    """Why an entry cannot be removed; None if it can."""
    reasons = {
        InUse.CLOSED: usage.closed,
        InUse.SALES: usage.sales,
        InUse.ORDERS: usage.orders,
        InUse.PEOPLE: usage.people,
        InUse.DOCUMENTS: usage.documents,
        InUse.NOTES: usage.notes,
        InUse.BANK_DETAILS: usage.bank_details,
        InUse.NAMED: is_named,
        InUse.WAITS: waits,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


_KEPT_WORDS = {
    InUse.CLOSED: "a closed period used it",
    InUse.SALES: "sales or reports were recorded of it",
    InUse.ORDERS: "orders name it",
    InUse.PEOPLE: "people belong to it",
    InUse.DOCUMENTS: "earlier statements are kept of it",
    InUse.NOTES: "notes are kept about it",
    InUse.BANK_DETAILS: "bank details were entered of it",
    InUse.WAITS: "a proposal that waits is about it or names it; have that decided first",
}


def _in_use_words(reason: InUse | None, named_by: Sequence[str] = ()) -> str:
    if reason is InUse.NAMED:
        return f"it is named by {', '.join(named_by[:5])}"
    return _KEPT_WORDS[reason] if reason else ""


def _fixed(part: str, usage: store.Usage, *, waits: bool) -> FixedBecause | None:
    """Why an entry's key cannot change; None if it can."""
    if part not in RENAMED:
        return FixedBecause.NONE_OF_ITS_OWN
    if usage.closed:
        return FixedBecause.CLOSED
    if part == "organizations" and usage.orders:
        return FixedBecause.INVOICES
    if usage.bank_details:
        return FixedBecause.BANK_DETAILS
    return FixedBecause.WAITS if waits else None


_FIXED_WORDS = {
    FixedBecause.NONE_OF_ITS_OWN: "it has none of its own",
    FixedBecause.CLOSED: (
        "closed periods name it by that, and so do its accounts in the ledger; change its name "
        "instead"
    ),
    FixedBecause.BANK_DETAILS: "its bank details are encrypted with it",
    FixedBecause.WAITS: (
        "a proposal that waits is about it or names it by that; have that decided first"
    ),
    FixedBecause.INVOICES: "its invoices and accounts name it by that; change its name instead",
}


def _instead(part: str) -> str:
    if part in RETIRED:
        return "; retire it instead"
    if part == "contracts":
        return "; end it instead"
    return ""


def _remove_edition(work: Work, now: EntryStatus, isbn: str, reason: str) -> None:
    if now.part != "titles" or isbn not in {each for each, _ in now.editions}:
        raise RefusedError(f"this title has no edition {isbn[:20]!r}")
    use = _in_use(store.of_editions(work.connection, [isbn]), is_named=False, waits=False)
    if use:
        raise RefusedError(f"edition {isbn} stays: {_in_use_words(use)}; retire it instead")
    editions = [each for each in now.body["editions"] if each["isbn"] != isbn]
    body = {name: value for name, value in now.body.items() if name != "editions"}
    store.remove_editions(work.connection, [isbn])
    whole = amending.canonical_body("titles", {**body, "editions": editions})
    add_revisions(work.connection, [("titles", now.key, whole)], work.at, work.actor.name, reason)
    what = {"what": "edition-removed", "part": "titles", "key": now.key, "isbn": isbn}
    work.record(Verb.LOAD, {**what, "reason": reason})


def _require_free(work: Work, part: str, new: str) -> None:
    taken = {each.casefold() for each in setup.bodies_in_force(work)[part]}
    if new.casefold() in taken:
        fault = SetupFault(f"{part}[0].key", "is taken already: choose another")
        raise setup_file.SetupError(part, [fault])


def _key_of(part: str, key: str, old: str, new: str) -> str:
    """The key of an entry that named another one: that of income holds its contract's."""
    if part != "income":
        return key
    period, contract, *rest = key.split("|")
    return "|".join((period, new if contract == old else contract, *rest))


def _rename_rows(work: Work, part: str, key: str, new: str) -> None:
    connection = work.connection
    if part in set(NoteSubject):
        store.rename_notes(connection, NoteSubject(part), key, new)
    match part:
        case "titles":
            store.rename_title(connection, key, new)
        case "retailers":
            store.rename_retailer(connection, key, new)
        case "beneficiaries" | "organizations":
            is_organization = part == "organizations"
            store.rename_house(connection, key, new, is_organization=is_organization)


def _name(known: Setup, part: str, key: str, body: Mapping[str, Any]) -> str:
    """An entry as people know it."""
    match part:
        case "exchange_rates":
            return f"{body['from']} → {body['to']} in {body['period']}"
        case "income":
            of = Names(known).of("contracts", body["contract"])
            return f"{body['right']} of {of} in {body['period']}"
        case _:
            return Names(known).of(part, key)


def _reason(text: str) -> str:
    reason = " ".join(text.split())
    if not reason:
        raise RefusedError("say why, in a few words: the history keeps it")
    if len(reason) > _LONGEST_REASON or not reason.isprintable():
        raise RefusedError(f"say why in up to {_LONGEST_REASON:,} letters")
    return reason
