"""Pages over a million sale lines: server time beside an empty page, and number of queries.

Every page is visited right after new sales, when no draft is cached, and again. Forms with a
preview are submitted unchanged.

Two sets of books have the same pages: a large one with half of its lines closed and half open,
and a small one of ten titles. A page with more queries on the large one has a query per row.
"""

import gc
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from threading import current_thread
from typing import Any

from werkzeug.datastructures import MultiDict

from bench import generate

BASE = "http://localhost:8000"
BEING_CALCULATED = 202
EMPTY = "/account/sign-in"
CLOSED, OPEN = "2024", "2025"
VISITS = 5
"""Visits of each page after the first one."""

CACHED_UNTIL_NEW_SALES = ("draft", "draft statements", "earned now")
"""What is cached only until new sales are recorded."""

NONPROFIT = "b3"
PAGES: tuple[tuple[str, str], ...] = (
    ("clerk", "/finance/"),
    ("clerk", "/finance/search?q=title+7"),
    ("clerk", "/finance/search?q=9798"),
    ("clerk", "/finance/imports"),
    ("clerk", "/finance/imports/1"),
    ("clerk", "/finance/waiting"),
    ("clerk", "/finance/entry/"),
    ("clerk", "/finance/entry/books?q=title+7"),
    ("clerk", "/finance/sales/"),
    ("clerk", "/finance/sales/?period=2025&retailer=amazon"),
    ("clerk", "/finance/sales/?period=2024&kind=return&retailer=phone"),
    ("clerk", "/finance/sales/?title=t7"),
    ("clerk", "/finance/titles"),
    ("clerk", "/finance/titles/t7"),
    ("clerk", "/finance/titles/t7/history"),
    ("manager", "/finance/titles/t7/amend"),
    ("clerk", "/finance/retailers"),
    ("clerk", "/finance/retailers/amazon"),
    ("clerk", "/finance/orders"),
    ("clerk", "/finance/orders/new"),
    ("clerk", "/finance/order-values/"),
    ("clerk", "/finance/invoices"),
    ("clerk", "/finance/organizations"),
    ("clerk", "/finance/price-lists"),
    ("clerk", "/finance/contracts"),
    ("clerk", "/finance/contracts/c7"),
    ("clerk", "/finance/contracts/c7/amend"),
    ("clerk", "/finance/contracts/c7/amend?send=preview"),
    ("clerk", "/finance/beneficiaries"),
    ("clerk", "/finance/beneficiaries/b3"),
    ("clerk", "/finance/plans"),
    ("clerk", "/finance/plans/p7"),
    ("clerk", "/finance/rates"),
    ("clerk", "/finance/approvals"),
    ("manager", "/finance/periods"),
    ("manager", "/finance/periods/2024"),
    ("manager", "/finance/periods/2024/contracts/c7"),
    ("manager", "/finance/periods/2025"),
    ("manager", "/finance/periods/2025/jumps"),
    ("manager", "/finance/periods/2025/close"),
    ("manager", "/finance/periods/2025/contracts/c7"),
    ("manager", "/finance/periods/2025/contracts/c7/lines/1"),
    ("manager", "/finance/periods/2025/drafts/b3/USD"),
    ("manager", "/finance/statements"),
    ("manager", "/finance/statements?period=2024"),
    ("manager", "/finance/statements/{statement}"),
    ("manager", "/finance/statements/{statement}/explain/due"),
    ("manager", "/finance/statements/{statement}/explain/c3/1"),
    ("manager", "/finance/statements/{statement}/send"),
    ("manager", "/finance/payments/"),
    ("manager", "/finance/payments/history"),
    ("manager", "/finance/payments/unclaimed/"),
    ("manager", "/finance/payments/tax/2025"),
    ("manager", "/finance/payments/tax/deposits/"),
    ("manager", "/finance/payments/bank-lines/"),
    ("clerk", "/finance/royalties-over-time/"),
    ("clerk", "/finance/royalties-over-time/?by=both"),
    ("clerk", "/finance/reserves/"),
    ("clerk", "/finance/advances/"),
    ("manager", "/finance/ledger/"),
    ("manager", "/finance/ledger/accounts/liability:beneficiary:b3"),
    ("manager", "/finance/ledger/entries"),
    ("manager", "/finance/ledger/entries/1"),
    ("administrator", "/finance/people"),
    ("administrator", "/finance/people/1"),
    ("administrator", "/finance/audit"),
    ("administrator", "/finance/mail"),
    ("administrator", "/finance/settings"),
    ("nonprofit", "/nonprofit/"),
    ("nonprofit", "/nonprofit/b3/earnings"),
    ("nonprofit", "/nonprofit/b3/statements"),
    ("nonprofit", "/nonprofit/b3/statements/{statement}"),
    ("nonprofit", "/nonprofit/b3/years/"),
    ("nonprofit", "/nonprofit/b3/details"),
    ("nonprofit", "/nonprofit/b3/people"),
    ("organization", "/organization/"),
    ("organization", "/organization/titles"),
    ("stranger", "/titles/"),
    ("stranger", "/titles/t7"),
    ("stranger", "/titles/t7/order/"),
)
"""Who looks at which page; ``{statement}`` is the number of the nonprofit's."""


@dataclass(frozen=True, slots=True)
class VisitedPage:
    """A page's result: the best time, the first visit's time, and the most queries."""

    who: str
    path: str
    status: int
    seconds: float
    first: float
    queries: int
    size: int


def make_books(home: str, rows: str, titles: str) -> dict[str, float]:
    """Books of some titles and sale lines, the first year closed and its statements issued."""
    from bench.tasks import _royalties  # noqa: PLC0415 - which offers this as a task

    folder = Path(home)
    generate.write_setup(folder / "setup.json")
    _reduce_setup(folder / "setup.json", int(titles))
    generate.write_csv(folder / "sales.csv", int(rows), titles=int(titles))
    _royalties(home, "init")
    _royalties(home, "load", str(folder / "setup.json"))
    _royalties(home, "import", str(folder / "sales.csv"), "--confirm", "--json")
    _royalties(home, "close", CLOSED, "--yes", "--json")
    _royalties(home, "statements", CLOSED, "--json", "--out", str(folder / "statements"))
    return {}


def _reduce_setup(path: Path, titles: int) -> None:
    """Let a setup begin a year earlier, with fewer titles."""
    setup = json.loads(path.read_text(encoding="utf-8"))
    setup["publisher"]["first_period"] = CLOSED
    setup["exchange_rates"] += [
        {**rate, "period": CLOSED} for rate in setup["exchange_rates"] if rate["period"] == OPEN
    ]
    for part in ("titles", "contracts", "plans"):
        setup[part] = setup[part][:titles]
    for title in setup["titles"]:
        title |= {"public": True, "bulk": True, "custom": True, "shows_giving": True}
    path.write_text(json.dumps(setup), encoding="utf-8")


def visit_pages(home: str) -> dict[str, Any]:
    """Visit every page as a user of its audience."""
    return visit(home, PAGES)


def visit(home: str, pages: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Visit an empty page and the given ones, each as a user of its audience."""
    from sqlalchemy import text  # noqa: PLC0415

    from config import Config  # noqa: PLC0415
    from royalties.app import create_app  # noqa: PLC0415
    from royalties.runtime import open_system  # noqa: PLC0415
    from royalties.web.core.calculating import calculator_of  # noqa: PLC0415

    system = open_system(Config(Path(home), f"sqlite:///{home}/royalties.sqlite"))
    # Visits are recorded once a minute, which is not the page's own query: so time stands still.
    at = system.clock()
    system = replace(system, clock=lambda: at)
    app = create_app(system)
    calculator = calculator_of(app)
    calculator.get_ready(app)
    cookies = _people(system, app)
    calculator.finish()
    with system.engine.connect() as connection:
        found = text("SELECT max(number) FROM statement WHERE beneficiary = :key")
        statement = connection.execute(found, {"key": NONPROFIT}).scalar_one()
    seen = []
    with _counting(system.engine) as queries:
        for who, path in (("stranger", EMPTY), *pages):
            client = app.test_client()
            if who in cookies:
                client.set_cookie("royalties", cookies[who], domain="localhost")
            for name in CACHED_UNTIL_NEW_SALES:
                system.memory.pop(name, None)
            address = path.format(statement=statement)
            seen.append(_visit(client, who, address, queries, calculator.finish))
    system.dispose()
    return {"pages": [vars_of(each) for each in seen]}


def vars_of(seen: VisitedPage) -> dict[str, Any]:
    """A page's figures as JSON values."""
    return {name: getattr(seen, name) for name in VisitedPage.__slots__}


def _visit(
    client: Any,  # noqa: ANN401
    who: str,
    path: str,
    queries: list[str],
    wait: Callable[[], None],
) -> VisitedPage:
    request = partial(client.get, path)
    if "?send=" in path:
        page, _, verb = path.partition("/amend?send=")
        form = _fields(client.get(f"{page}/amend", base_url=BASE).text)
        request = partial(client.post, f"{page}/{verb}", data=form)
    times: list[float] = []
    query_counts: list[int] = []
    answer = None
    while len(times) <= VISITS:
        queries.clear()
        gc.collect()
        started = time.perf_counter()
        answer = request(base_url=BASE, buffered=True)
        seconds, count = time.perf_counter() - started, len(queries)
        wait()
        if os.environ.get("QUERIES"):
            print(path, answer.status, *queries, sep="\n  ")
        query_counts.append(count)
        if answer.status_code != BEING_CALCULATED or not times:
            times.append(seconds)
    assert answer is not None  # noqa: S101 - it was visited
    return VisitedPage(
        who, path, answer.status_code, min(times[1:]), times[0], max(query_counts), len(answer.data)
    )


class _Form(HTMLParser):
    """What a browser would submit from a page's largest form."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[MultiDict[str, str]] = []
        self._list = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.forms.append(MultiDict())
        if not self.forms:
            return
        if tag == "select":
            self._list = values["name"]
        if tag == "textarea":
            self.forms[-1].add(values["name"], "")
        if tag == "option" and self._list:
            form = self.forms[-1]
            if "selected" in values or self._list not in form:
                form[self._list] = values.get("value", "")
        ticked = values.get("type") not in {"checkbox", "radio"} or "checked" in values
        if tag == "input" and "name" in values and ticked:
            self.forms[-1].add(values["name"], values.get("value", "on"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._list = ""


def _fields(page: str) -> MultiDict[str, str]:
    parser = _Form()
    parser.feed(page)
    return max(parser.forms, key=len)


@contextmanager
def _counting(engine: Any) -> Iterator[list[str]]:  # noqa: ANN401
    """The SQL statements that this thread executes within the block."""
    from sqlalchemy import event  # noqa: PLC0415

    sent: list[str] = []

    here = current_thread()

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        if current_thread() is here and not statement.startswith(("BEGIN", "PRAGMA")):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _people(system: Any, app: Any) -> dict[str, str]:  # noqa: ANN401
    """A session cookie for somebody of every role."""
    from flask.sessions import SecureCookieSessionInterface  # noqa: PLC0415
    from sqlalchemy import insert  # noqa: PLC0415

    from royalties.adapters.credentials import fingerprint  # noqa: PLC0415
    from royalties.store.tables import membership, person, session  # noqa: PLC0415

    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    at, cookies = system.clock(), {}
    with system.engine.begin() as connection:
        for role in ("clerk", "manager", "administrator", "nonprofit", "organization"):
            number = connection.execute(
                insert(person)
                .values(
                    email=f"{role}{time.time_ns()}@example.org",
                    name=role.title(),
                    role=role,
                    status="active",
                    totp_key=system.sealer.seal("JBSWY3DPEHPK3PXP"),
                    locale="en_US",
                    created_at=at,
                    created_by="bench",
                )
                .returning(person.c.id)
            ).scalar_one()
            if role == "nonprofit":
                connection.execute(
                    insert(membership).values(person_id=number, beneficiary=NONPROFIT)
                )
            token = system.credentials.token()
            connection.execute(
                insert(session).values(
                    hash=fingerprint(token),
                    person_id=number,
                    stage="full",
                    created_at=at,
                    seen_at=at,
                    proved_at=at,
                    agent="bench",
                )
            )
            cookies[role] = signer.dumps({"token": token}) if signer else ""
    return cookies
