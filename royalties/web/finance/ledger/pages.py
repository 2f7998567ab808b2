"""Accounts, entries, balances; verify."""

import re
from collections.abc import Iterator
from datetime import date
from secrets import token_urlsafe
from typing import Any

from flask import Response, abort, redirect, render_template, request, url_for

from royalties.domain.people import FINANCE, Actor
from royalties.runtime import System
from royalties.services.books import setup_in_force
from royalties.services.ledger import balances as service
from royalties.services.ledger.journal import FORMATS, journal
from royalties.services.ledger.verifying import verified
from royalties.web.core.names import names
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import actor, current_work, system

PAGES = Pages("ledger", __name__, "/finance/ledger", FINANCE)

_LONGEST = 200
_NO_NUMBER = 1 << 53
"""Beyond what anything is numbered; a database takes no larger ones."""
_PLACE = re.compile(r"(\d{1,12})\.(\d{1,9})", re.ASCII)
_NUMBER = re.compile(r"\d{1,12}", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_ENDINGS = {"beancount": "beancount", "hledger": "journal", "csv": "csv"}


@PAGES.get("/")
def ledger() -> str:
    """The trial balance at the end of a period or on a day."""
    day, wrong = _day_asked()
    period = "" if day else _word_asked("period")
    trial_balance = service.balances(
        current_work(), period=period, day=day, kind=_word_asked("kind")
    )
    return render_template(
        "finance/ledger/ledger.html",
        found=trial_balance,
        period=period,
        day=day,
        wrong=wrong,
        kind=_word_asked("kind"),
        formats=FORMATS,
    )


@PAGES.get("/accounts/<name>")
def account(name: str) -> str:
    """An account's postings with the balance behind each, all or until a day."""
    day, _ = _day_asked()
    currency = request.args.get("currency", "")
    place = _PLACE.fullmatch(request.args.get("after", ""))
    if currency and not _CURRENCY.fullmatch(currency):
        abort(404)
    after = (int(place[1]), int(place[2])) if place else None
    if not _is_name(name):
        abort(404)
    statement = service.statement(current_work(), name, currency, until=day, after=after)
    if statement is None:
        abort(404)
    more = ""
    if statement.after:
        behind = ".".join(map(str, statement.after))
        more = url_for(
            ".account", name=name, currency=statement.currency, day=day or None, after=behind
        )
    first = url_for(".account", name=name, currency=statement.currency, day=day or None)
    return render_template(
        "finance/ledger/account.html",
        found=statement,
        day=day,
        more=more,
        first=first if after else "",
    )


@PAGES.get("/entries")
def entries() -> str:
    """Entries by period, event and subject, the newest first."""
    below = request.args.get("below", "")
    filters: dict[str, Any] = {name: _word_asked(name) for name in ("period", "event", "subject")}
    filters["subject"] = _subject_of(filters["subject"])
    page = service.entry_page(
        current_work(), **filters, below=int(below) if _NUMBER.fullmatch(below) else None
    )
    more = url_for(".entries", **filters, below=page.below) if page.below else ""
    first = url_for(".entries", **filters) if below else ""
    return render_template(
        "finance/ledger/entries.html", found=page, filters=filters, more=more, first=first
    )


@PAGES.get("/entries/<int:number>")
def entry(number: int) -> str:
    """One entry with its postings."""
    entry = service.find_entry(current_work(), number) if number < _NO_NUMBER else None
    if entry is None:
        abort(404)
    return render_template("finance/ledger/entry.html", found=entry)


@PAGES.get("/journal")
def export() -> Response:
    """The whole ledger in the words of another bookkeeping program."""
    format_ = request.args.get("format", FORMATS[0])
    if format_ not in FORMATS:
        abort(404)
    setup_in_force(current_work())  # refused before the answer begins
    return Response(
        _journal(system(), actor(), format_),
        mimetype="text/csv" if format_ == "csv" else "text/plain",
        headers={"Content-Disposition": f'attachment; filename="ledger.{_ENDINGS[format_]}"'},
    )


@PAGES.get("/verify")
def check() -> Answer:
    """What verifying means; and, asked to, each invariant with what does not hold."""
    click = request.args.get("now", "")[:_LONGEST]
    if click == "yes":
        return redirect(url_for(".check", now=token_urlsafe(8)))
    at, found = verified(current_work(), click) if click else (None, None)
    return render_template("finance/ledger/verify.html", found=found, at=at)


def _journal(books: System, who: Actor, format_: str) -> Iterator[bytes]:
    # The request's own transaction ends before its answer has left.
    with books.work(who, read_only=True) as work:
        for line in journal(work, format_):
            yield f"{line}\n".encode()


def _day_asked() -> tuple[date | None, str]:
    """The day that was asked for; or what was written instead of one."""
    day = request.args.get("day", "")
    try:
        return (date.fromisoformat(day) if day else None), ""
    except ValueError:
        return None, day[:_LONGEST]


def _word_asked(name: str) -> str:
    text = request.args.get(name, "").strip()
    return text if _is_name(text) else ""


def _subject_of(text: str) -> str:
    """The key of a contract or beneficiary that is named; an order's number stays."""
    found = (names().key_of(part, text) for part in ("contracts", "beneficiaries"))
    return next(filter(None, found), text)


def _is_name(text: str) -> bool:
    """Whether a text can be the name of anything; a database takes no control characters."""
    return len(text) <= _LONGEST and text.isprintable()
