"""Pages over a million sale lines: server time beside an empty page, and queries asked.

Two houses have the same pages: a large one with half of its lines closed and half open, and a
small one of ten titles. A page that asks more of the large one asks more with every row shown.
"""

import gc
import json
import os
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import generate

EMPTY = "/account/sign-in"
CLOSED, OPEN = "2024", "2025"
VISITS = 7
"""Visits of each page; the middle one counts. One more warms up."""

NONPROFIT = "b3"
PAGES: tuple[tuple[str, str], ...] = (
    ("clerk", "/finance/"),
    ("clerk", "/finance/search?q=title+7"),
    ("clerk", "/finance/search?q=9798"),
    ("clerk", "/finance/imports"),
    ("clerk", "/finance/waiting"),
    ("clerk", "/finance/entry/"),
    ("clerk", "/finance/sales/"),
    ("clerk", "/finance/titles"),
    ("clerk", "/finance/retailers"),
    ("clerk", "/finance/contracts"),
    ("clerk", "/finance/beneficiaries"),
    ("clerk", "/finance/plans"),
    ("manager", "/finance/periods"),
    ("manager", "/finance/statements"),
    ("manager", "/finance/ledger/"),
    ("administrator", "/finance/people"),
    ("administrator", "/finance/audit"),
    ("administrator", "/finance/mail"),
    ("nonprofit", "/nonprofit/"),
    ("organization", "/organization/"),
    ("stranger", "/titles/"),
)
"""Who looks at which page."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How one page did."""

    who: str
    path: str
    status: int
    seconds: float
    queries: int
    size: int


def make_house(home: str, rows: str, titles: str) -> dict[str, float]:
    """A house of so many titles and sale lines, the first year closed and its statements issued."""
    from bench.tasks import _royalties  # noqa: PLC0415 - which offers this as a task

    folder = Path(home)
    generate.write_setup(folder / "setup.json")
    _narrow(folder / "setup.json", int(titles))
    generate.write_csv(folder / "sales.csv", int(rows), titles=int(titles))
    _royalties(home, "init")
    _royalties(home, "load", str(folder / "setup.json"))
    _royalties(home, "import", str(folder / "sales.csv"), "--confirm", "--json")
    _royalties(home, "close", CLOSED, "--json")
    _royalties(home, "statements", CLOSED, "--json", "--out", str(folder / "statements"))
    return {}


def _narrow(path: Path, titles: int) -> None:
    """Let a setup begin a year earlier, with fewer titles."""
    setup = json.loads(path.read_text(encoding="utf-8"))
    setup["publisher"]["first_period"] = CLOSED
    setup["exchange_rates"] += [
        {**rate, "period": CLOSED} for rate in setup["exchange_rates"] if rate["period"] == OPEN
    ]
    for part in ("titles", "contracts", "plans"):
        setup[part] = setup[part][:titles]
    path.write_text(json.dumps(setup), encoding="utf-8")


def visit_pages(home: str) -> dict[str, Any]:
    """Visit every page as who it is for."""
    from config import Config  # noqa: PLC0415
    from royalties.app import create_app  # noqa: PLC0415
    from royalties.runtime import open_system  # noqa: PLC0415

    system = open_system(Config(Path(home), f"sqlite:///{home}/royalties.sqlite"))
    app = create_app(system)
    cookies = _people(system, app)
    seen = []
    with _counting(system.engine) as queries:
        for who, path in (("stranger", EMPTY), *PAGES):
            client = app.test_client()
            if who in cookies:
                client.set_cookie("royalties", cookies[who], domain="localhost")
            seen.append(_visit(client, who, path, queries))
    system.dispose()
    return {"pages": [vars_of(each) for each in seen]}


def vars_of(seen: Seen) -> dict[str, Any]:
    """A page's figures as JSON values."""
    return {name: getattr(seen, name) for name in Seen.__slots__}


def _visit(client: Any, who: str, path: str, queries: list[str]) -> Seen:  # noqa: ANN401
    times = []
    answer = client.get(path, base_url="http://localhost:8000", buffered=True)
    for _ in range(VISITS):
        queries.clear()
        gc.collect()
        started = time.perf_counter()
        answer = client.get(path, base_url="http://localhost:8000", buffered=True)
        times.append(time.perf_counter() - started)
    if os.environ.get("QUERIES"):
        print(path, *queries, sep="\n  ")
    seconds = statistics.median(times)
    return Seen(who, path, answer.status_code, seconds, len(queries), len(answer.data))


@contextmanager
def _counting(engine: Any) -> Iterator[list[str]]:  # noqa: ANN401
    """The statements that are sent while the block runs."""
    from sqlalchemy import event  # noqa: PLC0415

    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _people(system: Any, app: Any) -> dict[str, str]:  # noqa: ANN401
    """A cookie of somebody of every role."""
    from flask.sessions import SecureCookieSessionInterface  # noqa: PLC0415
    from sqlalchemy import insert  # noqa: PLC0415

    from royalties.adapters.credentials import fingerprint  # noqa: PLC0415
    from royalties.services.work import stored  # noqa: PLC0415
    from royalties.store.tables import membership, person, session  # noqa: PLC0415

    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    at, made = stored(system.clock()), {}
    with system.engine.begin() as connection:
        for role in ("clerk", "manager", "administrator", "nonprofit", "organization"):
            number = connection.execute(
                insert(person)
                .values(
                    email=f"{role}{time.time_ns()}@example.org",
                    name=role.title(),
                    role=role,
                    status="active",
                    totp_secret="JBSWY3DPEHPK3PXP",  # noqa: S106 - a bench's
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
            made[role] = signer.dumps({"token": token}) if signer else ""
    return made
