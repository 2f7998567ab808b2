"""Every route as every kind of visitor: who may, who is asked to sign in, who finds nothing.

Nobody's look changes anything, no page's HTML lacks a name, no form without its token is taken, another nonprofit's things
answer like things that are not there, and no value that somebody may type ends in a crash.
"""

import contextlib
import io
import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from lxml import html
from sqlalchemy import Engine, event, or_, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from royalties.domain.people import EVERYBODY, ORGANIZATIONS, Role
from royalties.services.orders.intake import drafts
from royalties.services.work import RefusedError
from royalties.store.tables import metadata, orders
from royalties.web.core.pages import Pages
from royalties.web.core.rate_limits import RateLimiter
from royalties.web.public import quote_links
from tests.builders import rich_orders
from tests.builders.books import Office, Shelf, after
from tests.builders.pdfs import a_pdf
from tests.builders.rich import rich
from tests.builders.site import BASE, Site, Visitor, open_site
from tests.selection import InFull, one_of_each
from tests.web.core.markup import faults_of_markup
from tests.web.core.matrix import GONE, SEEN, TABLE, TAKEN, Row, Values
from tests.web.core.spoken import faults_of_page

COMES_AND_GOES = ("session", "attempt", "log")
"""Tables that note visits; what people work on is all the others."""

IDENTITIES = (
    "stranger",
    "half",
    "disabled",
    "organization",
    "other organization",
    "nonprofit",
    "other nonprofit",
    "clerk",
    "manager",
    "administrator",
)
SAME_DOOR = {
    "half": "stranger",
    "disabled": "stranger",
    "other organization": "organization",
    "other nonprofit": "nonprofit",
    "administrator": "manager",
}
"""Whom another visitor stands for every day: they come as far, or what is theirs is tried alike."""

VISITORS = tuple(
    one_of_each(IDENTITIES, lambda who: SAME_DOOR.get(who, who), others="visitors of every page")
)
DAYS = 6
"""In so many days all pages are tried that are closed to a visitor."""

HOSTILE = ("9223372036854775808", "-1", "x\0y", "é'\"<%", "9" * 5000, "2025-13")


@dataclass(slots=True)
class Walk:
    """A site, who walks through it, and a copy of its books to go back to."""

    site: Site
    cookies: dict[str, Visitor]
    master: Path
    before: dict[str, str] = field(default_factory=dict)
    forms: dict[str, dict[str, object]] = field(default_factory=dict)

    def visitor(self, who: str) -> Visitor:
        """Somebody with a browser as it was before the walk."""
        first = self.cookies[who]
        client = self.site.app.test_client()
        cookie = first.client.get_cookie("royalties", domain="localhost")
        if cookie is not None:
            client.set_cookie("royalties", cookie.value, domain="localhost")
        return Visitor(client, self.site.app, first.actor)

    def state(self) -> dict[str, str]:
        """What the books hold."""
        return self.site.office.hashes(*COMES_AND_GOES)

    def form(self, row: Row) -> dict[str, object]:
        """What is sent: the row's own values, over the form as it stands on its page."""
        if not row.page:
            return dict(row.form)
        if row.page not in self.forms:
            page = html.document_fromstring(self.visitor("administrator").page(row.page))
            sent: dict[str, list[str]] = {}
            form = next(
                each
                for each in page.forms
                if each.method == "POST" and "sign-out" not in (each.action or "")
            )
            for name, value in form.form_values():
                sent.setdefault(name, []).append(value)
            sent.pop("csrf_token", None)
            self.forms[row.page] = dict(sent)
        return {**self.forms[row.page], **row.form}

    def restore(self) -> None:
        """Go back to the books as they were."""
        url = self.site.office.system.config.database_url.removeprefix("sqlite:///")
        with (
            contextlib.closing(sqlite3.connect(self.master)) as source,
            contextlib.closing(sqlite3.connect(url)) as target,
        ):
            source.backup(target)


def people(site: Site) -> dict[str, Visitor]:
    """One visitor of each kind."""
    manager = site.somebody(Role.MANAGER, "Half In")
    off = site.somebody(Role.MANAGER, "Off Duty", status="disabled")
    return {
        "stranger": site.stranger(),
        "half": site.signed_in(manager, stage="password"),
        "disabled": site.signed_in(off),
        "organization": site.visitor(Role.ORGANIZATION, "Org", organizations=("zq-guild",)),
        "other organization": site.visitor(
            Role.ORGANIZATION, "Other Org", organizations=("zq-league",)
        ),
        "nonprofit": site.visitor(Role.NONPROFIT, "Own", beneficiaries=("zq-seattle",)),
        "other nonprofit": site.visitor(Role.NONPROFIT, "Other", beneficiaries=("zq-houston",)),
        "clerk": site.visitor(Role.CLERK, "Clerk"),
        "manager": site.visitor(Role.MANAGER, "Manager"),
        "administrator": site.visitor(Role.ADMINISTRATOR, "Admin"),
    }


@pytest.fixture(autouse=True)
def _paces_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Walks ask for more pages of quotes in a minute than people do."""
    monkeypatch.setattr(quote_links, "PACING", RateLimiter(10_000))


@pytest.fixture(scope="module")
def walk(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """A walk on SQLite."""
    with shelf.office("sqlite", rich, tmp_path_factory.mktemp("walk")) as office:
        site = open_site(office)
        visitors = people(site)
        url = office.system.config.database_url.removeprefix("sqlite:///")
        master = office.outside / "master.sqlite"
        with (
            contextlib.closing(sqlite3.connect(url)) as source,
            contextlib.closing(sqlite3.connect(master)) as target,
        ):
            source.backup(target)
        made = Walk(site, visitors, master)
        made.before = made.state()
        yield made


def rules(app: Flask, method: str) -> list[Rule]:
    """The routes of the table that take a method; that the table has all is a test of its own."""
    return sorted(
        (
            rule
            for rule in app.url_map.iter_rules()
            if method in (rule.methods or ()) and rule.endpoint in TABLE
        ),
        key=lambda rule: rule.endpoint,
    )


def walked(app: Flask, method: str, who: str, visitor: Visitor, in_full: InFull) -> list[Rule]:
    """The routes that a visitor tries; every day those that are not turned away like all others.

    Managers leave out where they get what clerks get, so they try what is theirs alone, and what is
    not even theirs. Of a group of pages that is closed to a visitor, the first one is tried, and a
    sixth of the others by turns: the group turns everybody away, whatever the page.
    """
    every = rules(app, method)
    if in_full("addresses where visitors of one kind are turned away alike"):
        return every
    statuses = SEEN if method == "GET" else TAKEN

    def is_alike(rule: Rule) -> bool:
        row = TABLE[rule.endpoint]
        may = (row.look if method == "GET" else row.send) or frozenset()
        differs = isinstance(statuses.get(rule.endpoint), dict)
        return {Role.CLERK, Role.MANAGER} <= may and not differs

    if who == "manager":
        every = [rule for rule in every if not is_alike(rule)]
    role = visitor.actor.role
    closed = [rule.endpoint for rule in every if role not in audience(app, rule.endpoint)]
    first = {endpoint.partition(".")[0]: endpoint for endpoint in reversed(closed)}
    today = datetime.now(UTC).toordinal() % DAYS
    left = set(closed).difference(first.values(), closed[today::DAYS])
    return [rule for rule in every if rule.endpoint not in left]


def endpoints(app: Flask, method: str) -> set[str]:
    """Every endpoint that takes a method, but for assets."""
    return {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if method in (rule.methods or ()) and rule.endpoint != "static"
    }


def address(rule: Rule, values: object) -> str:
    """A rule's address; values stand in it as text, so that wrong ones are possible too."""
    given = dict(values) if isinstance(values, dict) else {}
    path = re.sub(
        r"<(?:[^:<>]*:)?(\w+)>", lambda found: quote(str(given[found[1]]), safe=""), rule.rule
    )
    return str(path)


def audience(app: Flask, endpoint: str) -> frozenset[Role]:
    if "." not in endpoint:
        return EVERYBODY
    pages = app.blueprints[endpoint.partition(".")[0]]
    assert isinstance(pages, Pages)
    return pages.audience


def expected(app: Flask, rule: Rule, row: Row, who: str, visitor: Visitor, method: str) -> object:
    """The one status that an answer may have, or where a redirect has to go."""
    admits = audience(app, rule.endpoint)
    may, statuses, usual = (row.look, SEEN, 200) if method == "GET" else (row.send, TAKEN, 303)
    assert may is not None
    if admits < EVERYBODY:
        if who in {"stranger", "disabled"}:
            return "/account/sign-in"
        if who == "half":
            return "/account/second-factor"
        if visitor.actor.role not in admits:
            return {404}
    if not is_own(row, who):
        return {404}
    role = Role.STRANGER if who in {"stranger", "disabled", "half"} else visitor.actor.role
    if role not in may:
        return {403}
    found = statuses.get(rule.endpoint, usual)
    return {found if isinstance(found, int) else found.get(who, found.get(""))}


def is_own(row: Row, who: str) -> bool:
    """Whether a row's own values are of this one's house, if they are of any."""
    if row.whose:
        return who == row.whose
    return not (who.startswith("other ") and row.foreign)


def expected_of_others(app: Flask, endpoint: str, path: str, wanted: object) -> object:
    """The statuses of what is not the visitor's or not there: who may look finds nothing.

    Args:
        app: the application.
        endpoint: of the page.
        path: what is asked for; if it leads to no page, nobody finds one.
        wanted: what the visitor gets for what is there.
    """
    if not app.url_map.bind("localhost").allowed_methods(path):
        return {404}
    if wanted == {403}:
        return {403, 404}  # as it is asked first what there is, or who may
    is_let_in = isinstance(wanted, set) and 404 not in wanted
    return set(GONE.get(endpoint, {404})) if is_let_in else wanted


def others(row: Row, who: str) -> list[Values]:
    """What is not the visitor's, or not there at all."""
    foreign = list(row.foreign) if is_own(row, who) else []
    return foreign + ([row.missing] if row.missing is not None else [])


def with_others(app: Flask, rules: Sequence[Rule], visitor: Visitor, in_full: InFull) -> set[str]:
    """The endpoints at which a visitor tries what is not theirs, or not there.

    Every day it is one in four of those whose pages are closed to the visitor: the same words turn
    everybody away who asks for anything there.
    """
    if in_full("what is not there on pages that are closed to a visitor"):
        return {rule.endpoint for rule in rules}
    role = visitor.actor.role
    closed = [rule.endpoint for rule in rules if role not in audience(app, rule.endpoint)]
    return {rule.endpoint for rule in rules}.difference(closed) | set(closed[::4])


def kept_by_browsers(answer: TestResponse, endpoint: str) -> bool:
    """Whether a browser or proxy may keep an answer that is private, or an error."""
    if endpoint == "regions.regions" and answer.status_code == 200:
        return False  # the same for everybody
    return answer.headers["Cache-Control"] != "no-store"


def fits(answer: TestResponse, wanted: object) -> bool:
    if isinstance(wanted, str) and answer.request.method == "POST" and answer.status_code == 403:
        return f'href="{wanted}"' in answer.text and "Send it again" in answer.text
    if isinstance(wanted, str):
        return answer.status_code == 302 and (answer.location or "").startswith(wanted)
    assert isinstance(wanted, set)
    return answer.status_code in wanted


def test_every_route_is_in_the_table(walk: Walk) -> None:
    app = walk.site.app
    looked, sent = endpoints(app, "GET"), endpoints(app, "POST")
    assert set(TABLE) == looked | sent, sorted(set(TABLE) ^ (looked | sent))
    assert {name for name, row in TABLE.items() if row.look is not None} == looked
    assert {name for name, row in TABLE.items() if row.send is not None} == sent
    for rule in app.url_map.iter_rules():
        if rule.endpoint in TABLE:
            assert rule.arguments <= set(TABLE[rule.endpoint].own), rule


@pytest.mark.parametrize("who", VISITORS)
def test_every_route_answers_get_by_role(walk: Walk, who: str, in_full: InFull) -> None:
    wrong = []
    visitor = walk.visitor(who)
    tried = walked(walk.site.app, "GET", who, visitor, in_full)
    trying_others = with_others(walk.site.app, tried, visitor, in_full)
    for rule in tried:
        row = TABLE[rule.endpoint]
        wanted = expected(walk.site.app, rule, row, who, visitor, "GET")
        answer = visitor.get(address(rule, row.own) + row.query)
        if not fits(answer, wanted):
            wrong.append(f"{rule}: {answer.status_code} {answer.location}, not {wanted}")
        if kept_by_browsers(answer, rule.endpoint):
            wrong.append(f"{rule}: {answer.headers['Cache-Control']}")
        if answer.mimetype == "text/html" and answer.status_code == 200:
            wrong += [f"{rule}: {each}" for each in faults_of_markup(answer.text)]
        for values in others(row, who) if rule.endpoint in trying_others else ():
            path = address(rule, values)
            answer = visitor.get(path)
            if not fits(answer, expected_of_others(walk.site.app, rule.endpoint, path, wanted)):
                wrong.append(f"{rule} {values}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert walk.state() == walk.before, "a look changed something"


@pytest.mark.parametrize("who", VISITORS)
def test_every_route_answers_post_by_role(walk: Walk, who: str, in_full: InFull) -> None:
    wrong, tried = [], walked(walk.site.app, "POST", who, walk.visitor(who), in_full)
    trying_others = with_others(walk.site.app, tried, walk.visitor(who), in_full)
    for rule in tried:
        row, visitor = TABLE[rule.endpoint], walk.visitor(who)
        wanted = expected(walk.site.app, rule, row, who, visitor, "POST")
        form = walk.form(row)
        answer = visitor.post(address(rule, row.own), form)
        if not fits(answer, wanted):
            wrong.append(f"{rule}: {answer.status_code} {answer.location}, not {wanted}")
        if answer.mimetype == "text/html" and answer.status_code in {200, 409, 422}:
            wrong += faults_of_page(str(rule), answer.text)
        if isinstance(wanted, set) and answer.status_code < 400:
            walk.restore()  # it was taken
        for values in others(row, who) if rule.endpoint in trying_others else ():
            path = address(rule, values)
            answer = walk.visitor(who).post(path, form)
            if not fits(answer, expected_of_others(walk.site.app, rule.endpoint, path, wanted)):
                wrong.append(f"{rule} {values}: {answer.status_code}")
    changed = {name for name, hash_ in walk.state().items() if hash_ != walk.before[name]}
    walk.restore()
    assert not wrong, "\n".join(wrong)
    assert not changed, "a form that was refused changed something"


# What is another house's, in fields and behind the question mark


def rows_of(walk: Walk, house: str) -> dict[str, list[str]]:
    """All that is kept of an organization: its orders and what belongs to them, people, papers."""
    found: dict[str, list[str]] = {}
    with walk.site.office.system.engine.connect() as connection:
        own = select(orders.c.id).where(orders.c.organization == house)
        numbers = list(connection.execute(own).scalars())
        for table in metadata.sorted_tables:
            here = [table.c[name] == house for name in ("organization", "house") if name in table.c]
            if "order_id" in table.c:
                here.append(table.c.order_id.in_(numbers))
            if here:
                rows = connection.execute(select(table).where(or_(*here)))
                found[table.name] = sorted(map(repr, rows))
    return found


def paper() -> tuple[io.BytesIO, str]:
    return io.BytesIO(a_pdf()), "exempt.pdf"


_OF_LEAGUE = ("Lea League", "lea.league@example.org", "I-000002")
"""What no page tells the guild, whatever it sends."""

_CERTIFICATE: Values = {
    "country": "US",
    "region": "WA",
    "signed_on": "2026-01-02",
    "expires_on": "2027-01-02",
}
_MINE = f"/organization/orders/{rich_orders.PROOFED}"
_ORDERING = "/titles/zq-collab/order/"
SENT_BY_THE_GUILD: tuple[tuple[str, Values | None, frozenset[int]], ...] = (
    (f"{_ORDERING}?again={rich_orders.AHEAD}", None, frozenset({200})),
    (f"{_MINE}/proof?number={rich_orders.AHEAD}&version=1", None, frozenset({200})),
    (
        "/organization/certificates/",
        {**_CERTIFICATE, "organization": "zq-league"},
        frozenset({422}),
    ),
    (f"{_MINE}/messages", {"number": rich_orders.AHEAD, "text": "Ours"}, frozenset({303})),
    (
        f"{_MINE}/purchase-order",
        {"number": rich_orders.AHEAD, "version": "1", "po_number": "PO"},
        frozenset({303, 409}),
    ),
    (
        "/organization/zq-guild/people",
        {"key": "zq-league", "email": "new@example.org", "name": "New Comer"},
        frozenset({303}),
    ),
)
"""Addresses of the guild's own, with something of the league's in a field or the query."""


@pytest.mark.parametrize(
    ("path", "form", "answers"), SENT_BY_THE_GUILD, ids=[each[0] for each in SENT_BY_THE_GUILD]
)
def test_field_cannot_name_another_organizations_entry(
    walk: Walk, path: str, form: Values | None, answers: frozenset[int]
) -> None:
    before = rows_of(walk, "zq-league")
    assert len(before["orders"]) == 2
    visitor = walk.visitor("organization")
    if form is None:
        answer = visitor.get(path)
    elif "certificates" in path:
        answer = visitor.post(path, {**form, "file": paper()})
    else:
        answer = visitor.post(path, form)
    told = answer.text + (visitor.get(answer.location).text if answer.location else "")
    after_ = rows_of(walk, "zq-league")
    walk.restore()
    assert answer.status_code in answers
    assert [each for each in _OF_LEAGUE if each in told] == []
    assert after_ == before


def test_own_certificate_is_accepted_and_anothers_refused(walk: Walk) -> None:
    sent = {**_CERTIFICATE, "organization": "zq-guild", "file": paper()}
    answer = walk.visitor("organization").post("/organization/certificates/", sent)
    walk.restore()
    assert answer.status_code == 303


def test_session_of_another_person_cannot_be_ended(walk: Walk) -> None:
    theirs = walk.cookies["other organization"].actor.person
    query = "SELECT hash FROM session WHERE person_id = :n AND ended_at IS NULL"
    [(hash_,)] = walk.site.office.rows(query, n=theirs)
    answer = walk.visitor("organization").post("/account/me/sessions/end", {"session": hash_})
    assert answer.status_code == 404
    assert walk.visitor("other organization").get("/organization/").status_code == 200
    answer = walk.visitor("other organization").post("/account/me/sessions/end", {"session": hash_})
    walk.restore()
    assert answer.status_code == 303


def test_drafts_and_drawings_are_private_to_their_makers(walk: Walk) -> None:
    """A draft's address and what a page carries of a file work for one person only."""
    own, other = walk.visitor("organization"), walk.visitor("other organization")
    with walk.site.office.system.work(own.actor) as work:
        draft = drafts.begin(work, "zq-collab", rich_orders._A_DRAFT, "192.0.2.7")
    assert own.get(f"{_ORDERING}{draft}/2").status_code == 200
    assert other.get(f"{_ORDERING}{draft}/2").status_code == 302
    assert other.get(f"{_ORDERING}{draft}/2").location == _ORDERING
    assert other.post(f"{_ORDERING}{draft}/1", {"do": "forget"}).status_code == 303
    assert own.get(f"{_ORDERING}{draft}/2").status_code == 200, "it is still there"

    files = walk.site.office.system.files
    picture, _ = files.keep_upload(io.BytesIO(rich_orders.a_logo((9, 9))), 100_000)
    signer = URLSafeTimedSerializer(str(walk.site.app.secret_key), salt="artwork")

    def look(number: str, person: int | None) -> int:
        carried = signer.dumps([number, person, "logo", "a.png", picture, [picture]])
        return own.get(f"{_MINE}/artwork/look/1.png?look={carried}").status_code

    assert look(rich_orders.PROOFED, own.actor.person) == 200
    assert look(rich_orders.PROOFED, other.actor.person) == 404
    assert look(rich_orders.BILLED, own.actor.person) == 404
    walk.restore()


# Other methods


METHODS = ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "GET", "POST")


@pytest.mark.thorough("methods of HTTP")
def test_other_methods_are_refused_and_do_nothing(walk: Walk) -> None:
    """Each address is tried with two methods that it does not serve, by people in turn."""
    app, wrong, tried = walk.site.app, [], 0
    adapter = app.url_map.bind("localhost")
    for place, rule in enumerate(rules(app, "GET") + rules(app, "POST")):
        row, path = TABLE[rule.endpoint], address(rule, TABLE[rule.endpoint].own)
        unserved = [each for each in METHODS if each not in adapter.allowed_methods(path)]
        for turn in (place, place + len(unserved) // 2):
            method, who = unserved[turn % len(unserved)], IDENTITIES[turn % len(IDENTITIES)]
            answer = walk.visitor(who).send(method, path, dict(row.form))
            tried += 1
            if answer.status_code != 405:
                wrong.append(f"{who} {method} {rule}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert tried > 500
    assert walk.state() == walk.before, "a method that is not served did something"


@pytest.mark.thorough("methods of HTTP")
def test_head_is_answered_as_get_is(walk: Walk) -> None:
    """Every page once, by people in turn; what a method is said to be overridden by counts not."""
    wrong = []
    for place, rule in enumerate(rules(walk.site.app, "GET")):
        who, row = IDENTITIES[place % len(IDENTITIES)], TABLE[rule.endpoint]
        visitor = walk.visitor(who)
        wanted = expected(walk.site.app, rule, row, who, visitor, "GET")
        path = address(rule, row.own) + (row.query or "?_method=POST")
        answer = visitor.send("HEAD", path, headers={"X-HTTP-Method-Override": "POST"})
        if not fits(answer, wanted) or answer.data:
            wrong.append(f"{who} {rule}: {answer.status_code} {answer.location}, not {wanted}")
    assert not wrong, "\n".join(wrong)
    assert walk.state() == walk.before


@contextlib.contextmanager
def last_step_refused() -> Iterator[list[str]]:
    """Whatever is done is refused as it is written into the log, after all else was written."""
    refused: list[str] = []

    def refuse(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("INSERT INTO log "):
            refused.append(statement)
            raise RefusedError("this was refused at its last step")

    event.listen(Engine, "before_cursor_execute", refuse)
    try:
        yield refused
    finally:
        event.remove(Engine, "before_cursor_execute", refuse)


def test_answer_to_a_late_refusal_shows_the_current_state(walk: Walk) -> None:
    """``builders/site.py`` fails a page that is drawn of what is taken back with it."""
    wrong, tried = [], 0
    for rule in rules(walk.site.app, "POST"):
        row = TABLE[rule.endpoint]
        visitor, form = walk.visitor(row.whose or fitting(walk.cookies, row.send)), walk.form(row)
        with last_step_refused() as refused:
            answer = visitor.post(address(rule, row.own), form)
        tried += bool(refused)
        if not refused:
            walk.restore()  # it was taken, or what it keeps is nothing for the log
        told = b"refused at its last step" in answer.data or answer.status_code == 303
        if refused and (answer.status_code >= 500 or not told):
            wrong.append(f"{rule}: {answer.status_code}")
    kept = {name for name, hash_ in walk.state().items() if hash_ != walk.before[name]}
    walk.restore()
    assert (wrong, kept) == ([], set())
    assert tried > 40


@pytest.mark.parametrize("who", one_of_each(IDENTITIES, bool, others="visitors of every page"))
def test_form_without_csrf_token_is_refused(walk: Walk, who: str) -> None:
    client = walk.visitor(who).client
    for rule in rules(walk.site.app, "POST"):
        row = TABLE[rule.endpoint]
        answer = client.post(address(rule, row.own), data=dict(row.form), base_url=BASE)
        assert answer.status_code == 400, rule
        answer.close()
    assert walk.state() == walk.before


def test_page_of_another_answers_like_a_missing_one(walk: Walk) -> None:
    own, theirs = walk.visitor("nonprofit"), walk.visitor("organization")
    seen = 0
    for rule in rules(walk.site.app, "GET"):
        row = TABLE[rule.endpoint]
        visitor = theirs if audience(walk.site.app, rule.endpoint) == ORGANIZATIONS else own
        for values in row.foreign:
            assert row.missing is not None
            foreign = visitor.get(address(rule, values))
            missing = visitor.get(address(rule, row.missing))
            assert (foreign.status_code, missing.status_code) == (404, 404), (rule, values)
            assert without_tokens(foreign.text) == without_tokens(missing.text), (rule, values)
            seen += 1
    assert seen > 20


def without_tokens(page: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page)


def parameters(app: Flask, endpoint: str) -> list[str]:
    """What a page may be asked for behind its address, as its own code says."""
    module = Path(app.view_functions[endpoint].__code__.co_filename)
    found = re.findall(r"args\.(?:get|getlist)\(\s*\"(\w+)\"|args\[\"(\w+)\"\]", module.read_text())
    return sorted({name or other for name, other in found}) or ["q"]


def fitting(visitors: dict[str, Visitor], may: frozenset[Role] | None) -> str:
    """Who of all may do it, most of all the administrator."""
    insiders = ("administrator", "nonprofit", "organization")
    return next((who for who in insiders if visitors[who].actor.role in (may or ())), "stranger")


def hostile_addresses(app: Flask, rule: Rule, values: Sequence[str]) -> Iterator[str]:
    """A page's address with values that nobody should type."""
    row = TABLE[rule.endpoint]
    for name in rule.arguments:
        for value in values:
            yield address(rule, {**row.own, name: value})
    here, names = address(rule, row.own), parameters(app, rule.endpoint)
    for value in values:
        yield f"{here}?" + "&".join(f"{name}={quote(value)}" for name in names)
    twice = [f"{name}={2**63}&{name}={2**63}" for name in names]
    for query in twice if len(values) == len(HOSTILE) else ["&".join(twice)]:
        yield f"{here}?{query}"
    yield f"{here}?nobody=knows&this[]=1&=&%FF=%FF"


ROOMS = sorted({endpoint.partition(".")[0] for endpoint in TABLE})
"""Groups of pages; hostile values are tried in each by itself."""


def hostile_values(room: str, in_full: InFull) -> Sequence[str]:
    """What is tried in a room: every day one value, in each room another one."""
    if in_full("hostile values"):
        return HOSTILE
    return [HOSTILE[ROOMS.index(room) % len(HOSTILE)]]


def rules_of(app: Flask, method: str, room: str) -> list[Rule]:
    """A room's routes that take a method."""
    return [rule for rule in rules(app, method) if rule.endpoint.partition(".")[0] == room]


def crashes(
    site: Site, visitors: dict[str, Visitor], room: str, values: Sequence[str]
) -> list[str]:
    """What ends in a crash when hostile values are looked for."""
    wrong = []
    for rule in rules_of(site.app, "GET", room):
        visitor = visitors[fitting(visitors, TABLE[rule.endpoint].look)]
        for each in hostile_addresses(site.app, rule, values):
            answer = visitor.get(each)
            if answer.status_code >= 500:
                wrong.append(f"{answer.status_code}: {each[:200]}")
    return wrong


@pytest.fixture(scope="module")
def on_postgresql(
    shelf: Shelf, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Site, dict[str, Visitor]]]:
    """The same site on PostgreSQL."""
    with shelf.office("postgresql", rich, tmp_path_factory.mktemp("postgresql")) as office:
        site = open_site(office)
        yield site, people(site)


@pytest.mark.thorough("hostile values", but_one_in=10)
@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("site_on", ["sqlite", "postgresql"])
def test_hostile_query_value_never_crashes_a_page(
    request: pytest.FixtureRequest, site_on: str, room: str, in_full: InFull
) -> None:
    values = hostile_values(room, in_full)
    if site_on == "postgresql":
        site, visitors = request.getfixturevalue("on_postgresql")
        assert crashes(site, visitors, room, values) == []
        return
    walk: Walk = request.getfixturevalue("walk")
    assert crashes(walk.site, walk.cookies, room, values) == []
    assert walk.state() == walk.before


@pytest.mark.thorough("hostile values", but_one_in=10)
@pytest.mark.parametrize("room", ROOMS)
def test_hostile_form_value_never_crashes_a_page(walk: Walk, room: str, in_full: InFull) -> None:
    wrong, values = [], hostile_values(room, in_full)
    for rule in rules_of(walk.site.app, "POST", room):
        row = TABLE[rule.endpoint]
        who = row.whose or fitting(walk.cookies, row.send)
        form = walk.form(row)
        for value in values:
            sent: list[dict[str, object]] = [dict.fromkeys(form, value)]
            sent += [{**form, name: value} for name in row.form]
            for each in sent:
                answer = walk.visitor(who).post(address(rule, row.own), each)
                if answer.status_code < 400:
                    walk.restore()
                if answer.status_code >= 500:
                    wrong.append(f"{answer.status_code}: {rule} {value[:30]!r}")
    walk.restore()
    assert wrong == []


@pytest.mark.thorough("on the other engine")
@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
@after(rich)
def test_sample_of_routes_on_postgresql(office: Office) -> None:
    """The clerk's and the manager's looks, and what forms answer to wrong values."""
    site = open_site(office)
    visitors = people(site)
    before = office.hashes(*COMES_AND_GOES)
    wrong = []
    for who in ("clerk", "other nonprofit"):
        for rule in rules(site.app, "GET"):
            row = TABLE[rule.endpoint]
            wanted = expected(site.app, rule, row, who, visitors[who], "GET")
            answer = visitors[who].get(address(rule, row.own) + row.query)
            if not fits(answer, wanted):
                wrong.append(f"{who} {rule}: {answer.status_code}, not {wanted}")
    assert not wrong, "\n".join(wrong)
    assert office.hashes(*COMES_AND_GOES) == before
