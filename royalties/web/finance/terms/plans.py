"""Plans: versions by date, steps in plain words, a new version, preview."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import abort, render_template, request, url_for

from royalties.domain.terms.names import in_order
from royalties.domain.terms.plans import PlanVersion, beneficiaries_of
from royalties.domain.terms.wording import StepWords, step_words
from royalties.ingest import setup as setup_file
from royalties.services.books import Setup, setup_in_force
from royalties.services.terms import amending as terms
from royalties.services.terms.amending import RecordedEntry
from royalties.services.terms.warnings import warnings_about
from royalties.web.core.names import abort_unknown, names
from royalties.web.core.pages import Answer
from royalties.web.core.paging import part_of
from royalties.web.core.visit import current_work, read_only
from royalties.web.finance.terms.again import NEW, asked_again
from royalties.web.finance.terms.editing import (
    PAGES,
    AmendForm,
    answer_form,
    answer_preview,
    form_page,
)
from royalties.web.finance.terms.plan_form import VersionForm
from royalties.web.forms.numbers import as_read

_PART = "plans"


@PAGES.get("/plans")
def plans() -> str:
    """Every plan, by name, with the contracts that follow it."""
    setup = setup_in_force(current_work())
    searched = request.args.get("q", "").strip()[:200]
    matching = [
        setup.plans[key]
        for key, name in sorted(names().all_of("plans").items(), key=lambda each: in_order(each[1]))
        if searched.casefold() in f"{key} {name}".casefold()
    ]
    listed = part_of(matching)
    today = current_work().today
    users = _users(setup)
    return render_template(
        "finance/terms/plans.html",
        found=listed,
        plans=[(plan, plan.on(today), users.get(plan.key, [])) for plan in listed.items],
        q=searched,
        has_beneficiaries=bool(setup.beneficiaries),
    )


def _users(setup: Setup) -> dict[str, list[str]]:
    by_plan: dict[str, list[str]] = {}
    for key, contract in sorted(setup.contracts.items()):
        by_plan.setdefault(contract.plan, []).append(key)
    return by_plan


@PAGES.get("/plans/<key>")
def plan(key: str) -> str:
    """One plan: its versions, the newest first, each step naming who gets of it."""
    work = current_work()
    setup = setup_in_force(work)
    plan = setup.plans.get(key)
    if plan is None:
        abort_unknown(_PART, key)
    users = _users(setup).get(key, [])
    used = terms.versions_used(work, key)
    in_force = plan.on(work.today)
    return render_template(
        "finance/terms/plan.html",
        plan=plan,
        versions=[
            {
                "from": version.starts,
                "is_in_force": version == in_force,
                "is_used": version.starts in used,
                "steps": _steps(version, _currency(setup, users)),
                "gives_to": len(beneficiaries_of(version.steps)),
            }
            for version in reversed(plan.versions)
        ],
        users=users,
        history=terms.history(work, _PART, key, as_read),
        waiting=terms.waiting_for(work, _PART, key),
        warnings=warnings_about(work, _PART, key),
    )


def side_by_side(
    setup: Setup, body: Mapping[str, Any], day: str
) -> list[tuple[str, date | None, tuple[StepWords, ...]]]:
    """What a plan says now, and what a proposed version would say: words, first day, steps.

    Args:
        body: the whole plan as proposed.
        day: the first day of the version in question.
    """
    now, proposed = setup.plans.get(body["key"]), setup_file.plan_of(body)
    currency = _currency(setup, _users(setup).get(body["key"], []))
    starts = date.fromisoformat(day)
    before = now.on(starts) if now else None
    after = next(version for version in proposed.versions if version.starts == starts)
    stands = _steps(before, currency) if before else ()
    return [
        ("In force since", before.starts if before else None, stands),
        ("As proposed, from", after.starts, _steps(after, currency)),
    ]


def _steps(version: PlanVersion, currency: str) -> tuple[StepWords, ...]:
    """A version's steps in plain words, everything by its name."""
    known = names()
    steps = [known.step(step) for step in version.steps]
    called = {**known.waiting_of("beneficiaries"), **known.all_of("beneficiaries")}
    return step_words(steps, called, currency)


def _currency(setup: Setup, users: list[str]) -> str:
    """The currency of a plan's amounts: of its contracts, if that is one."""
    found = {setup.contracts[each].currency for each in users}
    return found.pop() if len(found) == 1 else ""


# Amending: one version at a time


def _form_page(sheet: AmendForm) -> str:
    setup = setup_in_force(current_work())
    at: dict[str, Any] = {"key": sheet.key, "version": sheet.version}
    save_at, try_at = (
        (url_for("terms.new_plan"), url_for("terms.try_new_plan"))
        if sheet.is_new
        else (url_for("terms.amend_version", **at), url_for("terms.try_version", **at))
    )
    return form_page(
        "finance/terms/plan_form.html",
        sheet,
        currency=_currency(setup, _users(setup).get(sheet.key, [])),
        save_at=save_at,
        try_at=try_at,
    )


class PlanSheet(AmendForm):
    """A plan while a version of it is amended."""

    def write(self) -> None:
        """The whole plan with the version that was typed, in the order of their first days."""
        base = self.base or {}
        others = [each for each in base.get("versions", ()) if each["from"] != self.version]
        self.written = self.form.written(_version_of(base, self.version))
        version = self.written.body
        name = self.form["name"].data
        called = {"name": name} if name else {}
        before = {key: value for key, value in base.items() if key != "name"}
        self.body = {**before, **called, "key": self.key, "versions": [*others, version]}
        self.give_key()
        self.written.places |= {
            f"versions[{len(others)}].{path}": name for path, name in self.written.places.items()
        }
        self.blame(self.written.faults)
        self.tried_version = str(version.get("from", ""))


def _version_of(body: Mapping[str, Any] | None, day: str) -> dict[str, Any] | None:
    versions = (body or {}).get("versions", ())
    return next((each for each in versions if each["from"] == day), None)


def _typed(key: str, version: str, now: RecordedEntry | None) -> PlanSheet:
    return PlanSheet.typed(_PART, key, VersionForm, now.body if now else None, version)


def _existing(key: str, version: str) -> RecordedEntry:
    now = terms.find_entry(current_work(), _PART, key)
    if now is None or (version != NEW and _version_of(now.body, version) is None):
        abort(404)
    return now


def _onward(sheet: AmendForm, saved: terms.Saved) -> str:
    if sheet.is_new and saved.proposal is not None:
        return url_for("terms.plans")
    return url_for("terms.plan", key=sheet.key)


@PAGES.get("/plans/<key>/versions/<version>")
def amend_version(key: str, version: str) -> Answer:
    """The form of a version; a new one begins as the newest there is, from the next open day."""
    now = _existing(key, version)
    if version == NEW:
        newest = max(now.body["versions"], key=lambda each: str(each["from"]))
        day = max(terms.next_version_day(current_work()).isoformat(), newest["from"])
        body = {**newest, "from": "" if day == newest["from"] else day}
    else:
        body = _version_of(now.body, version) or {}
    again, proposed = asked_again(_PART, key)
    if proposed is not None:
        body = {**proposed.version}
    body = {**body, "name": (proposed.body if proposed else now.body).get("name")}
    sheet = PlanSheet(_PART, key, VersionForm(body=body), now.body, now.id, version=version)
    sheet.prepare_again(again)
    if version != NEW:
        sheet.write()
        sheet.warn()
    return _form_page(sheet)


@PAGES.post("/plans/<key>/versions/<version>")
def save_version(key: str, version: str) -> Answer:
    """Save a version, or move its rows."""
    return answer_form(_typed(key, version, _existing(key, version)), _form_page, _onward)


@PAGES.post("/plans/<key>/versions/<version>/preview")
@read_only
def try_version(key: str, version: str) -> Answer:
    """What a version as typed would have given."""
    return answer_preview(_typed(key, version, _existing(key, version)), _form_page)


@PAGES.get("/new-plan")
def new_plan() -> Answer:
    """The form of a new plan's first version."""
    again, proposed = asked_again(_PART)
    start: Mapping[str, Any] = {"from": terms.next_version_day(current_work()).isoformat()}
    if proposed is not None:
        start = {**proposed.body, **proposed.version}
    sheet = PlanSheet(_PART, "", VersionForm(body=start), None, 0)
    sheet.prepare_again(again)
    return _form_page(sheet)


@PAGES.post("/new-plan")
def add_plan() -> Answer:
    """Save a new plan, or move its rows."""
    return answer_form(_typed("", "", None), _form_page, _onward)


@PAGES.post("/new-plan/preview")
@read_only
def try_new_plan() -> Answer:
    """What a new plan would have given: nothing yet, since no contract follows it."""
    return answer_preview(_typed("", "", None), _form_page)
