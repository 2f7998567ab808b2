"""A real server under attack: other visitors are still answered."""

import asyncio
import contextlib
import resource
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from click.testing import CliRunner
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from royalties.cli.main import main
from royalties.domain.people import Role
from royalties.runtime import now
from tests.builders.books import Office, after, opened
from tests.builders.site import BASE, CSRF, lend_site
from tests.journeys.test_serve import served
from tests.patience import PATIENCE

_Result = TypeVar("_Result")

MANY = 200
AT_ONCE = 2.0
"""Seconds; where the slow hold the server nobody is answered before they let go."""

PAGE = b"GET /account/sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
STATIC = b"GET /static/royalties.css HTTP/1.1\r\nHost: localhost\r\n\r\n"
HEADER = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
BODY = b"POST /account/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server's process, and its port."""
    home = tmp_path_factory.mktemp("attacked")
    done = CliRunner().invoke(main, ["init"], env={"ROYALTIES_HOME": str(home)})
    assert done.exit_code == 0, done.output
    with served(home, "--port", "0", "--no-jobs") as (process, said):
        [address] = [word for line in said for word in line.split() if "://" in word]
        yield process, int(address.rpartition(":")[2])


def run(asked: Coroutine[Any, Any, _Result]) -> _Result:
    """A coroutine's result, in a thread of its own: a browser's loop may go on in this one."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, asked).result()


async def connect(port: int, *, narrow: bool) -> socket.socket:
    """A connection; a narrow one takes little of an answer before it is read."""
    made = socket.socket()
    made.setblocking(False)
    if narrow:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    await asyncio.get_running_loop().sock_connect(made, ("127.0.0.1", port))
    return made


@contextlib.asynccontextmanager
async def crowd(
    port: int, first: bytes, drip: bytes, *, narrow: bool, clients: int = MANY
) -> AsyncIterator[None]:
    """Many who send the first bytes, then as good as nothing, and read nothing."""
    loop = asyncio.get_running_loop()
    made = [await connect(port, narrow=narrow) for _ in range(clients)]
    for each in made:
        await loop.sock_sendall(each, first)

    async def go_on() -> None:
        while drip:
            for each in made:
                with contextlib.suppress(OSError):
                    await loop.sock_sendall(each, drip)
            await asyncio.sleep(0.3)

    dripping = asyncio.create_task(go_on())
    try:
        yield
    finally:
        dripping.cancel()
        for each in made:
            each.close()


async def asked(port: int, request: bytes) -> tuple[float, bytes]:
    """How long the whole answer takes, and the answer."""
    begun = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    async with asyncio.timeout(PATIENCE):
        answer = await reader.read()
    writer.close()
    return time.monotonic() - begun, answer


@pytest.mark.parametrize(
    ("first", "drip", "narrow"),
    [(b"", b"", False), (HEADER, b"x", False), (BODY, b"x", False), (STATIC, b"", True)],
    ids=["idle", "slow headers", "slow bodies", "slow readers"],
)
def test_slow_clients_do_not_block_others(
    server: tuple[subprocess.Popen[str], int], first: bytes, drip: bytes, narrow: bool
) -> None:
    _, port = server

    async def attack() -> float:
        async with crowd(port, first, drip, narrow=narrow):
            await asked(port, PAGE)  # after those that came before
            return min([(await asked(port, PAGE))[0] for _ in range(5)])

    assert run(attack()) < AT_ONCE


FEW = 20
"""Files: of a connection, its answer, and what else the server opens meanwhile."""


def open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


@pytest.mark.thorough("attacks")
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="counts files in /proc")
def test_requests_sent_at_once_keep_one_file_open_at_a_time(
    server: tuple[subprocess.Popen[str], int],
) -> None:
    process, port = server
    many = 8192 // len(STATIC)

    async def attack() -> int:
        before = open_files(process.pid)
        async with crowd(port, STATIC * many, b"", narrow=True, clients=1):
            most, until = 0, time.monotonic() + 5  # the system takes the first answers in
            while most < FEW and time.monotonic() < until:
                await asyncio.sleep(0.1)
                most = max(most, open_files(process.pid) - before)
        return most

    assert run(attack()) < FEW


def test_requests_sent_at_once_are_answered_in_order(
    server: tuple[subprocess.Popen[str], int],
) -> None:
    _, port = server
    healthy = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    form = POST + b"Content-Length: 3\r\n\r\na=b\r\n"
    sent = STATIC * 3 + form + b"\r\n\r\n" + healthy + PAGE + STATIC
    _, answer = run(asked(port, sent))
    statuses = [each[:3] for each in answer.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [b"200"] * 3 + [b"400", b"200", b"200"], "the last but one ends it"
    assert answer.index(b'{"status": "ok"}') < answer.rindex(b"<!doctype html>")


@pytest.mark.thorough("attacks")
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="takes a process's files away")
def test_clients_are_admitted_when_the_system_gives_no_more_files(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["init"], env={"ROYALTIES_HOME": str(tmp_path)})
    assert done.exit_code == 0, done.output
    with (
        (tmp_path / "log").open("w") as log,
        served(tmp_path, "--port", "0", "--no-jobs", stderr=log) as (process, said),
    ):
        [address] = [word for line in said for word in line.split() if "://" in word]
        port = int(address.rpartition(":")[2])

        async def attack() -> float:
            await asked(port, PAGE)
            _, hard = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
            few = open_files(process.pid) + 20
            resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (few, hard))
            async with crowd(port, HEADER, b"", narrow=False, clients=60):
                return min([(await asked(port, PAGE))[0] for _ in range(3)])

        assert run(attack()) < AT_ONCE
    told = (tmp_path / "log").read_text()
    assert told.count("nobody can be let in (Too many open files)") == 1
    assert "Traceback" not in told


@pytest.mark.thorough("attacks")
def test_clients_are_admitted_at_the_connection_limit(
    tmp_path: Path,
) -> None:
    done = CliRunner().invoke(main, ["init"], env={"ROYALTIES_HOME": str(tmp_path)})
    assert done.exit_code == 0, done.output
    files = 300  # room for fifty connections

    def few_files() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

    with served(tmp_path, "--port", "0", "--no-jobs", preexec_fn=few_files) as (_, said):
        [address] = [word for line in said for word in line.split() if "://" in word]
        port = int(address.rpartition(":")[2])

        async def attack() -> float:
            async with crowd(port, HEADER, b"", narrow=False):
                return min([(await asked(port, PAGE))[0] for _ in range(3)])

        assert run(attack()) < AT_ONCE


LARGE = 900_000_000


@pytest.mark.parametrize(
    "more",
    [
        f"Content-Length: {LARGE}\r\n",
        f"Content-Length: {LARGE}\r\nExpect: 100-continue\r\n",
        "Transfer-Encoding: chunked\r\n",
    ],
    ids=["announced", "asked first", "in chunks"],
)
def test_a_large_body_is_refused_before_it_is_kept(
    server: tuple[subprocess.Popen[str], int], more: str
) -> None:
    process, port = server
    head = f"POST /finance/imports HTTP/1.1\r\nHost: localhost\r\n{more}\r\n".encode()
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as sender:
        sender.sendall(head)
        block = b"10000\r\n" + b"x" * 65536 + b"\r\n" if "chunked" in more else b"x" * 65536
        sent = 0
        with contextlib.suppress(OSError):
            while sent < 20_000_000:
                sender.sendall(block)
                sent += len(block)
        assert kept_by(process.pid) < 1_000_000
        assert sender.recv(12) == b"HTTP/1.1 413"


def kept_by(pid: int) -> int:
    """Bytes of temporary files that a process holds, which have no name any more."""
    total = 0
    for each in Path(f"/proc/{pid}/fd").iterdir() if Path("/proc/self").exists() else ():
        with contextlib.suppress(OSError):
            if "(deleted)" in str(each.readlink()):
                total += each.stat().st_size
    return total


GET = b"GET /account/sign-in HTTP/1.1\r\n"
POST = b"POST /account/sign-in HTTP/1.1\r\nHost: localhost\r\n"


@pytest.mark.thorough("attacks", but_one_in=3)
@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
        (
            POST.replace(b"1.1", b"1.0")
            + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"0\r\n\r\n",
            b"400",
        ),
        (POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", b"400"),
        (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", b"501"),
        (GET + b"\r\n", b"400"),
        (GET + b"Host: localhost\r\n" + b"X: y\r\n" * 200 + b"\r\n", b"400"),
        (GET + b"Host: localhost\r\nX: " + b"y" * 40_000 + b"\r\n\r\n", b"431"),
        (GET + b"Host: localhost\r\nX : y\r\n\r\n", b"400"),
        (GET + b"Host: elsewhere.example\r\n\r\n", b"400"),
    ],
    ids=[
        "both lengths",
        "both, 1.0",
        "two lengths",
        "a coding",
        "no host",
        "many headers",
        "a long header",
        "a space in a name",
        "another host",
    ],
)
def test_malformed_http_is_refused(
    server: tuple[subprocess.Popen[str], int], request_: bytes, status: bytes
) -> None:
    _, port = server
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as sender:
        sender.sendall(request_)
        assert sender.recv(100).split()[1] == status


def test_health_checks_report_liveness_and_readiness(
    server: tuple[subprocess.Popen[str], int],
) -> None:
    _, port = server
    for path, words in ((b"/healthz", b'"ok"'), (b"/readyz", b'"schema": "ok"')):
        request = b"GET " + path + b" HTTP/1.1\r\nHost: 10.0.0.7\r\nConnection: close\r\n\r\n"
        _, answer = run(asked(port, request))
        assert answer.split()[1] == b"200"
        assert words in answer


# Files that take long to be read


LONG = 41_000
"""Letters of a first line that once held every request for 26 seconds."""

FIRST_LINES = [
    " " * LONG + "x",
    "Currency=[USD]" + " " * LONG,
    "a=[" * (LONG // 3),
    "a" * LONG,
    '"' * LONG,
    "Viewing Range=[" + "1/" * (LONG // 2) + "]",
    "]=[" * (LONG // 3) + "=",
]
TABLE = "\nASIN,Product Title,Shipped COGS,Shipped Units,Customer Returns\nB00,x,1,1,0\n"


@dataclass(frozen=True, slots=True)
class Browser:
    """What the browser of somebody who is signed in sends with every request."""

    cookie: str
    csrf: str

    def sends(self, name: str, data: str) -> bytes:
        """A form that sends a report."""
        parts = [
            f'Content-Disposition: form-data; name="csrf_token"\r\n\r\n{self.csrf}',
            f'Content-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n{data}',
        ]
        body = "".join(f"--cut\r\n{each}\r\n" for each in parts) + "--cut--\r\n"
        head = (
            f"POST /finance/imports HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            f"Cookie: {self.cookie}\r\nContent-Type: multipart/form-data; boundary=cut\r\n"
            f"Content-Length: {len(body.encode())}\r\n\r\n"
        )
        return f"{head}{body}".encode()


def browser_of(office: Office) -> Browser:
    """Somebody of the desk, who came in at the real time."""
    office.system = replace(office.system, clock=now)
    site = lend_site(office)
    visitor = site.signed_in(site.somebody(Role.CLERK, "Cleo"))
    with visitor.client.session_transaction(base_url=BASE) as session:
        session["csrf_token"] = CSRF
        values = dict(session)
    signer = SecureCookieSessionInterface().get_signing_serializer(site.app)
    assert signer is not None
    csrf = URLSafeTimedSerializer(site.app.secret_key or "", salt="wtf-csrf-token").dumps(CSRF)
    name = site.app.config["SESSION_COOKIE_NAME"]
    return Browser(f"{name}={signer.dumps(values)}", str(csrf))


@pytest.mark.thorough("attacks")
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(opened)
def test_hostile_reports_do_not_block_others(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browser_of(office)
    monkeypatch.setenv("ROYALTIES_DATABASE_URL", office.system.config.database_url)
    with served(office.system.config.home, "--port", "0") as (_, said):
        [address] = [word for line in said for word in line.split() if "://" in word]
        port = int(address.rpartition(":")[2])
        requests = [
            browser.sends(f"report-{place}.csv", each + TABLE)
            for place, each in enumerate(FIRST_LINES)
        ]

        async def send() -> None:
            for each in requests:
                assert (await asked(port, each))[1].split()[1] == b"303"

        async def attack() -> list[float]:
            await asked(port, PAGE)
            sending = asyncio.create_task(send())
            waited = []
            while not sending.done():
                waited.append((await asked(port, PAGE))[0])
            await sending
            return waited

        waited = run(attack())
        assert sorted(waited)[len(waited) // 2] < AT_ONCE
        assert all_read(office, len(requests))


def all_read(office: Office, number: int) -> bool:
    """Whether so many reports are read before patience ends."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        done = office.rows("SELECT count(*) FROM job WHERE status IN ('done', 'failed')")
        if done == [(number,)]:
            errors = office.rows("SELECT error FROM job WHERE error IS NOT NULL")
            assert errors == []
            return True
        time.sleep(0.1)
    return False
