"""What a nonprofit earned, its statements and its years: only its own, only what was closed."""

from collections.abc import Iterable
from decimal import Decimal
from io import BytesIO
from itertools import groupby
from zipfile import ZIP_DEFLATED, ZipFile

from flask import abort, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from royalties.domain.money import as_decimal
from royalties.domain.people import NONPROFITS
from royalties.services.payments import listing as payments
from royalties.services.statements import documents, portal
from royalties.services.statements.portal import Settled
from royalties.web.core.files import download as attached
from royalties.web.core.formats import METHODS, money
from royalties.web.core.names import named
from royalties.web.core.pages import Pages
from royalties.web.core.paging import page_number
from royalties.web.core.visit import current_work
from royalties.web.nonprofit.earned import earned, region_bars, region_words, regions_of
from royalties.web.nonprofit.exports import year_csv

PAGES = Pages("nonprofit", __name__, "/nonprofit", NONPROFITS)

_CHARTED = 8
_LISTED = 12
"""Statements on a page; of whole years there may be more."""
_TYPES = {
    "workbook": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "twin": "application/json",
}


def page(template: str, key: str, **values: object) -> str:
    """A page about one nonprofit, with the others that the visitor belongs to."""
    own = portal.nonprofits(current_work())
    chosen = next((each for each in own if each.key == key), None)
    if chosen is None:
        abort(404)
    return render_template(f"nonprofit/{template}.html", own=own, chosen=chosen, key=key, **values)


@PAGES.get("/")
def home() -> str:
    """The home of the only nonprofit, or the choice between several."""
    own = portal.nonprofits(current_work())
    if len(own) == 1:
        return nonprofit(own[0].key)
    return render_template("nonprofit/choice.html", own=own)


@PAGES.get("/<key>/")
def nonprofit(key: str) -> str:
    """The last statement, what is due, and all that was ever received."""
    overview = portal.overview(current_work(), key)
    rows = overview.settled
    regions = regions_of(overview.said)
    return page(
        "home",
        key,
        overview=overview,
        newest=rows[:_LISTED],
        charts=_charts(rows),
        regions=regions,
        region_bars=region_bars,
        region_words=region_words,
        account=payments.payee_account(current_work(), key),
        methods=METHODS,
    )


@PAGES.get("/<key>/earnings")
def earnings(key: str) -> str:
    """From which titles, retailers and places the money of a period came."""
    issued, periods = portal.earnings(current_work(), key, request.args.get("period", ""))
    blocks = [earned(each) for each in issued]
    return page("earnings", key, earned=blocks, periods=periods, region_bars=region_bars)


@PAGES.get("/<key>/statements")
def statements(key: str) -> str:
    """Every statement, the newest first, by calendar year, a few years on a page."""
    parts = _in_parts(portal.settled(current_work(), key))
    number = min(page_number(), len(parts))
    before, after = (
        url_for(".statements", key=key, page=other) if 1 <= other <= len(parts) else ""
        for other in (number - 1, number + 1)
    )
    words = f"Page {number} of {len(parts)}" if len(parts) > 1 else ""
    years = parts[number - 1]
    earlier = documents.earlier(current_work(), key) if number == 1 else []
    return page(
        "statements", key, years=years, earlier=earlier, before=before, after=after, words=words
    )


@PAGES.get("/<key>/earlier-statements/<int:number>")
def earlier_statement(key: str, number: int) -> Response:
    """An earlier statement as it was stored, only ever as a download."""
    portal.nonprofit(current_work(), key)
    found = documents.file_of(current_work(), number, key)
    if found is None:
        raise portal.NotYoursError
    return attached(found.name, found.path.open("rb"))


@PAGES.get("/<key>/statements/<number>")
def statement_page(key: str, number: str) -> str:
    """One statement on screen."""
    statement, row = portal.statement(current_work(), key, number)
    return page("statement", key, statement=statement, row=row)


@PAGES.get("/<key>/statements/<number>/<any(workbook, twin):kind>")
def download(key: str, number: str, kind: str) -> Response:
    """An issued file of a statement, the same bytes for ever."""
    name, data = portal.issued_file(current_work(), key, number, kind)
    return send_file(BytesIO(data), _TYPES[kind], as_attachment=True, download_name=name)


@PAGES.get("/<key>/statements/<int:number>.zip")
def download_year(key: str, number: int) -> Response:
    """All issued files of a calendar year."""
    files = portal.issued_in(current_work(), key, number)
    name = f"{portal.nonprofit(current_work(), key).name} {number} statements.zip"
    return send_file(_zipped(files), "application/zip", as_attachment=True, download_name=name)


@PAGES.get("/<key>/years/")
def newest_year(key: str) -> str:
    """The newest year's summary."""
    return page("year", key, year=portal.year(current_work(), key))


@PAGES.get("/<key>/years/<int:number>")
def year(key: str, number: int) -> str:
    """A calendar year: what was allocated, withheld and paid, for the annual accounts."""
    return page("year", key, year=portal.year(current_work(), key, number))


@PAGES.get("/<key>/years/<int:number>.csv")
def year_file(key: str, number: int) -> Response:
    """The same as a file for a spreadsheet."""
    year = portal.year(current_work(), key, number)
    return send_file(
        BytesIO(year_csv(year)),
        "text/csv; charset=utf-8",
        as_attachment=True,
        download_name=f"{named(key, 'beneficiaries')} {number} summary.csv",
    )


@PAGES.get("/<key>/help")
def explained(key: str) -> str:
    """Every word and column in plain words."""
    return page("help", key)


def _in_parts(rows: Iterable[Settled]) -> list[dict[int, list[Settled]]]:
    """Statements by year, as many whole years together as have enough for a page; at least one."""
    parts: list[dict[int, list[Settled]]] = [{}]
    for year, of_year in groupby(rows, key=lambda row: row.ends.year):
        if sum(map(len, parts[-1].values())) >= _LISTED:
            parts.append({})
        parts[-1][year] = list(of_year)
    return parts


def _zipped(files: Iterable[tuple[str, bytes]]) -> BytesIO:
    data = BytesIO()
    with ZipFile(data, "w", ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    data.seek(0)
    return data


def _charts(rows: Iterable[Settled]) -> dict[str, list[tuple[str, Decimal, str]]]:
    """Bars of what was allocated, by currency, the earliest of the last periods first."""
    charts: dict[str, list[tuple[str, Decimal, str]]] = {}
    for row in rows:
        bars = charts.setdefault(row.currency, [])
        if len(bars) < _CHARTED:
            shown = money(row.allocated, row.currency).striptags()
            bars.insert(0, (row.period, as_decimal(row.allocated, row.currency), shown))
    return charts
