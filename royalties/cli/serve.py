"""serve: the web application behind a production server; jobs: its long work."""

import os
import pkgutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from threading import Event, Lock, Thread
from urllib.parse import urlsplit

import click

from config import BASE_URL, GUESSED
from royalties.cli import homes, logs, serving
from royalties.cli.demo_people import welcome
from royalties.cli.desk import Desk, command
from royalties.cli.jobs import ENDING
from royalties.cli.listening import LOOPBACK, Listening, listen
from royalties.cli.setup import make_ready
from royalties.domain.counting import counted
from royalties.runtime import DatabaseUnavailableError, NotMigratedError
from royalties.services.people import accounts, first, second_factor

_PAUSE = 1.0
_DEMO_BANK_KEY = "of the examples, so no secret at all"
"""Seconds before a worker that died is followed by another."""


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen at; 0: any that is free.",
)
@click.option(
    "--jobs/--no-jobs",
    default=True,
    help="Also work off long imports and send e-mail (a process of its own).",
)
@click.option("--demo", is_flag=True, help="Add people to the demo's books and print them.")
@command
def serve(desk: Desk, host: str, port: int, *, jobs: bool, demo: bool) -> None:
    """Serve the web application until it is stopped; prints the address to open.

    In an empty folder it creates the books first. While nobody can sign in, it prints a link that
    makes the first administrator: it works once, within a day.

    ROYALTIES_BASE_URL is the address that people type, where a proxy passes it on; requests for
    other hosts are refused. Behind a proxy that speaks HTTPS let it begin with https://, and
    cookies are sent only there.
    """
    if demo and host not in LOOPBACK:
        desk.refuse(
            f"the demo's passwords are known to everybody: it is served at {LOOPBACK[0]} only"
        )
    begun = _begin_books(desk, demo=demo)
    listening = listen(host, port)
    address, notes = _address(listening)
    # The application and the jobs write links with it, as all that is set up by the environment.
    if not os.environ.get("ROYALTIES_BASE_URL"):
        os.environ |= {"ROYALTIES_BASE_URL": address, GUESSED: "1"}
    if demo:
        os.environ.setdefault("ROYALTIES_BANK_KEY", _DEMO_BANK_KEY)
        welcome(desk)
    if lost := second_factors_lost(desk):
        notes.append(lost)
    desk.system.files.clear_leftovers()
    _end_by_signals()
    first_link = "" if demo else _first_link(desk, address)
    application = pkgutil.resolve_name("royalties.wsgi:application")
    largest_body = pkgutil.resolve_name("royalties.wsgi:largest_body")
    worker: Worker | None = None
    try:
        if jobs:
            worker = Worker([sys.executable, "-m", "royalties", "jobs", "--beside-server"])
        if begun:
            desk.say(f"New books: {desk.system.config.home}.")
        desk.say(f"Open {address} in a browser; Ctrl+C stops.")
        if first_link:
            desk.say("Nobody can sign in yet. Who opens this link first is the administrator:")
            desk.say(first_link)
        for each in notes:
            desk.say(each)
        sys.stdout.flush()
        logs.start()
        serving.serve(
            application,
            listening.sockets,
            largest_body,
            clear_untrusted_proxy_headers=False,  # web/core/proxied.py says what is believed
        )
    finally:
        listening.close()
        if worker is not None:
            worker.stop()


def _begin_books(desk: Desk, *, demo: bool) -> bool:
    """Create the books where there are none at all; returns whether it did.

    Raises:
        NotMigratedError: they are older than the program, or ``royalties demo`` is to make them.
    """
    config = desk.system.config
    try:
        with desk.work(read_only=True):
            return False
    except (NotMigratedError, DatabaseUnavailableError) as error:
        is_forgotten = not config.is_home_named and homes.others(config)
        is_new = homes.is_empty(config) or (
            isinstance(error, NotMigratedError) and desk.system.is_vacant()
        )
        if demo or is_forgotten or not is_new:
            raise
    make_ready(desk)
    return True


def _first_link(desk: Desk, address: str) -> str:
    """The link that makes the first administrator; empty once there is anybody."""
    with desk.work(read_only=True) as work:
        if accounts.is_anybody_here(work):
            return ""
    with desk.work() as work:
        return first.issue_link(replace(work, base_url=address)) or ""


def _end_by_signals() -> None:
    """Let each signal that ends programs end the server in order, so its worker ends with it.

    Only the first counts: another one while it ends would leave the worker behind.
    """

    def end(*_: object) -> None:
        for ending in ENDING:
            signal.signal(ending, signal.SIG_IGN)
        sys.exit(0)

    for ending in ENDING:
        if signal.getsignal(ending) is not signal.SIG_IGN:  # nohup lets SIGHUP be ignored
            signal.signal(ending, end)


def second_factors_lost(desk: Desk) -> str:
    """What is to be known of second factors that the secret key does not open; empty if all do."""
    with desk.work(read_only=True) as work:
        number = second_factor.unreadable(work)
    if not number:
        return ""
    return (
        f"The second factor of {counted(number, 'person', 'people')} cannot be checked: the secret "
        "key is another one than when they set it up. Give the old one in "
        "ROYALTIES_OLD_SECRET_KEYS, or reset their second factors under People."
    )


def _address(listening: Listening) -> tuple[str, list[str]]:
    """The address that leads to the server, and what else is to be known of it."""
    base_url = os.environ.get("ROYALTIES_BASE_URL", "").rstrip("/")
    address = listening.address
    if not base_url:
        notes = []
        if listening.is_everywhere:
            notes.append(
                "Only this machine may open it: for others set ROYALTIES_BASE_URL to the address "
                "that they type."
            )
        if address != BASE_URL:
            notes.append(
                "Set ROYALTIES_BASE_URL to it for other commands too, whose links lead to port "
                f"{urlsplit(BASE_URL).port} else."
            )
        return address, notes
    if listening.leads_here(base_url):
        return base_url, []
    if urlsplit(base_url).scheme == "http" and urlsplit(base_url).hostname in LOOPBACK:
        return address, [
            f"ROYALTIES_BASE_URL is {base_url}, where links in e-mails lead: set it to this one."
        ]
    where = f"{listening.host} port {listening.port}"
    return base_url, [f"A proxy has to pass {base_url} (ROYALTIES_BASE_URL) on to {where}."]


class Worker:
    """The process beside the server; one that dies is followed by another.

    It ends when its standard input does: so it does not outlive a server that was killed.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command, self._stopped, self._starting = command, Event(), Lock()
        self.process = self._start()
        self._watch = Thread(target=self._keep, daemon=True)
        self._watch.start()

    def stop(self) -> None:
        """End it; what it has begun is finished first."""
        with self._starting:  # none is begun after
            self._stopped.set()
        self.process.terminate()
        self._watch.join()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, stdin=subprocess.PIPE)  # noqa: S603 - our own

    def _keep(self) -> None:
        while True:
            ended = self.process
            ended.wait()
            if ended.stdin is not None:
                ended.stdin.close()
            if self._stopped.wait(_PAUSE):
                return
            with self._starting:
                if self._stopped.is_set():
                    return
                self.process = self._start()


COMMANDS = [serve]
