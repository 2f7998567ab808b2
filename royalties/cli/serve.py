"""serve: the web application behind a production server; jobs: its long work."""

import subprocess
import sys

import click
from waitress import runner

from royalties.cli.desk import Desk, command

_THREADS = 8


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=8000, show_default=True, help="Port to listen at.")
@click.option(
    "--jobs/--no-jobs",
    default=True,
    help="Also work off long imports and send e-mail (a process of its own).",
)
@command
def serve(desk: Desk, host: str, port: int, *, jobs: bool) -> None:
    """Serve the web application until it is stopped.

    ROYALTIES_BASE_URL is the address that people type; requests for other hosts are refused.
    Behind a proxy that speaks HTTPS let it begin with https://, and cookies are sent only there.
    """
    with desk.work(read_only=True):
        pass  # a database that is missing or old is told before the server starts
    desk.say(f"Serving {desk.system.config.base_url} at {host}:{port}; Ctrl+C stops.")
    worker = subprocess.Popen([sys.executable, "-m", "royalties", "jobs"]) if jobs else None
    try:
        runner.run(
            [
                "waitress-serve",
                f"--listen={host}:{port}",
                f"--threads={_THREADS}",
                "--ident=",
                "royalties.wsgi:application",
            ]
        )
    finally:
        if worker is not None:
            worker.terminate()
            worker.wait()


COMMANDS = [serve]
