"""One statement: on the screen, explained, downloaded, issued, sent; and all of a period."""

from tempfile import SpooledTemporaryFile
from typing import IO, cast
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from flask import Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from royalties.domain.people import FINANCE
from royalties.services.periods.explain import NoFigureError, explain
from royalties.services.statements.issuing import (
    issue,
    neighbours,
    statement,
    statement_file,
    statement_files,
    statements_of,
)
from royalties.services.statements.sending import send, sending_of
from royalties.web.core.files import download
from royalties.web.core.formats import plural
from royalties.web.core.pages import Answer, Pages
from royalties.web.core.visit import current_work, system, units
from royalties.web.finance.periods.closing import SIZE, link
from royalties.web.finance.periods.closing_forms import SendForm
from royalties.web.finance.periods.runs import after_of, after_text
from royalties.web.paper import paper_of

PAGES = Pages("statements", __name__, "/finance", FINANCE)
_IN_MEMORY = 8_000_000
PAGES.add_app_template_filter(paper_of, "paper")


@PAGES.get("/statements/<number>")
def show(number: str) -> str:
    """A statement as its beneficiary sees it."""
    work = current_work()
    issued = statement(work, number)
    (listed,), _ = statements_of(work, numbers=[number])
    before, after = neighbours(work, number)
    return render_template(
        "finance/statements/statement.html",
        statement=issued,
        listed=listed,
        before=before,
        after=after,
        why=lambda figure: url_for("statements.why", number=number, figure=figure),
    )


@PAGES.get("/statements/<number>/explain/<path:figure>")
def why(number: str, figure: str) -> str:
    """How a figure came about, down to the rows of the reports."""
    after = after_of(request.args.get("after", ""))
    try:
        explained = explain(current_work(), number, figure, after=after, most=SIZE)
    except NoFigureError:
        abort(404)
    return render_template(
        "finance/statements/why.html", found=explained, more=after_text(explained.after), link=link
    )


@PAGES.get("/statements/<number>/<any(workbook, twin):kind>")
def file(number: str, kind: str) -> Response:
    """The workbook or its twin, as issued."""
    issued = statement_file(current_work(), number, kind)
    return download(issued.name, issued.data)


@PAGES.post("/statements/<number>/<any(workbook, twin):kind>")
def issue_file(number: str, kind: str) -> Response:
    """Issue a statement, and hand out one of its files."""
    issue(units, statement(current_work(), number).period, number)
    with units(read_only=True) as work:
        issued = statement_file(work, number, kind)
    return download(issued.name, issued.data)


@PAGES.post("/statements/<number>/issue")
def issue_one(number: str) -> Redirect:
    """Issue a statement: from now on its files are these."""
    issue(units, statement(current_work(), number).period, number)
    flash(f"Statement {number} is issued: its files are kept, and stay the same.", "good")
    return redirect(url_for("statements.show", number=number))


@PAGES.post("/periods/<period>/issue")
def issue_all(period: str) -> Redirect:
    """Issue what was not issued yet of a period."""
    count = issue(units, period)
    flash(f"{plural(count, 'statement')} of {period} issued.", "good")
    return redirect(url_for("closing.statements", period=period))


@PAGES.get("/periods/<period>/statements.zip")
def packed(period: str) -> Response:
    """All issued files of a period in one."""
    files = statement_files(current_work(), period)
    target = cast("IO[bytes]", SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 - sent, then closed
    with ZipFile(target, "w", ZIP_STORED) as archive:
        for file in files:
            entry = ZipInfo(file.name)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.data)
    target.seek(0)
    return download(f"{period} statements.zip", target)


@PAGES.get("/statements/<number>/send")
def ask_one(number: str) -> str:
    """Who would be notified of a statement."""
    return _ask(statement(current_work(), number).period, number)


@PAGES.post("/statements/<number>/send")
def send_one(number: str) -> Answer:
    """Tell a beneficiary."""
    return _send(statement(current_work(), number).period, number)


@PAGES.get("/periods/<period>/send")
def ask_all(period: str) -> str:
    """Who would be notified of a period's statements."""
    return _ask(period)


@PAGES.post("/periods/<period>/send")
def send_all(period: str) -> Answer:
    """Notify all beneficiaries that were not notified yet."""
    return _send(period)


def _ask(period: str, number: str = "", form: SendForm | None = None) -> str:
    return render_template(
        "finance/statements/send.html",
        period=period,
        number=number,
        sending=sending_of(current_work(), period=period, number=number),
        form=form or SendForm(formdata=None),
        can_send=system().mailer.is_set_up,
    )


def _send(period: str, number: str = "") -> Answer:
    form = SendForm()
    if not form.validate_on_submit():
        return _ask(period, number, form), 422
    sent = send(
        units,
        period=period,
        number=number,
        attach=bool(form.attach.data),
        again=bool(form.again.data),
    )
    messages = f"{plural(sent.messages, 'message')} about {plural(sent.statements, 'statement')}"
    if system().mailer.is_set_up:
        flash(f"{messages} will go out in a moment.", "good")
    else:
        flash(f"{messages} written; nothing leaves before a mail server is set up.", "warn")
    if number:
        return redirect(url_for("statements.show", number=number))
    return redirect(url_for("closing.statements", period=period))
