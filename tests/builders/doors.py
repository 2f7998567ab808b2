"""What tests of signing in share: a clock that moves, letters that arrived, codes of an app."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from royalties.domain.people import Actor
from tests.builders.books import NOW
from tests.builders.post import posted
from tests.builders.site import CHEAP, PASSWORD, TOTP_KEY, Site, Visitor


@dataclass(slots=True)
class Clock:
    """The time of a test, which moves only on request."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def later(self, **by: float) -> None:
        """Let time go by."""
        self.now += timedelta(**by)


def with_clock(site: Site, *, mail: bool = True) -> Clock:
    """Give a site a clock of its own and, since nothing is sent here, the name of a mail server."""
    clock = Clock()
    config = replace(site.office.system.config, smtp_url="smtp://localhost:1" if mail else "")
    site.office.system = replace(site.office.system, clock=clock, config=config)
    site.app.extensions["royalties"] = site.office.system
    return clock


def email_of(actor: Actor) -> str:
    """The address that the site's people have."""
    return f"{actor.name.lower().replace(' ', '.')}@example.org"


def code_at(clock: Clock, key: str = TOTP_KEY) -> str:
    """What the app shows now."""
    return CHEAP.totp_code(key, clock.now)


def letters(site: Site, kind: str) -> list[tuple[str, str]]:
    """The messages of a kind as (recipient, text), the oldest first."""
    found = posted(site.office, "kind = :kind", kind=kind)
    return [(each.recipient, each.text) for each in found]


def link_in(text: str) -> str:
    """The path of the link in a message."""
    found = re.search(r"http://localhost:8000(/account/\S+)", text)
    assert found, text
    return found[1]


def log(site: Site) -> list[tuple[str, str, str]]:
    """The log as (actor, action, payload)."""
    rows = site.office.rows("SELECT actor, action, payload FROM log ORDER BY seq")
    return [(str(who), str(what), bytes(payload).decode()) for who, what, payload in rows]


def give_password(visitor: Visitor, email: str, password: str = PASSWORD) -> str:
    """Sign in by password; returns where it leads, or an empty text."""
    answer = visitor.post("/account/sign-in", {"email": email, "password": password})
    return (answer.location or "") if answer.status_code == 303 else ""


def sign_in(site: Site, clock: Clock, actor: Actor, password: str = PASSWORD) -> Visitor:
    """A person who came in by both factors."""
    visitor = site.stranger()
    assert give_password(visitor, email_of(actor), password)
    answer = visitor.post("/account/second-factor", {"code": code_at(clock)})
    assert answer.status_code == 303, answer.text
    return visitor


def cookie(visitor: Visitor) -> str:
    """The text that the browser carries."""
    with visitor.client.session_transaction(base_url="http://localhost:8000") as kept:
        return str(kept.get("token", ""))


def key_on(page: str) -> tuple[str, str]:
    """The key that a page shows, and its signed form."""
    key = re.search(r'class="key">([A-Z2-7 ]+)<', page)
    signed = re.search(r'name="key" value="([^"]+)"', page)
    assert key, page
    assert signed, page
    return key[1].replace(" ", ""), signed[1]


def codes_on(page: str) -> list[str]:
    """The recovery codes that a page shows."""
    return re.findall(r"<li>([a-z0-9]{5}-[a-z0-9]{5})</li>", page)
