"""serve: the web application behind a production server; jobs: its long work."""

import subprocess
import sys
from collections.abc import Sequence
from threading import Event, Thread

import click
from waitress import runner

from royalties.cli.demo_people import welcome
from royalties.cli.desk import Desk, command

_THREADS = 8
_PAUSE = 1.0
"""Seconds before a worker that died is followed by another."""

_BEHIND_A_PROXY = (
    "--trusted-proxy=127.0.0.1",
    "--trusted-proxy-count=1",
    "--trusted-proxy-headers=x-forwarded-for x-forwarded-proto",
    "--clear-untrusted-proxy-headers",
)
"""HTTPS comes from a proxy on this machine: who visits is whom it names, so that one visitor's
wrong passwords do not keep all others out."""

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=8000, show_default=True, help="Port to listen at.")
@click.option(
    "--jobs/--no-jobs",
    default=True,
    help="Also work off long imports and send e-mail (a process of its own).",
)
@click.option("--demo", is_flag=True, help="Add people to the demo's books and print them.")
@command
def serve(desk: Desk, host: str, port: int, *, jobs: bool, demo: bool) -> None:
    """Serve the web application until it is stopped.

    ROYALTIES_BASE_URL is the address that people type; requests for other hosts are refused.
    Behind a proxy that speaks HTTPS let it begin with https://, and cookies are sent only there.
    """
    if demo and host not in _LOOPBACK:
        desk.refuse(
            f"the demo's passwords are known to everybody: it is served at {_LOOPBACK[0]} only"
        )
    with desk.work(read_only=True):
        pass  # a database that is missing or old is told before the server starts
    if demo:
        welcome(desk)
    desk.say(f"Serving {desk.system.config.base_url} at {host}:{port}; Ctrl+C stops.")
    worker = Worker([sys.executable, "-m", "royalties", "jobs"]) if jobs else None
    proxied = desk.system.config.base_url.startswith("https://")
    try:
        runner.run(
            [
                "waitress-serve",
                f"--listen={host}:{port}",
                f"--threads={_THREADS}",
                "--ident=",
                *(_BEHIND_A_PROXY if proxied else ()),
                "royalties.wsgi:application",
            ]
        )
    finally:
        if worker is not None:
            worker.stop()


class Worker:
    """The process beside the server; one that dies is followed by another."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command, self._stopped = command, Event()
        self.process = subprocess.Popen(command)  # noqa: S603 - our own
        self._watch = Thread(target=self._keep, daemon=True)
        self._watch.start()

    def stop(self) -> None:
        """End it; what it has begun is finished first."""
        self._stopped.set()
        self.process.terminate()
        self._watch.join()

    def _keep(self) -> None:
        while True:
            self.process.wait()
            if self._stopped.wait(_PAUSE):
                return
            self.process = subprocess.Popen(self._command)  # noqa: S603 - our own


COMMANDS = [serve]
