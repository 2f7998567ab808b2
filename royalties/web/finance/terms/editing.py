"""What the pages that amend a contract, a plan or a beneficiary have in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from flask import abort, flash, redirect, render_template, request, url_for

from royalties.domain.approvals import Proposal
from royalties.domain.people import FINANCE
from royalties.domain.problems import SetupFault
from royalties.domain.terms.changes import Change, changes
from royalties.domain.terms.replacing import Replaced
from royalties.ingest.setup import SetupError
from royalties.services.names import WORDS, new_key
from royalties.services.periods import previewing
from royalties.services.terms import amending as terms
from royalties.services.terms.amending import RecordedEntry
from royalties.services.terms.filled_tables import FaultyTableError
from royalties.services.terms.lists import ListFaultsError
from royalties.services.terms.replacing import UnconfirmedError
from royalties.services.terms.warnings import warnings_about
from royalties.services.work import RefusedError
from royalties.web.core.consent import prepared
from royalties.web.core.names import in_names, names
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import all_or_nothing, current_work, read_only
from royalties.web.finance.terms.again import asked_again
from royalties.web.forms.entries import EntryForm, Written
from royalties.web.forms.fields import EntryField
from royalties.web.forms.numbers import as_read

PAGES = Pages("terms", __name__, "/finance", FINANCE)

_QUOTES = "Quotes from now on go by it; what was issued stays as it is."
_SINCE = {
    "payment_details": "Invoices say it from its first day on.",
    "banks": "Files that are made from now on say it.",
    "organizations": _QUOTES,
    "price_lists": _QUOTES,
}
"""From when a change counts, where it is not a calculation's."""


class ChangeReasonForm(EntryForm):
    """Why an entry is changed, for whoever approves it."""

    note = EntryField("Why", longest=1000)


@dataclass(slots=True)
class AmendForm:
    """An entry while somebody amends it.

    Attributes:
        part: contracts, plans or beneficiaries.
        key: of the entry; empty while a new one has none.
        form: the contents of the fields.
        base: the body in force; None for a new entry.
        revision: the number of the revision that the person looked at.
        version: of a plan, the version that is amended; ``tried_version`` the day typed for it.
        replaced: what saving replaces that has counted already; ``token`` confirms it.
        warnings: what would never count, as (field, words).
        again: the proposal that is prepared again.
    """

    part: str
    key: str
    form: EntryForm
    base: Mapping[str, Any] | None
    revision: int
    why: ChangeReasonForm = field(default_factory=ChangeReasonForm)
    written: Written = field(default_factory=Written)
    body: dict[str, Any] = field(default_factory=dict)
    mistakes: list[tuple[str, str]] = field(default_factory=list)
    refused: str = ""
    meanwhile: list[Change] = field(default_factory=list)
    now: RecordedEntry | None = None
    effects: list[previewing.Effect] = field(default_factory=list)
    replaced: list[Replaced] = field(default_factory=list)
    token: str = ""
    warnings: list[tuple[str, str]] = field(default_factory=list)
    focus: str = ""
    version: str = ""
    tried_version: str = ""
    again: Proposal | None = None

    @property
    def is_new(self) -> bool:
        """Whether the entry does not exist yet."""
        return self.base is None

    @classmethod
    def shown(
        cls, part: str, form: type[EntryForm], now: RecordedEntry | None, start: Mapping[str, Any]
    ) -> Self:
        """An entry's form before anything was typed.

        Args:
            part: of the setup.
            form: its fields.
            now: the entry in force; None for a new one.
            start: what a new one begins with, where none is prepared again.
        """
        key = str(now.body["key"]) if now else ""
        again, proposed = asked_again(part, key)
        entry = proposed.body if proposed else now.body if now else start
        sheet = cls(part, key, form(body=entry), now.body if now else None, now.id if now else 0)
        sheet.prepare_again(again)
        return sheet

    def prepare_again(self, again: Proposal | None) -> None:
        """Say which proposal the fields show, with why it was prepared."""
        self.again = again
        if again is not None:
            self.why = ChangeReasonForm(body={"note": again.note})

    @classmethod
    def typed(
        cls,
        part: str,
        key: str,
        form: type[EntryForm],
        base: Mapping[str, Any] | None,
        version: str = "",
    ) -> Self:
        """What a browser sent of an entry's form."""
        typed = form(request.form)
        if key and "key" in typed:
            typed["key"].data = key
        revision = request.form.get("revision", "")
        return cls(
            part,
            typed["key"].data if "key" in typed else key,
            typed,
            base,
            int(revision) if revision.isdecimal() and len(revision) < 10 else 0,  # noqa: PLR2004
            why=ChangeReasonForm(request.form),
            version=version,
        )

    def write(self) -> None:
        """Make the entry's body of the fields, and tell what cannot be read."""
        self.written = self.form.written(self.base)
        self.body = self.written.body
        self.give_key()
        self.blame(self.written.faults)

    def give_key(self) -> None:
        """Make a new entry's key from its name, where none was typed."""
        if self.is_new and self.part in WORDS and not self.body.get("key"):
            self.key = self.body["key"] = new_key(current_work(), self.part, self.body)

    def blame(self, faults: list[SetupFault]) -> None:
        """Tell every fault at its field, and above the form."""
        labels, fields = self.form.labels(), self.form.every_field
        for fault in faults:
            where = self.place_of(fault)
            message = in_names(fault.message)
            label = labels.get(where) or WORDS.get(self.part, "entry").capitalize()
            words = f"{label}: {message}"
            self.mistakes.append((where, words))
            if where in fields:
                fields[where].errors.append(message)

    def place_of(self, fault: SetupFault) -> str:
        """The field in which a fault is mended; empty if it is none of them."""
        within = fault.path.removeprefix(f"{self.part}[0].").removeprefix(f"{self.part}.")
        return self.written.field_of(within)

    def warn(self) -> None:
        """Tell what of the entry as written never counts, at its field and above the form."""
        if self.mistakes:
            return
        labels, fields = self.form.labels(), self.form.every_field
        version = f"versions[{self.tried_version}]."
        for warning in warnings_about(current_work(), self.part, self.body["key"], self.body):
            path = warning.path.removeprefix(version)
            if path.startswith("versions["):
                continue  # of another version than the one on the page
            where = self.written.field_of(path)
            message = in_names(warning.message)
            text = f"{labels[where]}: {message}" if where in labels else in_names(warning)
            self.warnings.append((where if where in labels else "", text))
            if where in fields:
                fields[where].warnings.append(message)


def answer_form(
    sheet: AmendForm,
    page: Callable[[AmendForm], str],
    onward: Callable[[AmendForm, terms.Saved], str],
) -> Answer:
    """Answer a form: move its rows, or save it and go on.

    Args:
        sheet: what was typed.
        page: shows the form.
        onward: the address to go on to once it is saved.
    """
    replaced = request.form.get("act", "save")
    if replaced != "save":
        sheet.focus = sheet.form.operate(replaced)
        return page(sheet)
    sheet.write()
    if sheet.mistakes:
        add_further_errors(sheet)
        return page(sheet), 422
    try:
        with all_or_nothing():
            saved = terms.save(
                current_work(),
                sheet.part,
                sheet.body,
                revision=sheet.revision,
                note=sheet.why.note.data,
                is_new=sheet.is_new,
                confirmed=confirmed(),
            )
    except SetupError as error:
        sheet.blame(error.faults)
        return page(sheet), 422
    except RefusedError as error:
        _note_refusal(sheet, error)
        return page(sheet), 409
    flash_result(saved, sheet.part)
    return redirect(onward(sheet, saved), 303)


def add_further_errors(sheet: AmendForm) -> None:
    """Tell what else is wrong with an entry of which something could not even be read."""
    blamed = {where for where, _ in sheet.mistakes}
    try:
        terms.check(current_work(), sheet.part, sheet.body)
    except SetupError as error:
        sheet.blame([fault for fault in error.faults if sheet.place_of(fault) not in blamed])


def _note_refusal(sheet: AmendForm, error: RefusedError) -> None:
    match error:
        case UnconfirmedError():
            sheet.replaced, sheet.token = error.replaced, error.token
            sheet.warn()
        case terms.EntryChangedError():
            _show_both(sheet, error)
        case _:
            sheet.refused = in_names(error)


def confirmed() -> str:
    """What a form confirms of what was asked: a token, or nothing."""
    return request.form.get("confirmed", "")[:64]


def _show_both(sheet: AmendForm, error: terms.EntryChangedError) -> None:
    sheet.refused = in_names(error)
    sheet.now = error.now
    now, own = (
        names().in_body(sheet.part, body)
        for body in (error.now.body if error.now else None, sheet.body)
    )
    sheet.meanwhile = changes(now, own, as_read)
    sheet.revision = error.now.id if error.now else 0


def answer_preview(sheet: AmendForm, page: Callable[[AmendForm], str]) -> Answer:
    """Answer a form with what it would have given; nothing is saved."""
    sheet.write()
    if sheet.mistakes:
        return page(sheet), 422
    try:
        sheet.effects = previewing.preview(
            current_work(), sheet.part, sheet.body, version=sheet.tried_version
        )
    except SetupError as error:
        sheet.blame(error.faults)
        return page(sheet), 422
    sheet.warn()
    return page(sheet)


def form_page(template: str, sheet: AmendForm, **more: object) -> str:
    """The page of an entry's form."""
    work = current_work()
    sheet.form.padded()
    waiting = None if sheet.is_new else terms.waiting_for(work, sheet.part, sheet.key)
    return render_template(
        template,
        sheet=sheet,
        at_once=terms.acts_at_once(work),
        waiting=waiting,
        **more,
    )


def flash_result(saved: terms.Saved, part: str = "") -> None:
    """Say on the next page what became of a save."""
    since = _SINCE.get(part, "It counts from the next calculation on; closed periods stay.")
    if not saved.changed:
        flash("Nothing had changed, so nothing was recorded.", "warn")
    elif saved.proposal is None:
        flash(f"Saved. {since}", "good")
    else:
        flash(prepared(saved.proposal), "good")


@dataclass(frozen=True, slots=True)
class Editor:
    """How one part of the setup is amended, a whole entry at a time.

    Attributes:
        part: contracts or beneficiaries.
        word: for one entry, as addresses have it.
        form: its fields.
        beside: what the form's page needs beside the sheet.
        start: the body that a new entry begins with.
    """

    part: str
    word: str
    form: type[EntryForm]
    beside: Callable[[], dict[str, Any]]
    start: Callable[[], dict[str, Any]]

    def add_pages(self) -> None:
        """Give the room the pages on which entries are amended and added."""
        amend, new = f"/{self.part}/<key>/amend", f"/new-{self.word}"
        for rule, name, view, methods in (
            (amend, f"amend_{self.word}", self.amend, ("GET", "POST")),
            (f"/{self.part}/<key>/preview", f"try_{self.word}", read_only(self.tried), ("POST",)),
            (new, f"new_{self.word}", self.new, ("GET", "POST")),
            (f"{new}/preview", f"try_new_{self.word}", read_only(self.new_tried), ("POST",)),
        ):
            PAGES.add_url_rule(rule, name, view, methods=methods)

    def amend(self, key: str) -> Answer:
        """The form of an entry; sent, it is saved."""
        now = self._entry(key)
        if request.method == "POST":
            return answer_form(self._typed(key, now), self.page, self._onward)
        sheet = AmendForm.shown(self.part, self.form, now, {})
        sheet.write()
        sheet.warn()
        return self.page(sheet)

    def tried(self, key: str) -> Answer:
        """What an entry as typed would have given."""
        return answer_preview(self._typed(key, self._entry(key)), self.page)

    def new(self) -> Answer:
        """An empty form; sent, the entry is added."""
        if request.method == "POST":
            return answer_form(self._typed("", None), self.page, self._onward)
        return self.page(AmendForm.shown(self.part, self.form, None, self.start()))

    def new_tried(self) -> Answer:
        """What a new entry would have given."""
        return answer_preview(self._typed("", None), self.page)

    def page(self, sheet: AmendForm) -> str:
        """The page of the form."""
        at: dict[str, Any] = {} if sheet.is_new else {"key": sheet.key}
        verbs = ("new", "try_new") if sheet.is_new else ("amend", "try")
        save_at, try_at = (url_for(f"terms.{verb}_{self.word}", **at) for verb in verbs)
        return form_page(
            f"finance/terms/{self.word}_form.html",
            sheet,
            save_at=save_at,
            try_at=try_at,
            **self.beside(),
        )

    def _entry(self, key: str) -> RecordedEntry:
        now = terms.find_entry(current_work(), self.part, key)
        if now is None:
            abort(404)
        return now

    def _typed(self, key: str, now: RecordedEntry | None) -> AmendForm:
        base = now.body if now else None
        return AmendForm.typed(self.part, key, self.form, base)

    def _onward(self, sheet: AmendForm, saved: terms.Saved) -> str:
        if sheet.is_new and saved.proposal is not None:
            return url_for(f"terms.{self.part}")
        return url_for(f"terms.{self.word}", key=sheet.key)


def answer_saved_file(
    save: Callable[[], terms.Saved],
    again: Callable[[str], Answer],
    faulty: Callable[[Any], str],
    onward: str,
    *,
    what: str = "file",
    message: str = "Saved.",
) -> Answer:
    """Save what was looked at of a file, and go on to what it changed.

    Args:
        save: the verb.
        again: shows once more what the file would change, with what is against it.
        faulty: shows the faults that the file has by now, given the verb's refusal.
        onward: the address of what it changed.
        what: the word for such a file.
        message: shown where nothing waits for approval.
    """
    try:
        with all_or_nothing():
            saved = save()
    except (SetupError, FaultyTableError, ListFaultsError) as error:
        return faulty(error), 422
    except UnconfirmedError:
        return again("Tick that you have read what is replaced.")
    except RefusedError as error:
        return again(in_names(error))
    if saved.proposal is not None:
        flash(prepared(saved.proposal), "good")
        return redirect(url_for("approvals.approvals"), 303)
    flash(message if saved.changed else f"The {what} says what the books say already.", "good")
    return redirect(onward, 303)
