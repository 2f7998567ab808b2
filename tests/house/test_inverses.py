"""Every act has a line in docs/inverses.md: what takes it back, or that nothing does, on purpose.

A verb that is added without a line fails here, and so does a line whose command, option, page's
words or function is not there.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click
import pytest

from royalties.cli.main import ENTRIES, load
from tests.house.repository import ROOT
from tests.house.verbs import public_functions, verbs

PAGE = ROOT / "docs" / "inverses.md"
TEMPLATES = ROOT / "royalties" / "web" / "templates"
_COLUMNS = 5

LOOKS = {
    "payments.bank_lines.look_again",
    "payments.bank_lines.outlook",
    "payments.batch_files.file_of",
    "payments.batch_files.not_carried",
    "desk.listing.find",
    "desk.notes.colleagues",
    "desk.notes.find_colleague",
    "mail.telling.choices",
    "orders.billing.certificates.waiting",
    "orders.billing.crediting.total_of",
    "orders.billing.crediting.with_tax",
    "orders.billing.receivables.invoice_page",
    "orders.billing.invoicing.preview",
    "orders.billing.invoicing.preview_deposit",
    "orders.billing.receivables.overdue",
    "orders.billing.receivables.still_open",
    "orders.billing.receiving.order_of_receipt",
    "orders.board.board",
    "orders.board.counted",
    "orders.board.counts_by_organization",
    "orders.board.people_of",
    "orders.board.staff",
    "orders.intake.drafts.find",
    "orders.intake.organizations.askers",
    "orders.intake.organizations.organizations_of_same_name",
    "orders.intake.organizations.sizes",
    "orders.intake.requests.find",
    "orders.quoting.links.ended",
    "orders.quoting.links.find",
    "orders.quoting.quotes.draft_quote",
    "orders.quoting.quotes.price_of",
    "orders.values.open_orders",
    "orders.values.order_values",
    "people.accounts.is_anybody_here",
    "people.accounts.own_sessions",
    "people.accounts.why_wrong",
    "people.colleagues.colleagues",
    "people.colleagues.invited",
    "people.first.check_link",
    "people.second_factor.codes_left",
    "periods.close.before_close",
    "sales.sheets.find_drafts",
    "sales.uploads.first_rows_of",
    "sales.uploads.preview_rows",
    "statements.sending.sending_of",
    "terms.lists.preview",
    "terms.lists.read",
    "terms.loading.preview",
    "terms.loading.preview_again",
    "terms.mappings.preview",
    "terms.openings.preview",
    "terms.setup.compare",
}
"""Verbs that only show something, to those who may also change it."""

PARTS = {
    "mail.outbox.seal_all": "after the house's secret has changed, every message is sealed anew",
    "orders.billing.settling.reopen_if_owed": "of what changes what an order owes",
    "orders.billing.settling.settle_if_paid": "of what changes what an order owes",
    "orders.life.move": "of every step of an order",
    "orders.life.note": "of every step of an order",
    "orders.quoting.quotes.expire_quotes": "the calendar's: a quote expires by itself",
    "orders.quoting.quotes.run_calendar": "the calendar's: a quote expires by itself",
    "payments.approving.withdraw_approvals": "of a change of the payee's account",
    "payments.steps.record": "of every step of a payment",
    "payments.steps.record_each": "of every step of a payment",
    "people.accounts.check_password": "of signing in",
    "people.accounts.note_blocked": "the log's: somebody tried too often",
    "people.demo_people.add_demo_person": "of the demo",
    "people.second_factor.seal_all": "after the house's secret has changed, every key is sealed anew",
    "sales.sheets.save": "a draft of typed sales: what is in the sheet is what is kept",
    "sales.uploads.examine": "the worker's: it looks at a report",
    "sales.uploads.save_result": "the worker's: it keeps what it read",
    "sales.uploads.save_first_rows": "the worker's: it keeps what it read",
    "sales.uploads.read": "the worker's: it reads a report",
    "terms.loading.save_compared": "of loading a setup file, a list, or what is moved in",
    "terms.mappings.start": "of saving how a report is read",
}
"""Verbs that are a part of others, and of which."""


@dataclass(frozen=True, slots=True)
class Line:
    """One act of the page."""

    act: str
    inverse: str
    browser: str
    command: str
    functions: tuple[str, ...]


@cache
def _lines() -> tuple[Line, ...]:
    rows = re.findall(r"^\|(.*)\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    cells = [[cell.strip() for cell in row.split("|")] for row in rows]
    assert all(len(each) == _COLUMNS for each in cells)
    return tuple(
        Line(act, inverse, browser, command, tuple(re.findall(r"`([a-z_.]+)`", functions)))
        for act, inverse, browser, command, functions in cells
        if act not in ("act", "---")
    )


def _text_of_program() -> str:
    paths = [*ROOT.glob("royalties/**/*.html"), *ROOT.glob("royalties/**/*.py")]
    paths += [ROOT / "docs" / "operations.md"]
    return " ".join(" ".join(path.read_text(encoding="utf-8").split()) for path in paths)


_CONTROL = re.compile(
    r'act\("([^"]+)"'
    r"|<(?:button|summary|a|h[1-3])\b[^>]*>(.*?)</(?:button|summary|a|h[1-3])>"
    r'|\("[a-z_.]+", "([^"]+)"',
    re.DOTALL,
)
_BESIDE = re.compile(r'<span class="unseen">.*?</span>|\{\{ url_for\(.*?\) \}\}', re.DOTALL)


def _controls(template: Path) -> set[str]:
    """The words of a page's buttons, links and headings."""
    text = _BESIDE.sub("", template.read_text(encoding="utf-8"))
    found = [next(filter(None, each.groups()), "") for each in _CONTROL.finditer(text)]
    chosen = [words for each in found if "{{" in each for words in re.findall(r'"([^"]+)"', each)]
    return {" ".join(re.sub(r"<[^>]+>", "", words).split()) for words in [*found, *chosen]}


@cache
def _all_controls() -> frozenset[str]:
    return frozenset().union(*map(_controls, TEMPLATES.rglob("*.html")))


PAGES = {
    "load a setup file": ("finance/desk/settings.html",),
    "end a contract": ("finance/terms/contract.html", "finance/terms/inverses.html"),
    "retire a title": ("finance/terms/inverses.html",),
    "save, rename or end": ("finance/terms/mapped_report.html",),
    "import a report": ("finance/sales/import.html",),
    "correct an import": ("finance/sales/import.html",),
    "type sales": ("finance/sales/entry_recorded.html",),
    "upload a report": ("finance/sales/upload.html",),
    "change cells": ("finance/sales/import_parts.html",),
    "match an identifier": ("finance/sales/alias.html",),
    "say that an identifier": ("finance/sales/waiting.html",),
    "prepare a close": ("finance/periods/close.html",),
    "send statements": ("finance/desk/mail.html",),
    "keep earlier statements": ("finance/terms/document.html",),
    "let a nonprofit see": ("finance/terms/document.html",),
    "hide an earlier": ("finance/terms/document.html",),
    "put something before": ("finance/desk/proposal.html",),
    "issue a quote": ("finance/orders/quotes.html",),
    "ship copies": ("finance/orders/shipping.html",),
    "take a tax certificate": ("finance/orders/organization.html",),
    "issue an invoice": ("finance/orders/invoice.html",),
    "record a payment": ("finance/orders/money.html",),
    "remind of an invoice": ("finance/desk/mail.html",),
    "write a note": ("finance/desk/note.html",),
    "withdraw a note": ("finance/desk/note.html",),
    "settle a question": ("finance/desk/note.html",),
    "open it again": ("finance/desk/note.html",),
    "invite a person": ("finance/people/person.html",),
    "disable an account": ("finance/people/person.html",),
    "enable it": ("finance/people/person.html",),
    "invite a colleague": ("colleagues.html",),
    "try a message again": ("finance/desk/mail.html",),
}
"""The pages on which an act is taken back, by the act's first words."""

SAID_BEFORE = {
    "close a period": "finance/periods/close.html",
    "issue statements": "finance/statements/statement.html",
    "approve a proof": "organization/approve.html",
    "cancel an order": "finance/orders/cancel.html",
    "issue an invoice": "finance/orders/money.html",
    "issue a credit note": "finance/orders/invoice.html",
    "leave the sandbox": "finance/desk/leave.html",
}
"""The page that says, before it is done, that nothing takes an act back."""


@pytest.mark.parametrize("line", _lines(), ids=lambda line: line.act[:60])
def test_words_of_buttons_stand_on_the_pages(line: Line) -> None:
    """What stands in italics is a button, a link or a heading, in those words."""
    named = set(re.findall(r"\*([^*]+)\*", f"{line.inverse} {line.browser}"))
    assert named - _all_controls() == set()


@pytest.mark.parametrize("act", PAGES)
def test_undo_button_is_on_the_page_of_its_act(act: str) -> None:
    (line,) = [each for each in _lines() if each.act.startswith(act)]
    words = re.findall(r"\*([^*]+)\*", line.inverse) or re.findall(r"\*([^*]+)\*", line.browser)
    there = frozenset().union(*(_controls(TEMPLATES / page) for page in PAGES[act]))
    assert words
    assert there.intersection(words), PAGES[act]


@pytest.mark.parametrize("act", SAID_BEFORE)
def test_page_says_before_what_nothing_takes_back(act: str) -> None:
    (line,) = [each for each in _lines() if each.act.startswith(act)]
    (words,) = re.findall("“([^”]+)”", line.inverse)
    page = (TEMPLATES / SAID_BEFORE[act]).read_text(encoding="utf-8")
    assert words in " ".join(page.split())


def test_every_verb_names_its_inverse() -> None:
    said = {function for line in _lines() for function in line.functions}
    assert verbs() - said - LOOKS - PARTS.keys() == set()


def test_page_and_lists_name_only_what_is_there() -> None:
    said = {function for line in _lines() for function in line.functions}
    assert said - public_functions() == set()
    assert LOOKS - verbs() == set()
    assert PARTS.keys() - verbs() == set()
    assert said & (LOOKS | PARTS.keys()) == set()


def test_every_verb_has_one_line_in_the_inverses_table() -> None:
    named = [function for line in _lines() for function in line.functions]
    assert sorted(named) == sorted(set(named))


@pytest.mark.parametrize("line", _lines(), ids=lambda line: line.act[:60])
def test_inverse_of_every_act_exists(line: Line) -> None:
    """Its command with its option; or the page's words that say that nothing does."""
    assert line.act
    assert line.inverse
    assert line.functions
    for command, option in re.findall(r"`([a-z-]+)(?: (--[a-z-]+))?`", line.command):
        assert command in ENTRIES
        options = {
            name
            for parameter in load(command).params
            if isinstance(parameter, click.Option)
            for name in parameter.opts
        }
        assert not option or option in options, f"{command} {option}"
    if line.inverse.startswith("nothing"):
        (words,) = re.findall("“([^”]+)”", line.inverse)
        assert words in _text_of_program()
        assert not line.command
    else:
        assert line.browser or line.command or "this page" in line.inverse
