"""Recorded sales with filters, totals and exports."""

import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Response, render_template, request, url_for

from royalties.domain.people import FINANCE, Actor
from royalties.domain.sales.slices import SaleKind
from royalties.runtime import System
from royalties.services.books import setup_in_force
from royalties.services.sales import listing as service
from royalties.services.sales.listing import Filters, Key
from royalties.web.core.pages import Pages
from royalties.web.core.visit import actor, current_work, system

PAGES = Pages("sales", __name__, "/finance/sales", FINANCE)

_LONGEST = 200
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])", re.ASCII)
_IMPORT = re.compile(r"\d{1,9}", re.ASCII)
_NUMBER = r"(\d{1,9})"
_PLACE = re.compile(
    rf"{_NUMBER}_{_NUMBER}_{_NUMBER}_{_NUMBER}_([A-Z]{{3}})_{_NUMBER}_{_NUMBER}_{_NUMBER}", re.ASCII
)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BLOCK = 1 << 18


@PAGES.get("/")
def sales() -> str:
    """Sales by filters, fifty a page, with the totals of all of them."""
    filters = _filters()
    listed = service.find_sales(
        current_work(),
        filters,
        after=_key_asked(request.args.get("after", "")),
        before=_key_asked(request.args.get("before", "")),
    )
    return render_template(
        "finance/sales/sales.html",
        found=listed,
        filters=filters,
        kinds=[kind.word for kind in SaleKind],
        exports={
            name: _link(f".as_{name}", _filters_asked() | {"period": listed.period})
            for name in ("csv", "xlsx")
        },
        before=_list_address(before=listed.before),
        after=_list_address(after=listed.after),
        without=lambda name: _link(
            ".sales", {k: v for k, v in _filters_asked().items() if k != name}
        ),
        most=service.MOST_EDITIONS,
    )


@PAGES.get("/sales.csv")
def as_csv() -> Response:
    """The filtered sales as CSV, streamed while they are read."""
    filters = _filters()
    setup_in_force(current_work())  # refused before the answer begins
    return Response(
        _csv(system(), actor(), filters),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{_name(filters)}.csv"'},
    )


@PAGES.get("/sales.xlsx")
def as_xlsx() -> Response:
    """The filtered sales as a workbook."""
    filters = _filters()
    folder = TemporaryDirectory(ignore_cleanup_errors=True)
    path = Path(folder.name) / "sales.xlsx"
    try:
        service.sales_as_workbook(current_work(), filters, path)
    except BaseException:
        folder.cleanup()
        raise
    answer = Response(
        _blocks(path),
        mimetype=_XLSX,
        headers={
            "Content-Disposition": f'attachment; filename="{_name(filters)}.xlsx"',
            "Content-Length": str(path.stat().st_size),
        },
    )
    answer.call_on_close(folder.cleanup)  # also if nobody reads it, as of HEAD
    return answer


def _csv(books: System, who: Actor, filters: Filters) -> Iterator[bytes]:
    # The request's own transaction ends before its answer has left.
    with books.work(who, read_only=True) as work:
        for text in service.sales_as_csv(work, filters):
            yield text.encode()


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _filters() -> Filters:
    """The filters of the address; what cannot be one counts as not given."""
    asked = {name: text[:_LONGEST].strip() for name, text in request.args.items()}
    kind, month, batch = (asked.get(name, "") for name in ("kind", "month", "import"))
    return Filters(
        asked.get("period", ""),
        asked.get("retailer", ""),
        asked.get("book", ""),
        asked.get("title", ""),
        kind if kind in {each.word for each in SaleKind} else "",
        int(batch) if _IMPORT.fullmatch(batch) else None,
        month if _MONTH.fullmatch(month) else "",
        asked.get("reference", ""),
    )


_FILTERS = ("period", "retailer", "book", "title", "kind", "import", "month", "reference")


def _filters_asked() -> dict[str, str]:
    """The filters as the address has them."""
    return {name: request.args[name] for name in _FILTERS if request.args.get(name)}


def _list_address(**place: Key | None) -> str:
    """The address of this list at a place, with its filters; empty where there is none."""
    ((name, key),) = place.items()
    return _link(".sales", _filters_asked() | {name: "_".join(map(str, key))}) if key else ""


def _link(endpoint: str, values: dict[str, Any]) -> str:
    return url_for(endpoint, **values)


def _key_asked(text: str) -> Key | None:
    parts = _PLACE.fullmatch(text)
    if parts is None:
        return None
    edition, period, retailer, kind, currency, batch, sheet, row = parts.groups()
    numbers = (int(edition), int(period), int(retailer), int(kind))
    return (*numbers, currency, int(batch), int(sheet), int(row))


def _name(filters: Filters) -> str:
    """A file's name that says which sales it has."""
    parts = ["sales", filters.period, filters.retailer, filters.title, filters.kind, filters.month]
    if filters.batch is not None:
        parts.append(f"import-{filters.batch}")
    return re.sub(r"[^\w.-]+", "-", "_".join(filter(None, parts)), flags=re.ASCII)
