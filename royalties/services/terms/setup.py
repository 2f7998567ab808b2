"""Load a setup file: everything it says is added or amended by key, or nothing is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from royalties.domain.people import Verb
from royalties.domain.problems import SetupFault
from royalties.domain.royalties.warnings import TermsWarning
from royalties.domain.terms.changes import changes
from royalties.domain.terms.replacing import Replaced
from royalties.ingest import setup as setup_file
from royalties.ingest.setup import Bodies, Entry
from royalties.services.books import Setup, of_setup, setup_of
from royalties.services.sales.recording import sum_what_changed
from royalties.services.sales.waiting import Released, release_waiting
from royalties.services.terms.replacing import Amended, replaced_by
from royalties.services.terms.setup_against_books import faults_against_books
from royalties.services.terms.unknown_keys import with_changed_keys_named, with_waiting_named
from royalties.services.terms.warnings import warnings_of
from royalties.services.work import Work
from royalties.store.history import (
    Revision,
    add_revisions,
    lock_setup,
    revisions_in_force,
)
from royalties.store.orders.orders import own_editions
from royalties.store.terms import catalogue

Changed = list[Entry]
BodiesBeside = Mapping[str, Mapping[str, dict[str, Any]]]
"""Bodies of new entries that wait for a second person, by part and key."""

_MOST_NAMED = 50


@dataclass(slots=True)
class Loaded:
    """What a setup file changed, by part; and waiting rows that found their edition by it.

    Attributes:
        replaced: what it would replace that has counted already. While that is not confirmed
            nothing is recorded, and the rest describes what would be.
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
        """Whether the file had anything new."""
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


def compare(work: Work, path: Path, name: str, beside: BodiesBeside | None = None) -> "Comparison":
    """What a setup file says beside the books; nothing is recorded.

    Args:
        work: the unit of work.
        path: where its bytes are.
        name: as it was sent.
        beside: bodies of new entries that wait, by part and key, which it may name.

    Raises:
        SetupError: with every fault of the file, each with its path.
    """
    work.actor.require(Verb.LOAD)
    try:
        document = setup_file.read_setup(path, name)
    except setup_file.SetupError as error:
        if error.right is not None:
            _keep_own_editions(work, error.right)
        raise _with_further(work, error, name, beside) from None
    return _comparison(work, document, name, beside)


def compare_entries(
    work: Work, entries: Iterable[Entry], name: str, beside: BodiesBeside | None = None
) -> "Comparison":
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
    return _comparison(work, setup_file.parse_setup(parts, name), name, beside)


def _comparison(
    work: Work, document: setup_file.Document, name: str, beside: BodiesBeside | None
) -> "Comparison":
    _keep_own_editions(work, document)
    before = _checked(work, document, name, beside)
    loaded, changed = _compare(document, before)
    if changed:
        loaded.replaced = replaced_by(work, _amended(changed, before))
        loaded.warnings = _warnings(work, changed, _with_beside(before, beside))
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


def replacements(
    work: Work, part: str, body: Mapping[str, Any], beside: BodiesBeside | None = None
) -> list[Replaced]:
    """What a new body of an entry would replace of what has counted already.

    Args:
        work: the unit of work.
        part: of the setup.
        body: the entry as it would stand in a setup file.
        beside: bodies of new entries that wait, by part and key, which it may name.

    Raises:
        SetupError: with every fault of the entry.
    """
    work.actor.require(Verb.READ)
    document = _entry(work, part, body, beside)
    before = _checked(work, document, part, beside)
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


def check_entry(
    work: Work, part: str, body: Mapping[str, Any], beside: BodiesBeside | None = None
) -> bool:
    """Whether a new body of an entry says anything new; nothing is recorded.

    Args:
        work: the unit of work.
        part: of the setup.
        body: the entry as it would stand in a setup file.
        beside: bodies of new entries that wait, by part and key, which it may name.

    Raises:
        SetupError: with every fault of the entry, as ``amend`` would report.
    """
    document = _entry(work, part, body, beside)
    before = _checked(work, document, part, beside)
    return any(before[part].get(key) != entry for key, entry in document.entries[part].items())


def _entry(
    work: Work, part: str, body: Mapping[str, Any], beside: BodiesBeside | None = None
) -> setup_file.Document:
    try:
        # There is one publisher; of all other parts there are many entries.
        entries = dict(body) if part == "publisher" else [dict(body)]
        return setup_file.parse_setup({part: entries}, part)
    except setup_file.SetupError as error:
        raise _with_further(work, error, part, beside) from None


def _with_further(
    work: Work, error: setup_file.SetupError, name: str, beside: BodiesBeside | None
) -> setup_file.SetupError:
    """The same with what is wrong between entries that are right in themselves."""
    if error.right is None:
        return error
    _, faults = _compared(work, error.right, beside)
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


def _setup_with(before: Bodies, changed: Iterable[Entry]) -> Setup:
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
    """Which entries a load changed, each with its changed fields; the log records no values."""
    fields_by_entry = {}
    for kind, key, body in changed[:_MOST_NAMED]:
        old = before[kind].get(key)
        fields = [each.field for each in changes(old, body)] if old is not None else ["new"]
        fields_by_entry[f"{kind} {key}"] = fields[:_MOST_NAMED]
    return fields_by_entry


def _checked(
    work: Work, document: setup_file.Document, name: str, beside: BodiesBeside | None = None
) -> Bodies:
    """The bodies in force, once a document has no fault beside them and what waits."""
    before, faults = _compared(work, document, beside)
    if faults:
        raise setup_file.SetupError(name, faults)
    return before


def _compared(
    work: Work, document: setup_file.Document, beside: BodiesBeside | None = None
) -> tuple[Bodies, list[SetupFault]]:
    """The bodies in force, and what is wrong with a document beside them and what waits."""
    before = bodies_in_force(work)
    stands = _with_beside(before, beside)
    merged = {kind: {**stands[kind], **document.entries.get(kind, {})} for kind in setup_file.KINDS}
    faults = with_changed_keys_named(work, document, before, setup_file.check(document, merged))
    faults = with_waiting_named(work, faults)
    if merged["publisher"]:
        faults += faults_against_books(work, document, before, merged)
    return before, faults


def bodies_in_force(work: Work) -> Bodies:
    """Every entry's body, by part and key."""
    return of_setup(work, "bodies", lambda: _bodies(revisions_in_force(work.connection)))


def _with_beside(before: Bodies, beside: BodiesBeside | None) -> Bodies:
    """The bodies in force, and those of new entries that wait."""
    if not beside:
        return before
    return {part: {**beside.get(part, {}), **bodies} for part, bodies in before.items()}


def _bodies(revisions: list[Revision]) -> Bodies:
    bodies: Bodies = {kind: {} for kind in setup_file.KINDS}
    for revision in revisions:
        bodies[revision.kind][revision.key] = revision.body
    return bodies


def _keep_own_editions(work: Work, document: setup_file.Document) -> None:
    titles = document.entries.get("titles", {})
    own_of_titles = {
        title: own for title, own in own_editions(work.connection).items() if title in titles
    }
    before = _bodies(revisions_in_force(work.connection))["titles"] if own_of_titles else {}
    for title, own in own_of_titles.items():
        editions = titles[title].get("editions", [])
        named = {edition["isbn"] for edition in editions}
        missing = [
            edition
            for edition in before[title]["editions"]
            if edition["isbn"] in own and edition["isbn"] not in named
        ]
        titles[title]["editions"] = [*editions, *missing]


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
