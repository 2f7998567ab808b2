"""The server as people start it: one address that works, or one line that says what to do."""

import errno
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from royalties.cli.listening import _why, listen
from royalties.cli.main import main
from royalties.cli.serve import _address
from royalties.services.work import RefusedError
from tests.builders.post import free_port
from tests.patience import PATIENCE, ended, running


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with a database."""
    home = tmp_path_factory.mktemp("serve")
    done = CliRunner().invoke(main, ["init"], env={"ROYALTIES_HOME": str(home)})
    assert done.exit_code == 0, done.output
    return home


def environment(home: Path, base_url: str = "") -> dict[str, str]:
    return {**os.environ, "ROYALTIES_HOME": str(home), "ROYALTIES_BASE_URL": base_url}


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "royalties", "serve", *words]


@contextmanager
def served(
    home: Path, *words: str, **how: Any
) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A server, and what it said before it served."""
    with running(
        command(*words), env=environment(home), stdout=subprocess.PIPE, text=True, **how
    ) as server:
        said = []
        assert server.stdout is not None
        for line in server.stdout:
            said.append(line.strip())
            if line.startswith("Open "):
                break
        try:
            yield server, said
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(PATIENCE)


def status(address: str) -> int:
    with urllib.request.urlopen(address, timeout=PATIENCE) as answer:  # noqa: S310 - our own server
        return int(answer.status)


def children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(each) for each in listed.read_text().split()]


@pytest.mark.thorough("processes of their own")
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
def test_printed_address_works_and_no_process_is_left_at_the_end(home: Path) -> None:
    with served(home, "--port", "0") as (server, said):
        [address] = [word for line in said for word in line.split() if "://" in word]
        port = int(address.rpartition(":")[2])
        assert address == f"http://localhost:{port}"
        assert status(f"{address}/account/sign-in") == 200
        assert status(f"http://127.0.0.1:{port}/account/sign-in") == 200, "as people type it"
        taken = subprocess.run(
            command("--port", str(port)),
            check=False,
            capture_output=True,
            env=environment(home),
            text=True,
        )
        assert taken.returncode == 1
        assert taken.stdout == ""
        assert taken.stderr == (
            f"port {port} is taken by another program: stop that one, or choose another port, "
            f"such as --port {port + 1}\n"
        )
        jobs = children(server.pid)
        assert len(jobs) == 1
    assert server.returncode == 0
    assert not any(Path(f"/proc/{each}").exists() for each in jobs)


@pytest.mark.thorough("processes of their own")
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("ended_by", [signal.SIGHUP, signal.SIGKILL])
def test_worker_ends_with_its_server(home: Path, ended_by: signal.Signals) -> None:
    with served(home, "--port", "0") as (server, _):
        [worker] = children(server.pid)
        server.send_signal(ended_by)
        server.wait(PATIENCE)
        assert ended(worker, PATIENCE), "the worker was left"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://localhost:"),
        ("localhost", "http://localhost:"),
        ("0.0.0.0", "http://localhost:"),  # noqa: S104
        ("::1", "http://[::1]:"),
        ("::", "http://[::1]:"),
        ("127.0.0.2", "http://127.0.0.2:"),
    ],
)
def test_printed_address_is_the_listening_one(host: str, address: str) -> None:
    if ":" in host and not has_ipv6():
        pytest.skip("this machine has no IPv6")
    listening = listen(host, 0)
    try:
        assert listening.address == f"{address}{listening.port}"
        name = listening.address.removeprefix("http://").rpartition(":")[0].strip("[]")
        socket.create_connection((name, listening.port), PATIENCE).close()
    finally:
        listening.close()


def test_localhost_is_taken_if_one_of_its_two_addresses_is() -> None:
    if not has_ipv6():
        pytest.skip("this machine has no IPv6")
    with closing(socket.socket(socket.AF_INET6)) as other:
        other.bind(("::1", 0))
        other.listen()
        with pytest.raises(RefusedError, match=r"is taken by another program"):
            listen("127.0.0.1", other.getsockname()[1])


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("203.0.113.7", "203.0.113.7 is no address of this machine: give --host one of"),
        ("nowhere.invalid", "there is no host 'nowhere.invalid': give --host one of"),
    ],
)
def test_unusable_listening_address_is_reported_in_one_line(host: str, words: str) -> None:
    with pytest.raises(RefusedError, match=words):
        listen(host, 0)


def test_privileged_port_is_reported_as_such() -> None:
    refused = OSError(errno.EACCES, "Permission denied")
    assert _why(refused, "127.0.0.1", 80) == (
        "port 80 is the system's: choose one from 1024 up, such as --port 8000, and let a proxy "
        "pass on what comes to 80"
    )


@pytest.mark.parametrize(
    ("base_url", "opened", "note"),
    [
        ("", "http://localhost:{port}", "Set ROYALTIES_BASE_URL to it for other commands too"),
        ("http://localhost:{port}", "http://localhost:{port}", None),
        ("http://127.0.0.1:{port}/", "http://127.0.0.1:{port}", None),
        ("http://localhost:1", "http://localhost:{port}", "is http://localhost:1, where links in"),
        ("https://desk.example.org", "https://desk.example.org", "A proxy has to pass https://"),
    ],
)
def test_base_url_leading_elsewhere_is_noted(
    monkeypatch: pytest.MonkeyPatch, base_url: str, opened: str, note: str | None
) -> None:
    listening = listen("127.0.0.1", free_port())
    try:
        monkeypatch.setenv("ROYALTIES_BASE_URL", base_url.format(port=listening.port))
        address, notes = _address(listening)
    finally:
        listening.close()
    assert address == opened.format(port=listening.port)
    assert len(notes) == (note is not None)
    assert (note or "") in "".join(notes)


def has_ipv6() -> bool:
    try:
        with closing(socket.socket(socket.AF_INET6)) as found:
            found.bind(("::1", 0))
    except OSError:
        return False
    return True
