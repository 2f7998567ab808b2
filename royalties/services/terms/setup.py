"""Load a setup file: everything it says is added or amended by key, or nothing is."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from royalties.domain.money import NotAnAmountError, amount_text
from royalties.domain.people import Verb
from royalties.domain.periods import Calendar, NotAPeriodError, Period, PeriodStatus, parse_period
from royalties.domain.problems import SetupFault
from royalties.domain.royalties.warnings import TermsWarning
from royalties.domain.terms.changes import changes
from royalties.domain.terms.identifiers import identifier_key
from royalties.domain.terms.replacing import Replaced
from royalties.ingest import setup as setup_file
from royalties.services.books import Setup, of_setup, setup_of
from royalties.services.sales.recording import sum_what_changed
from royalties.services.sales.waiting import Released, release_waiting
from royalties.services.terms.replacing import Amended, replaced_by
from royalties.services.terms.warnings import warnings_of
from royalties.services.work import Work
from royalties.store.history import (
    Revision,
    add_revisions,
    lock_setup,
    new_keys,
    revisions_in_force,
)
from royalties.store.orders.orders import own_editions
from royalties.store.periods import figures, periods, runs
from royalties.store.sales import batches
from royalties.store.terms import catalogue
from royalties.store.terms.balances import closed_keys

Bodies = dict[str, dict[str, dict[str, Any]]]
Entry = tuple[str, str, dict[str, Any]]
"""An entry of a setup file: its part, its key, its body."""

Changed = list[Entry]
DatedPrice = tuple[str, str, date]
"""ISBN, currency and the day from which a price holds."""

_MOST_NAMED = 50
_UNKNOWN = re.compile(r'unknown [a-z ]+ "([^"]+)"')


@dataclass(slots=True)
class Loaded:
    """What a setup file changed, by part; and waiting rows that found their edition by it.

    Attributes:
        replaced: what it would replace that has counted already. While that is not confirmed
            nothing is recorded, and the rest tells what would be.
        warnings: what it says that never counts.
    """

    added: dict[str, int] = field(default_factory=dict)
    amended: dict[str, int] = field(default_factory=dict)
    unchanged: dict[str, int] = field(default_factory=dict)
    released: Released = field(default_factory=Released)
    replaced: list[Replaced] = field(default_factory=list)
    warnings: list[TermsWarning] = field(default_factory=list)
    recorded: bool = False

    @property
    def outcome(self) -> str:
        """``loaded``, ``nothing-new``, or ``confirm``: repeat it with the confirmation."""
        if not self.changed:
            return "nothing-new"
        return "loaded" if self.recorded else "confirm"

    @property
    def changed(self) -> bool:
        """Whether the file said anything new."""
        return bool(self.added or self.amended)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a setup file says beside what is in force.

    Attributes:
        loaded: what recording it would do.
        changed: the entries that say anything new.
        before: the bodies in force, by part and key.
        entries: all of the file's, in its parts' order.
    """

    loaded: Loaded
    changed: Changed
    before: Bodies
    entries: list[Entry]


def load(work: Work, path: Path, name: str, *, confirm: bool = False, ask: bool = False) -> Loaded:
    """Read a setup file and update the books from it; loading it again changes nothing.

    If it would lose something that has counted already, nothing is recorded until that is
    confirmed. Editions that were made for orders stay with their title, though the
    file does not know them.

    Args:
        confirm: whether all that it replaces is confirmed.
        ask: whether somebody is there to be asked about other values in the place of old ones too.

    Raises:
        SetupError: with every fault of the file, each with its path.
    """
    lock_setup(work.connection)
    comparison = compare(work, path, name)
    if confirm or not any(ask or each.loses for each in comparison.loaded.replaced):
        save(work, name, comparison)
    return comparison.loaded


def compare(work: Work, path: Path, name: str) -> "Comparison":
    """What a setup file says beside the books; nothing is recorded.

    Raises:
        SetupError: with every fault of the file, each with its path.
    """
    work.actor.require(Verb.LOAD)
    try:
        document = setup_file.read_setup(path, name)
    except setup_file.SetupError as error:
        if error.right is not None:
            _keep_own_editions(work, error.right)
        raise _with_further(work, error, name) from None
    return _comparison(work, document, name)


def compare_entries(work: Work, entries: Iterable[Entry], name: str) -> "Comparison":
    """The same of entries that were read before, each with its part and key.

    Raises:
        SetupError: what changed elsewhere no longer goes with them.
    """
    parts: dict[str, Any] = {}
    for part, _, body in entries:
        if part == "publisher":
            parts[part] = body
        else:
            parts.setdefault(part, []).append(body)
    return _comparison(work, setup_file.parse_setup(parts, name), name)


def _comparison(work: Work, document: setup_file.Document, name: str) -> "Comparison":
    _keep_own_editions(work, document)
    before = _checked(work, document, name)
    loaded, changed = _compare(document, before)
    if changed:
        loaded.replaced = replaced_by(work, _amended(changed, before))
        loaded.warnings = _warnings(work, changed, before)
    entries = [
        (part, key, body)
        for part, of_part in document.entries.items()
        for key, body in of_part.items()
    ]
    return Comparison(loaded, changed, before, entries)


def save(work: Work, name: str, comparison: "Comparison", prepared_by: str = "") -> None:
    """Record what a comparison says is new.

    Args:
        name: of the file.
        comparison: made in the same transaction.
        prepared_by: who proposed it, for the log; empty if it is the actor's own.
    """
    work.actor.require(Verb.LOAD)
    _record(work, name, comparison.loaded, comparison.changed, comparison.before, prepared_by)


def replacements(work: Work, part: str, body: Mapping[str, Any]) -> list[Replaced]:
    """What a new body of an entry would replace of what has counted already.

    Raises:
        SetupError: with every fault of the entry.
    """
    work.actor.require(Verb.READ)
    document = _entry(work, part, body)
    before = _checked(work, document, part)
    return replaced_by(work, _amended(_compare(document, before)[1], before))


def amend(
    work: Work, part: str, body: Mapping[str, Any], *, prepared_by: str = "", reason: str = ""
) -> Loaded:
    """Bring one entry of the setup to what its new body says; entries with its key are replaced.

    Args:
        part: ``titles``, ``contracts``, … as in a setup file.
        body: the entry as it would stand in a setup file.
        prepared_by: who proposed it, for the log; empty if it is the actor's own.
        reason: why, for the entry's history.

    Raises:
        SetupError: with every fault of the entry, its paths beginning with ``titles[0].``.
    """
    work.actor.require(Verb.LOAD)
    return _check_and_record(work, _entry(work, part, body), part, prepared_by, reason)


def add(work: Work, part: str, body: Mapping[str, Any]) -> Loaded:
    """What ``amend`` does, for verbs that asked for a permission of their own.

    Raises:
        SetupError: with every fault of the entry.
    """
    return _check_and_record(work, _entry(work, part, body), part)


def check_entry(work: Work, part: str, body: Mapping[str, Any]) -> bool:
    """Whether a new body of an entry says anything new; nothing is recorded.

    Raises:
        SetupError: with every fault of the entry, as ``amend`` would tell.
    """
    document = _entry(work, part, body)
    before = _checked(work, document, part)
    return any(before[part].get(key) != entry for key, entry in document.entries[part].items())


def _entry(work: Work, part: str, body: Mapping[str, Any]) -> setup_file.Document:
    try:
        # There is one publisher; of all other parts there are many entries.
        said = dict(body) if part == "publisher" else [dict(body)]
        return setup_file.parse_setup({part: said}, part)
    except setup_file.SetupError as error:
        raise _with_further(work, error, part) from None


def _with_further(work: Work, error: setup_file.SetupError, name: str) -> setup_file.SetupError:
    """The same with what is wrong between entries that are right in themselves."""
    if error.right is None:
        return error
    _, faults = _compared(work, error.right)
    return setup_file.SetupError(name, setup_file.in_order(error.faults, faults))


def _check_and_record(
    work: Work, document: setup_file.Document, name: str, prepared_by: str = "", reason: str = ""
) -> Loaded:
    before = _checked(work, document, name)
    loaded, changed = _compare(document, before)
    _record(work, name, loaded, changed, before, prepared_by, reason)
    return loaded


def _amended(changed: Changed, before: Bodies) -> list[Amended]:
    return [
        (part, key, before[part][key], body) for part, key, body in changed if key in before[part]
    ]


def _warnings(work: Work, changed: Changed, before: Bodies) -> list[TermsWarning]:
    """Warnings about the entries that change, and those about others that were not there before."""
    ours = {(part, key) for part, key, _ in changed}
    known = {
        str(warning)
        for warning in (warnings_of(work, _setup_with(before, ())) if before["publisher"] else ())
    }
    return [
        warning
        for warning in warnings_of(work, _setup_with(before, changed))
        if (warning.part, warning.key) in ours or str(warning) not in known
    ]


def _setup_with(before: Bodies, changed: Iterable[tuple[str, str, dict[str, Any]]]) -> Setup:
    """The setup as it would stand."""
    bodies = {
        (part, key): body for part, of_part in before.items() for key, body in of_part.items()
    }
    bodies |= {(part, key): body for part, key, body in changed}
    return setup_of(Revision(0, part, key, body) for (part, key), body in bodies.items())


def _record(  # noqa: PLR0917 - what was compared, and who wants it why
    work: Work,
    name: str,
    loaded: Loaded,
    changed: Changed,
    before: Bodies,
    prepared_by: str = "",
    reason: str = "",
) -> None:
    """Keep the changed bodies, and record what waited for them."""
    if not changed:
        return
    loaded.recorded = True
    add_revisions(work.connection, changed, work.at, work.actor.name, reason)
    setup = setup_of(revisions_in_force(work.connection))
    _record_catalogue(work, setup, {key for kind, key, _ in changed if kind == "titles"})
    # The period's lock comes before the log's, as in a close, so that neither waits for the other.
    sum_what_changed(work, setup)
    loaded.released = release_waiting(work, setup)
    detail: dict[str, object] = {"file": name, "added": loaded.added, "amended": loaded.amended}
    if prepared_by:
        detail["prepared_by"] = prepared_by
    if reason:
        detail["reason"] = reason
    if loaded.replaced:
        detail["replaced"] = [str(each) for each in loaded.replaced]
    work.record(Verb.LOAD, {**detail, "entries": _named(changed, before)})


def _named(changed: Changed, before: Bodies) -> dict[str, list[str]]:
    """Which entries a load changed, each with its changed fields; the log keeps no values."""
    fields_by_entry = {}
    for kind, key, body in changed[:_MOST_NAMED]:
        old = before[kind].get(key)
        fields = [each.field for each in changes(old, body)] if old is not None else ["new"]
        fields_by_entry[f"{kind} {key}"] = fields[:_MOST_NAMED]
    return fields_by_entry


def _checked(work: Work, document: setup_file.Document, name: str) -> Bodies:
    """The bodies in force, once a document has no fault beside them."""
    before, faults = _compared(work, document)
    if faults:
        raise setup_file.SetupError(name, faults)
    return before


def _compared(work: Work, document: setup_file.Document) -> tuple[Bodies, list[SetupFault]]:
    """The bodies in force, and what is wrong with a document beside them."""
    before = bodies_in_force(work)
    merged = {kind: {**before[kind], **document.entries.get(kind, {})} for kind in setup_file.KINDS}
    faults = _told_of_new_keys(work, document, before, setup_file.check(document, merged))
    if merged["publisher"]:
        faults += _faults_against_books(work, document, before, merged)
    return before, faults


def bodies_in_force(work: Work) -> Bodies:
    """Every entry's body, by part and key."""
    return of_setup(work, "bodies", lambda: _bodies(revisions_in_force(work.connection)))


def _told_of_new_keys(
    work: Work, document: setup_file.Document, before: Bodies, faults: list[SetupFault]
) -> list[SetupFault]:
    """The same, with what a file still calls by a key that was changed, and the one to write."""
    changed = {
        (part, old): new
        for (part, old), new in new_keys(work.connection).items()
        if old not in before.get(part, {})
    }
    if not changed:
        return faults
    new_of = {old: new for (_, old), new in changed.items()}
    told = [
        SetupFault(
            f"{document.paths[part, old]}.key",
            f'"{old}" was changed to "{new}" in the books: write that',
        )
        for (part, old), new in changed.items()
        if (part, old) in document.paths
    ]
    for fault in faults:
        unknown = _UNKNOWN.match(fault.message)
        old = unknown[1] if unknown else ""
        told.append(
            SetupFault(fault.path, f'"{old}" was changed to "{new_of[old]}": write that')
            if old in new_of
            else fault
        )
    return told


def _bodies(revisions: list[Revision]) -> Bodies:
    bodies: Bodies = {kind: {} for kind in setup_file.KINDS}
    for revision in revisions:
        bodies[revision.kind][revision.key] = revision.body
    return bodies


def _keep_own_editions(work: Work, document: setup_file.Document) -> None:
    titles = document.entries.get("titles", {})
    made = {title: own for title, own in own_editions(work.connection).items() if title in titles}
    before = _bodies(revisions_in_force(work.connection))["titles"] if made else {}
    for title, own in made.items():
        editions = titles[title].get("editions", [])
        named = {edition["isbn"] for edition in editions}
        kept = [
            edition
            for edition in before[title]["editions"]
            if edition["isbn"] in own and edition["isbn"] not in named
        ]
        titles[title]["editions"] = [*editions, *kept]


def _compare(document: setup_file.Document, before: Bodies) -> tuple[Loaded, Changed]:
    loaded, changed = Loaded(), []
    for kind, entries in document.entries.items():
        for key, body in entries.items():
            old = before[kind].get(key)
            counts = (
                loaded.added if old is None else loaded.unchanged if old == body else loaded.amended
            )
            counts[kind] = counts.get(kind, 0) + 1
            if old != body:
                changed.append((kind, key, body))
    return loaded, changed


def _record_catalogue(work: Work, setup: Setup, titles: set[str]) -> None:
    catalogue.ensure_retailers(work.connection, setup.retailers)
    catalogue.record_titles(work.connection, [setup.titles[key] for key in sorted(titles)])


def _faults_against_books(
    work: Work, document: setup_file.Document, before: Bodies, merged: Bodies
) -> list[SetupFault]:
    """Changes that what is recorded or closed forbids; only of parts that the document has."""
    said = {part for part, entries in document.entries.items() if entries}
    faults = []
    if "titles" in said:
        faults += _lost_editions(work, document, merged)
        faults += _taken_names(work, document)
    if said & {"exchange_rates", "income"}:
        faults += _closed_terms(work, document, before)
    if "publisher" in said:
        faults += _other_books(work, document, before)
    if "income" in said:
        faults += _early_income(document, merged)
    if "titles" in said:
        faults += _used_prices(work, document, before)
    if "contracts" in said:
        faults += _closed_contracts(work, document, merged)
        faults += _late_reserves(work, document, merged)
    if said & {"contracts", "beneficiaries"}:
        faults += _carried_openings(work, document, before)
    return faults


def _lost_editions(
    work: Work, document: setup_file.Document, merged: Mapping[str, Mapping[str, Any]]
) -> list[SetupFault]:
    if "titles" in document.unsure:
        return []
    kept = {
        edition["isbn"]
        for body in merged["titles"].values()
        for edition in body.get("editions", ())
    }
    kept |= {
        setup_file.isbn_of(edition)
        for (kind, _), title in document.wrong.items()
        if kind == "titles"
        for edition in title.get("editions").each()
    }
    return [
        SetupFault(
            f"{document.paths.get(('titles', row.title), 'titles')}.editions",
            f"edition {row.isbn} stands in the books and cannot be left out: list it again",
        )
        for row in catalogue.edition_rows(work.connection)
        if row.isbn not in kept
    ]


def _taken_names(work: Work, document: setup_file.Document) -> list[SetupFault]:
    """An alias given by hand keeps standing for its edition."""
    by_hand = {
        identifier_key(value): isbn for value, isbn in catalogue.aliases(work.connection).items()
    }
    faults = []
    for key, body in document.entries.get("titles", {}).items():
        for place, edition in enumerate(body.get("editions", ())):
            path = f"{document.paths['titles', key]}.editions[{place}]"
            names = {f"identifiers.{kind}": v for kind, v in edition.get("identifiers", {}).items()}
            names["isbn"] = edition["isbn"]
            faults += [
                SetupFault(
                    f"{path}.{name}",
                    f"{value} stands for {by_hand[identifier_key(value)]} by an alias",
                )
                for name, value in sorted(names.items())
                if by_hand.get(identifier_key(value), edition["isbn"]) != edition["isbn"]
            ]
    return faults


def _closed_terms(work: Work, document: setup_file.Document, before: Bodies) -> list[SetupFault]:
    """Rates and income of closed periods stay as they were used."""
    closed = {
        row.name
        for row in runs.period_rows(work.connection, "period")
        if row.status == PeriodStatus.CLOSED
    }
    return [
        SetupFault(
            document.paths[kind, key],
            f"{body['period']} is closed and keeps what it used: enter it for an open period",
        )
        for kind in ("exchange_rates", "income")
        for key, body in document.entries.get(kind, {}).items()
        if body["period"] in closed and before[kind].get(key) != body
    ]


def _used_prices(work: Work, document: setup_file.Document, before: Bodies) -> list[SetupFault]:
    """A price that stood in for a blank one in a closed run stays as it was."""
    changed = [
        (key, price)
        for key, body in document.entries.get("titles", {}).items()
        for price in _changed_prices(before["titles"].get(key, body), body)
    ]
    if not changed:
        return []
    used = figures.closed_without_price(work.connection, {isbn for _, (isbn, _, _) in changed})
    faults = []
    for key, (isbn, currency, starts) in changed:
        last_day = used.get((isbn, currency))
        if last_day and starts.isoformat() <= last_day:
            faults.append(
                SetupFault(
                    f"{document.paths['titles', key]}.editions",
                    f"closed runs used the {currency} price of {isbn} until {last_day}: leave "
                    f"it as it was and add a price from a later day",
                )
            )
    return faults


def _changed_prices(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[DatedPrice]:
    """Prices that are added, gone or another, in order."""
    old, new = (
        {(e.isbn, p.currency, p.starts): p.micro for e in title.editions for p in e.prices}
        for title in (setup_file.title_of(before), setup_file.title_of(after))
    )
    return [each for each in sorted({*old, *new}) if old.get(each) != new.get(each)]


def _early_income(document: setup_file.Document, merged: Bodies) -> list[SetupFault]:
    """Income of a period in which its contract has not begun would never count."""
    if "publisher" in document.unsure:
        return []
    calendar = Calendar(merged["publisher"]["publisher"]["calendar"])
    faults = []
    for key, body in document.entries.get("income", {}).items():
        contract = merged["contracts"].get(body["contract"])
        if contract is None or ("contracts", body["contract"]) in document.wrong:
            continue
        try:
            ends = parse_period(body["period"], calendar).ends
        except NotAPeriodError:
            continue  # told already
        if contract["starts"] > ends.isoformat():
            faults.append(
                SetupFault(
                    f"{document.paths['income', key]}.period",
                    f"contract {body['contract']!r} begins only after "
                    f"{body['period']}: enter the income for a later period",
                )
            )
    return faults


def _closed_contracts(
    work: Work, document: setup_file.Document, merged: Bodies
) -> list[SetupFault]:
    """A contract keeps its currency, and the advances that closed runs earned back."""
    found = runs.recouped_of(work.connection)
    recouped = {key: amount for key, (_, amount) in found.items()}
    currencies = {key: currency for key, (currency, _) in found.items()}
    faults = []
    for key in document.entries.get("contracts", {}):
        try:
            contract = setup_file.contract_of(merged["contracts"][key])
        except NotAnAmountError:
            continue  # told already
        kept = currencies.get(key, contract.currency)
        if contract.currency != kept:
            path = f"{document.paths['contracts', key]}.currency"
            faults.append(SetupFault(path, f"is {kept} in closed runs and cannot change any more"))
            continue
        listed = sum(each.amount - each.recouped for each in contract.advances)
        if listed < recouped.get(key, 0):
            earned_back = amount_text(recouped[key], contract.currency)
            faults.append(
                SetupFault(
                    f"{document.paths['contracts', key]}.advances",
                    f"{earned_back} were earned back already: list those advances again",
                )
            )
    return faults


def _carried_openings(
    work: Work, document: setup_file.Document, before: Bodies
) -> list[SetupFault]:
    """What closed runs carry forward says nothing any more where it was brought in: it stays."""
    parts = ("contracts", "beneficiaries")
    changed = [
        (part, key, name, before[part][key].get(name, absent))
        for part in parts
        for key, body in document.entries.get(part, {}).items()
        if key in before[part]
        for name, absent in (("opening_balance", "0"), ("brought_in", None))
        if before[part][key].get(name, absent) != body.get(name, absent)
    ]
    if not changed:
        return []
    used = dict(zip(parts, closed_keys(work.connection), strict=True))
    return [
        SetupFault(
            f"{document.paths[part, key]}.{name}",
            f"is {old if isinstance(old, str) else 'as it is'} in closed runs, which carry it "
            f"forward: it cannot change any more",
        )
        for part, key, name, old in changed
        if key in used[part]
    ]


def _late_reserves(work: Work, document: setup_file.Document, merged: Bodies) -> list[SetupFault]:
    """A reserve was withheld before the contract's first run here."""
    entries = {
        key: reserves
        for key, body in document.entries.get("contracts", {}).items()
        if (reserves := body.get("brought_in", {}).get("reserves"))
    }
    if not entries or "publisher" in document.unsure:
        return []
    publisher = merged["publisher"]["publisher"]
    first = parse_period(publisher["first_period"], Calendar(publisher["calendar"]))
    last = periods.last_closed(work.connection)
    used, _ = closed_keys(work.connection)
    open_period = first if last is None else first.shift(last + 1 - first.ordinal)
    return [
        SetupFault(
            f"{document.paths['contracts', key]}.brought_in.reserves[{place}].withheld_in",
            f"{reserve['withheld_in']} is not before {open_period}, where the contract begins "
            f"here: what this period withholds is calculated",
        )
        for key, reserves in entries.items()
        if key not in used
        for place, reserve in enumerate(reserves)
        if _is_from(open_period, reserve["withheld_in"])
    ]


def _is_from(period: Period, name: str) -> bool:
    """Whether a period is another one or lies behind it; of what is none it is told elsewhere."""
    try:
        return parse_period(name, period.calendar) >= period
    except NotAPeriodError:
        return False


def _other_books(work: Work, document: setup_file.Document, before: Bodies) -> list[SetupFault]:
    """Calendar, currency and first period carry the books and cannot change once used."""
    old = before["publisher"].get("publisher")
    new = document.entries.get("publisher", {}).get("publisher")
    if old is None or new is None:
        return []
    used = batches.is_any_recorded(work.connection)
    if not used and periods.last_closed(work.connection) is None:
        return []
    return [
        SetupFault(f"publisher.{name}", f"is {old[name]!r} in the books and cannot change any more")
        for name in ("currency", "calendar", "first_period")
        if old[name] != new[name]
    ]
