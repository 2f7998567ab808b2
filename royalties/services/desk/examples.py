"""The sandbox: books that begin with the examples, and can be left for books of one's own."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from royalties.domain.people import FINANCE, Actor, Role, Verb
from royalties.domain.sales.slices import ImportOutcome
from royalties.services.approvals import set_two_people
from royalties.services.examples import EXAMPLES
from royalties.services.frame import SANDBOX, is_sandbox
from royalties.services.periods.close import close, show_run
from royalties.services.sales.importing import Request, import_report
from royalties.services.terms.setup import load
from royalties.services.work import RefusedError, Work
from royalties.store import work as store
from royalties.store.emptying import empty
from royalties.store.history import newest_revision
from royalties.store.schema import BOOKS, TIME_ZONE

JOB = "examples"

_PLAYER = Actor("the examples", Role.ADMINISTRATOR)


class ReportOfExamplesError(RefusedError):
    """An example could not be recorded, which is a fault of the program's."""


def are_here() -> bool:
    """Whether the examples came with the program."""
    return (EXAMPLES / "demo.json").is_file()


def plan() -> dict[str, Any]:
    """The examples: the setup, and by period the reports, and whether it is closed.

    Raises:
        RefusedError: they did not come with the program.
    """
    if not are_here():
        raise RefusedError(
            f"the sample reports are not at {EXAMPLES}: run the demo from a checkout of the project"
        )
    found: dict[str, Any] = json.loads((EXAMPLES / "demo.json").read_text(encoding="utf-8"))
    return found


def begin(work: Work) -> None:
    """Let empty books become the sandbox; ``fill`` brings the examples.

    Raises:
        RefusedError: the books are not empty, or the examples did not come with the program.
    """
    work.actor.require(Verb.SET)
    plan()
    if newest_revision(work.connection):
        raise RefusedError("these books have begun already, and examples do not belong in them")
    if is_sandbox(work):
        raise RefusedError("the examples are on their way already")
    _note(work, "filling")
    # Whoever looks around alone could otherwise approve nothing.
    set_two_people(work, on=False)
    work.record(Verb.SET, {SANDBOX: "begun"})


def note_failed(work: Work) -> None:
    """Note that the examples could not be loaded."""
    _note(work, "failed")


def fill(work: Work) -> None:
    """Load the examples, import their reports, and close the periods that they close."""
    work.actor.require(Verb.SET)
    if not is_sandbox(work):
        raise RefusedError("these books are no sandbox, and examples do not belong in them")
    # Nobody looked at the draft, and nobody signs for what is invented.
    work = replace(work, actor=_PLAYER)
    example = plan()
    setup = EXAMPLES / example["setup"]
    reports = sum(len(part["reports"]) for part in example["periods"])
    load(work, setup, setup.name, confirm=True)
    count = 0
    for part in example["periods"]:
        for report in part["reports"]:
            _import(work, report)
            count += 1
            work.progress(count, reports)
        if part["close"] and show_run(work, part["period"])["status"] != "closed":
            close(work, part["period"], confirm=True)
    _note(work, "ready")


def leave(work: Work) -> None:
    """Empty the sandbox; the staff and the time zone stay.

    Whoever calls this also empties the folders of files, once this is committed.

    Raises:
        RefusedError: these are no examples' books.
    """
    work.actor.require(Verb.SET)
    if not is_sandbox(work):
        raise RefusedError("these are no examples' books: nothing of them is ever emptied")
    books = store.find_setting(work.connection, BOOKS) or 1
    empty(work.connection, {TIME_ZONE}, {role.value for role in FINANCE})
    store.write_setting(work.connection, BOOKS, books + 1, work.at, work.actor.name)
    work.record(Verb.SET, {SANDBOX: "left"})


def _import(work: Work, report: Mapping[str, Any]) -> None:
    path = EXAMPLES / report["file"]
    asked = Request(path, path.name, choices=report.get("choose", {}), confirm=True)
    result = import_report(work, asked)
    if result.outcome not in {ImportOutcome.RECORDED, ImportOutcome.NOTHING_NEW}:
        raise ReportOfExamplesError(f"{path.name}: {result.outcome}")


def _note(work: Work, state: str) -> None:
    store.write_setting(work.connection, SANDBOX, {"state": state}, work.at, work.actor.name)
