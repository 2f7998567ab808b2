"""The audit log and the mail log."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import date
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, stream_with_context, url_for
from werkzeug.wrappers import Response

from royalties.domain.people import Actor, Verb
from royalties.domain.spreadsheets import no_formula
from royalties.runtime import System
from royalties.services.mail import log as mail_log
from royalties.services.names import WORDS
from royalties.services.people import auditing
from royalties.services.people.auditing import LogFilter, LogLine
from royalties.web.core.names import names
from royalties.web.core.pages import Answer, Pages, number_in_query
from royalties.web.core.visit import current_work, system
from royalties.web.finance.desk.approvals import WithdrawProposalForm
from royalties.web.finance.desk.log_words import details, headline, verb_words

_FILTERS = ("who", "what", "from", "until", "q")
_KINDS = (
    "invitation",
    "reset",
    "notice",
    "approval",
    "statement",
    "order",
    "order-request",
    "reminder",
)


def add_to(pages: Pages) -> None:
    """Add these pages to a group."""
    pages.add_url_rule("/audit", "audit", audit)
    pages.add_url_rule("/audit.csv", "audit_csv", audit_csv)
    pages.add_url_rule("/mail", "mail", mail)
    pages.add_url_rule("/mail/<int:number>/again", "mail_again", mail_again, methods=["POST"])
    pages.add_url_rule(
        "/mail/<int:number>/give-up", "mail_given_up", mail_given_up, methods=["POST"]
    )


def audit() -> Answer:
    """Who did what, and when."""
    asked, wrong = _filter_asked()
    before = number_in_query("before")
    lines = auditing.log_page(current_work(), asked, before=before, limit=auditing.PAGE + 1)
    page_lines = lines[: auditing.PAGE]
    filters = {key: request.args[key] for key in _FILTERS if request.args.get(key)}
    older = {**filters, "before": str(page_lines[-1].seq)} if len(lines) > auditing.PAGE else None
    page = render_template(
        "finance/desk/log.html",
        lines=[
            (line, headline(line.action, line.payload), details(line.payload))
            for line in page_lines
        ],
        verbs=[(verb.value, verb_words(verb.value)) for verb in Verb],
        verb_words=verb_words,
        wrong=wrong,
        filters=filters,
        csv=_address(filters, "people.audit_csv"),
        newest=_address(filters) if before else "",
        older=_address(older) if older else "",
    )
    return page, 422 if wrong else 200


def audit_csv() -> Response:
    """The lines that are asked for as a file for a spreadsheet, however many there are."""
    current_work().actor.require(Verb.AUDIT)
    asked, _ = _filter_asked()
    # Words of the log are written as the visitor reads numbers, so the request is still there.
    lines = stream_with_context(_csv(system(), current_work().actor, asked))
    answer = Response(lines, mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="audit-log.csv"'
    return answer


def mail() -> Answer:
    """What was written to whom, and what became of it."""
    kind = request.args.get("kind", "")[:32]
    before = number_in_query("before")
    written = mail_log.messages(current_work(), kind=kind, before=before, limit=mail_log.PAGE + 1)
    messages = written[: mail_log.PAGE]
    return render_template(
        "finance/desk/mail.html",
        written=messages,
        kinds=_KINDS,
        kind=kind,
        State=mail_log.MailState,
        can_send=system().mailer.is_set_up,
        newest=url_for("people.mail", kind=kind or None) if before else "",
        older=(
            url_for("people.mail", kind=kind or None, before=messages[-1].id)
            if len(written) > mail_log.PAGE
            else ""
        ),
    )


def mail_again(number: int) -> Response:
    """Send what was not taken once more."""
    mail_log.try_again(current_work(), number)
    flash("It is tried again within a few minutes.", "good")
    return redirect(url_for("people.mail"), 303)


def mail_given_up(number: int) -> Response:
    """Do not send what was not taken."""
    mail_log.give_up(current_work(), number, WithdrawProposalForm(request.form).reason.data)
    flash("It is not sent any more.", "good")
    return redirect(url_for("people.mail"), 303)


def _filter_asked() -> tuple[LogFilter, str]:
    """What the address asks for, and what of it is no day."""
    since, since_wrong = _day_asked(request.args.get("from", ""))
    until, until_wrong = _day_asked(request.args.get("until", ""))
    asked = LogFilter(
        request.args.get("who", "").strip()[:100],
        request.args.get("what", "").strip()[:64],
        _key_of(request.args.get("q", "").strip()[:100]),
        since,
        until,
    )
    return asked, since_wrong or until_wrong


def _key_of(text: str) -> str:
    """What the log keeps of an entry that is searched by its name: its key."""
    found = (names().key_of(part, text) for part in WORDS)
    return next(filter(None, found), text) if text else ""


def _day_asked(text: str) -> tuple[date | None, str]:
    """A day of the address, and what is wrong with it."""
    if not (text := text.strip()):
        return None, ""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    # The calendar's first and last years have no neighbours to compute with.
    if day is None or not date.min.year < day.year < date.max.year:
        return None, f"{text[:20]} is no day: write it as 2026-04-03."
    return day, ""


def _address(filters: Mapping[str, str], endpoint: str = "people.audit") -> str:
    return f"{url_for(endpoint)}?{urlencode(filters)}" if filters else url_for(endpoint)


def _csv(desk: System, actor: Actor, filters: LogFilter) -> Iterator[str]:
    """Lines of the file, read some at a time in a transaction of their own."""
    yield "\N{BYTE ORDER MARK}" + _row(
        "number", "when (UTC)", "who", "what", "about", "record", "hash"
    )
    with desk.work(actor, read_only=True) as work:
        for line in auditing.whole_log(work, filters):
            yield _row(*_cells(line))


def _cells(line: LogLine) -> Iterator[str]:
    yield str(line.seq)
    yield line.at
    yield no_formula(line.actor)
    yield no_formula(verb_words(line.action))
    yield no_formula(headline(line.action, line.payload))
    yield no_formula(json.dumps(line.payload, ensure_ascii=False, sort_keys=True))
    yield line.hash


def _row(*cells: str) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()
