"""A site that is served at an address of its own, for real browsers."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from flask.sessions import SecureCookieSessionInterface
from werkzeug.serving import make_server

from royalties.domain.people import Actor, Role
from tests.builders.books import Office
from tests.builders.doors import Clock
from tests.builders.post import free_port
from tests.builders.site import Site, lend_site, open_site


@dataclass(slots=True)
class Live:
    """A served site: its address, its clock, and the cookies of people who signed in."""

    site: Site
    address: str
    clock: Clock
    people: dict[tuple[Role, tuple[str, ...]], Actor] = field(default_factory=dict)

    @property
    def office(self) -> Office:
        """The books behind it."""
        return self.site.office

    def cookies(self, actor: Actor, *, stage: str = "full") -> list[Any]:
        """What the browser of somebody who signed in carries."""
        visitor = self.site.signed_in(actor, stage=stage)
        with visitor.client.session_transaction(base_url=self.address) as cookie:
            values = dict(cookie)
        signer = SecureCookieSessionInterface().get_signing_serializer(self.site.app)
        assert signer is not None
        name = self.site.app.config["SESSION_COOKIE_NAME"]
        return [{"name": name, "value": signer.dumps(values), "url": self.address}]

    def somebody(self, role: Role, *keys: str) -> Actor:
        """The one person of a role (and its nonprofits or organizations) who visits this site."""
        key = (role, keys)
        if key not in self.people:
            self.people[key] = (
                self.site.somebody(role, organizations=keys)
                if role is Role.ORGANIZATION
                else self.site.somebody(role, beneficiaries=keys)
            )
        return self.people[key]


@contextmanager
def serving(office: Office, *, smtp_url: str = "", beside: bool = False) -> Iterator[Live]:
    """Serve the application on an office's books at a free port of this machine.

    Args:
        office: the books.
        smtp_url: the mail server.
        beside: whether other tests have a site meanwhile, so that this one is not lent.
    """
    clock = Clock()
    port = free_port()
    address = f"http://localhost:{port}"
    config = replace(office.system.config, base_url=address, smtp_url=smtp_url)
    office.system = replace(office.system, config=config, clock=clock)
    site = open_site(office) if beside else lend_site(office)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("localhost", port, site.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, name="live", daemon=True)
    thread.start()
    try:
        yield Live(site, address, clock)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
