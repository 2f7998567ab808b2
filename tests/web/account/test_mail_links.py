"""The link in every e-mail opens what it names, if necessary after signing in."""

import re
from collections import Counter

from royalties.domain.people import Actor, Role
from royalties.services.statements import sending
from tests.builders.books import after
from tests.builders.keyed import keyed
from tests.builders.post import posted
from tests.builders.rich import CLOSED, rich
from tests.builders.site import BASE, PASSWORD, TOTP_KEY, Site
from tests.selection import InFull

NAMED = {
    "order": re.compile(r"\bO-\d{4}-\d{4}\b"),
    "invoice": re.compile(r"\bI-\d{6}\b"),
    "statement": re.compile(r"\b\d{4}-H\d-\d{3}\b"),
    "proof": re.compile(r"\b[Pp]roof (\d+)\b"),
    "quote": re.compile(r"\b[Qq]uote (\d+)\b"),
}
"""What a message may name, and the page that it leads to must."""

SIGNS_IN = {"invitation", "reset", "order-request"}
"""Kinds whose links are a secret of their own; others' tests follow them."""


def addressee(site: Site, email: str, path: str) -> Actor:
    """Who reads a message: the person of the address, or one that it may be handed to."""
    rows = site.office.rows(
        "SELECT p.id, p.name, p.role FROM person p WHERE p.email = :email AND p.status = 'active'",
        email=email,
    )
    if rows and not path.startswith(("/organization", "/quotes")):
        number, name, role = rows[0]
        keys = {
            str(key)
            for [key] in site.office.rows(
                "SELECT beneficiary FROM membership WHERE person_id = :id", id=number
            )
        }
        return Actor(str(name), Role(role), int(number), frozenset(keys))
    if path.startswith("/nonprofit"):
        return site.somebody(Role.NONPROFIT, beneficiaries=(path.split("/")[2],))
    if path.startswith(("/organization", "/quotes")):
        return site.somebody(Role.ORGANIZATION, organizations=(keyed("guild"), keyed("league")))
    return site.somebody(Role.ADMINISTRATOR)


def link_of(text: str) -> str:
    """The path that a message's link leads to; empty if it has none."""
    found = re.findall(rf"{BASE}(/\S*)", text)
    assert len(found) <= 1, text
    return found[0] if found else ""


def told(site: Site) -> list[tuple[str, str, str, str]]:
    """Every message that does not sign in by itself: recipient, subject, text, kind."""
    return [
        (each.recipient, each.subject, each.text, each.kind)
        for each in posted(site.office)
        if each.kind not in SIGNS_IN
    ]


@after(rich)
def test_link_of_every_message_opens_what_it_names(site: Site, in_full: InFull) -> None:
    sending.send(site.office.work, period=CLOSED, again=True)
    followed, wrong = Counter[str](), []
    readers: dict[tuple[str, str], Actor] = {}
    is_full, seen = in_full("links of messages that differ in numbers only"), set[str]()
    for email, subject, text, kind in told(site):
        path = link_of(text)
        if not path:
            continue
        followed[kind] += 1
        alike = re.sub(r"\d+", "", f"{kind} {subject} {path}")
        if alike in seen and not is_full:
            continue
        seen.add(alike)
        room = path.split("/")[1] + (path.split("/")[2] if kind == "statement" else "")
        if (email, room) not in readers:
            readers[email, room] = addressee(site, email, path)
        reader = site.signed_in(readers[email, room])
        page = reader.get(path.partition("#")[0], follow_redirects=True)
        said = page.text
        anchor = path.partition("#")[2]
        if page.status_code != 200:
            wrong.append(f"{email}: {subject}: {path}: {page.status}")
        elif anchor and f'id="{anchor}"' not in said:
            wrong.append(f"{subject}: {path}: nothing is called {anchor}")
        wrong += [
            f"{subject}: {path} does not name {each}" for each in missing(subject, text, said)
        ]
    assert wrong == []
    assert followed["order"] > 10
    assert followed["statement"] > 2
    assert followed["reminder"] > 0


def missing(subject: str, text: str, page: str) -> list[str]:
    """What a message names, and a page does not."""
    body = text.partition(BASE)[0]
    found = []
    for kind, pattern in NAMED.items():
        for each in pattern.findall(f"{subject}\n{body}"):
            words = {"proof": f"ersion {each}", "quote": f"/{each}"}.get(kind, str(each))
            if words not in page:
                found.append(f"{kind} {each}")
    return found


@after(rich)
def test_link_in_a_message_opens_after_sign_in(site: Site) -> None:
    email, _, text, _ = next(each for each in told(site) if "Look at the quote" in each[2])
    path = link_of(text).partition("#")[0]
    actor = addressee(site, email, path)
    [[own]] = site.office.rows("SELECT email FROM person WHERE id = :id", id=actor.person)
    visitor = site.stranger()
    ended = visitor.get(path)
    assert ended.status_code == 302, "the quote was answered: its link leads to the order"
    path = ended.location or ""
    assert path.startswith("/organization/orders/O-")
    asked = visitor.get(path)
    assert asked.status_code == 302
    assert asked.location is not None
    signed = visitor.post(asked.location, {"email": own, "password": PASSWORD})
    assert signed.status_code == 303, signed.text
    code = site.office.system.credentials.totp_code(TOTP_KEY, site.office.system.clock())
    done = visitor.post(signed.location or "", {"code": code})
    assert (done.status_code, done.location) == (303, path)
    assert "Quote O-" in visitor.page(path)
