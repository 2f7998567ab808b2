"""The web server: waitress, within limits that no visitor can use up for all others.

waitress takes in each request as a whole, and hands each answer over to its loop as a whole, so
that the slow never hold a thread. What is added here bounds what a visitor may hold else:
connections, time, bytes before they are stored, and turns (docs/decisions/0017-server.md).
"""

import copy
import errno
import logging
import re
import resource
import socket
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Sequence
from typing import Any

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import MultiSocketServer, TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher
from waitress.utilities import BadRequest, Error

from royalties.services.people.networks import network

LargestBody = Callable[[str, str, str], int]
"""How many bytes a request may bring, by its method, path and cookies."""

_ACCESS = logging.getLogger("royalties.access")
_ERRORS = logging.getLogger("royalties.web")

THREADS = 8
_MOST_CONNECTIONS = 2000
_FILES_OF_A_CONNECTION = 3  # its socket, what came in, what goes out
_FILES_OF_THE_DESK = 150
_LARGEST_HEADER = 16_384
_MOST_HEADERS = 100
_LARGEST_IN_CHUNKS = 1_000_000
"""No browser sends chunks, and waitress reads a long line of theirs in the square of its length."""

_LONGEST_LINE_OF_CHUNKS = 1024
"""A line of theirs is read anew with each piece that comes of it."""

_MOST_WAITING = 100
"""Requests of one visitor that may wait for a thread; more are asked to come back."""

_SECONDS_IDLE = 60
_SECONDS_FOR_HEADERS = 20
_SECONDS_OF_GRACE = 30
_SLOWEST = 1000
"""Bytes a second, in either direction, below which a connection is closed after the grace."""

_SECONDS_TO_LISTEN_ON = 5
_RETRY_AFTER = 5
_BUSY = 503
_TOLD_EVERY = 60
"""Seconds between two lines of the log that say the same."""

# waitress takes requests apart with patterns that go back: over 4 kB of spaces in a header for a
# second, over an address of 1 kB in the first line for as long, while nobody else is answered;
# Werkzeug does so over spaces in cookies.
_FIRST_LINE = re.compile(rb"[A-Z]{1,20} (?:/[!-~]*|\*) HTTP/1\.[01]")
_STRANGE = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|[ \t]{9}")

_WORDS = {
    400: "This request was not understood: it breaks the rules of HTTP.",
    413: "That is too large for this address. Reports of up to 200 MB are taken where they are "
    "imported, once you are signed in; send a larger one at the command line.",
    431: "The request's headers are too long: delete this site's cookies and try again.",
    500: "This did not work, and it was written down: try again in a minute.",
    501: "This request was not understood: it comes in a coding that is not taken here.",
    _BUSY: "Too many requests of yours are waiting: try again in a few seconds.",
}


class _TooBusy(Error):  # type: ignore[misc]  # noqa: N818 - as waitress names its own
    code, reason = _BUSY, "Service Unavailable"


def serve(
    application: object,
    sockets: Sequence[socket.socket],
    largest_body: LargestBody,
    **options: object,
) -> None:
    """Serve an application at sockets that listen already, until a signal ends it.

    Args:
        application: of WSGI.
        sockets: where.
        largest_body: asked before anything of a body is stored.
        options: more of waitress's.
    """
    adjustments = Adjustments(
        sockets=list(sockets),
        threads=THREADS,
        ident="",
        asyncore_use_poll=True,  # select() ends at 1,024 files
        connection_limit=_MOST_CONNECTIONS + 100,
        channel_timeout=_SECONDS_IDLE,
        cleanup_interval=2,
        max_request_header_size=_LARGEST_HEADER,
        inbuf_overflow=65_536,
        outbuf_overflow=262_144,
        outbuf_high_watermark=2**30,  # a thread never waits for who reads: it goes to a file
        **options,
    )
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    dispatcher = _Dispatcher()
    dispatcher.set_thread_count(adjustments.threads)
    channels: dict[Any, Any] = {}
    door = _Door(largest_body, _room())
    for listener in sockets:
        _Server(
            application,
            channels,
            _sock=listener,
            dispatcher=dispatcher,
            adj=adjustments,
            sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
            bind_socket=False,
            door=door,
        )
    MultiSocketServer(channels, adjustments, dispatcher=dispatcher).run()


def _room() -> int:
    """How many connections there is room for; the system is asked for more than it gives."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = _MOST_CONNECTIONS * _FILES_OF_A_CONNECTION + _FILES_OF_THE_DESK
    if soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return min(_MOST_CONNECTIONS, (soft - _FILES_OF_THE_DESK) // _FILES_OF_A_CONNECTION)


class _Door:
    """Who is connected, at all sockets together."""

    def __init__(self, largest_body: LargestBody, room: int) -> None:
        self.largest_body, self._room = largest_body, room
        self.servers: list[_Server] = []
        self._told_at = -float(_TOLD_EVERY)

    def make_room(self, *, is_full: bool = False) -> None:
        """At the limit close one that waits: the oldest of the network that holds the most.

        Args:
            is_full: whether the system gives no more files, however many connections there are.
        """
        channels = [
            channel for server in self.servers for channel in server.active_channels.values()
        ]
        if len(channels) < self._room and not is_full:
            return
        waiting = [
            channel for channel in channels if not channel.requests and not channel.will_close
        ]
        held = Counter(_network(channel) for channel in waiting)
        if waiting:
            longest = max(
                waiting, key=lambda channel: (held[_network(channel)], -channel.creation_time)
            )
            longest.will_close = True

    def be_full(self, why: OSError) -> None:
        """Nobody can be let in: close one that waits, and say so now and then."""
        self.make_room(is_full=True)
        now = time.monotonic()
        if now - self._told_at >= _TOLD_EVERY:
            self._told_at = now
            _ERRORS.error(
                "id=- page=- nobody can be let in (%s): connections that wait are closed",
                why.strerror,
            )


class _RequestParser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """A request as it comes in: what is wrong is refused before its body is stored."""

    adj: Adjustments
    completed: bool

    def __init__(
        self, adj: Adjustments, largest_body: LargestBody, leave: Callable[[bytes], None]
    ) -> None:
        super().__init__(adj)
        self.begun = time.monotonic()
        self._largest_body, self._leave = largest_body, leave

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if self.chunked and self.body_rcv is not None and not self.completed:
            line = len(self.body_rcv.control_line) + len(self.body_rcv.trailer)
            if line > _LONGEST_LINE_OF_CHUNKS:
                self.error = BadRequest("a line between chunks is too long")
                self.completed = True
        if self.error is not None:
            self.expect_continue = False  # else waitress asks for the body, and takes it
        if not self.completed:
            return consumed
        if self.error is None and consumed < len(data):
            self._leave(data[consumed:])
        return len(data)

    def parse_header(self, header_plus: bytes) -> None:
        if header_plus.count(b"\n") > _MOST_HEADERS:
            raise ParsingError("too many headers")
        first, _, others = header_plus.partition(b"\r\n")
        if not _FIRST_LINE.fullmatch(first.rstrip(b" ")) or _STRANGE.search(others):
            raise ParsingError("no request of HTTP/1")
        super().parse_header(header_plus)
        headers = self.headers
        if "CONTENT_LENGTH" in headers and (self.chunked or "TRANSFER_ENCODING" in headers):
            raise ParsingError("Transfer-Encoding and Content-Length contradict each other")
        if self.version == "1.1" and "HOST" not in headers:
            raise ParsingError("Host is missing")
        if self.chunked or self.content_length:
            self.adj = copy.copy(self.adj)
            most = self._largest_body(self.command, self.path, headers.get("COOKIE", ""))
            if self.chunked:
                most = min(most, _LARGEST_IN_CHUNKS)
            self.adj.max_request_body_size = most + 1  # the first that is too many


class _Refusal(ErrorTask):  # type: ignore[misc]  # waitress has no types
    """The answer to a request that never reaches the application."""

    def execute(self) -> None:
        error = self.request.error
        body = f"{_WORDS.get(error.code, error.reason)}\n".encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        if error.code == _BUSY:
            self.response_headers.append(("Retry-After", str(_RETRY_AFTER)))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.channel.is_refused = True
        self.write(body)
        _ACCESS.info("id=- method=- page=- status=%d ms=- bytes=%d", error.code, len(body))


class _Unnamed:
    """Where waitress writes down what went wrong: its own words name the address asked for."""

    def info(self, *_words: object) -> None:
        """Who went away before the answer is of no interest."""

    def exception(self, *_words: object) -> None:
        """An answer broke off, or there is none."""
        _ERRORS.exception("id=- page=- an answer broke off")


class _Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """One connection."""

    error_task_class = _Refusal
    logger = _Unnamed()
    close_when_flushed: bool
    will_close: bool
    is_refused = False
    _deaf_at = 0.0
    _draining: tuple[float, int] | None = None
    _rest = b""

    def __init__(self, server: "_Server", *arguments: object, **named: object) -> None:
        self.parser_class = lambda adj: _RequestParser(adj, server.door.largest_body, self._leave)
        super().__init__(server, *arguments, **named)

    # Requests may come without waiting for the answers. All that came would be answered at once,
    # and each answer keep its file open for one who reads none; so the next is looked at when the
    # last answer has left.

    def _leave(self, rest: bytes) -> None:
        self._rest = rest

    def _is_next_due(self) -> bool:
        ends = self.will_close or self.close_when_flushed or self._deaf_at
        return bool(self._rest) and not (self.requests or self.total_outbufs_len or ends)

    def received(self, data: bytes) -> bool:
        if self.request is None:
            data = data.lstrip(b"\r\n")  # blank lines before a request mean nothing
        return bool(super().received(data))

    def writable(self) -> bool:
        return self._is_next_due() or bool(super().writable())

    def __repr__(self) -> str:
        """As the log names it: nobody's address is written down."""
        return "a connection"

    def is_too_slow(self, now: float) -> bool:
        """Whether it holds its connection by being slow."""
        if self._deaf_at:
            return now > self._deaf_at
        request = self.request
        if request is not None:
            if not request.headers_finished:
                return bool(now - request.begun > _SECONDS_FOR_HEADERS)
            return bool(now - request.begun > _grace(request.body_bytes_received))
        left = self.total_outbufs_len
        if self.requests or not left:
            self._draining = None
            return False
        self._draining = self._draining or (now, left)
        since, before = self._draining
        return now - since > _grace(before - left)

    # One who is refused while they still send would not read the answer if the connection broke
    # off, so for a while what they send is thrown away.

    def handle_write(self) -> None:
        if self._is_next_due():
            rest, self._rest = self._rest, b""
            self.received(rest)
            return
        is_sent = self.close_when_flushed and not self.total_outbufs_len
        if not (self.is_refused and is_sent) or self.will_close or self._deaf_at:
            super().handle_write()
            return
        self.close_when_flushed = False
        self._deaf_at = time.monotonic() + _SECONDS_TO_LISTEN_ON
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.will_close = True

    def readable(self) -> bool:
        return bool(self._deaf_at) or (not self._rest and bool(super().readable()))

    def handle_read(self) -> None:
        if not self._deaf_at:
            super().handle_read()
            return
        try:
            is_over = not self.recv(self.adj.recv_bytes)
        except OSError:
            is_over = True
        if is_over or time.monotonic() > self._deaf_at:
            self.handle_close()


def _grace(done: int) -> float:
    return _SECONDS_OF_GRACE + done / _SLOWEST


class _Turns:
    """Requests that wait for a thread: those of each visitor by turns."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[_Channel]] = OrderedDict()

    def of(self, channel: _Channel) -> int:
        """How many of a connection's visitor wait."""
        return len(self._waiting.get(_visitor(channel), ()))

    def append(self, channel: _Channel) -> None:
        self._waiting.setdefault(_visitor(channel), deque()).append(channel)

    def popleft(self) -> _Channel:
        visitor, waiting = self._waiting.popitem(last=False)
        channel = waiting.popleft()
        if waiting:
            self._waiting[visitor] = waiting
        return channel

    def __len__(self) -> int:
        return sum(len(each) for each in self._waiting.values())


def _network(channel: _Channel) -> str:
    """Where a connection comes from, as far as one house cannot choose it."""
    return network(str(channel.addr[0])) or str(channel.addr[0])


def _visitor(channel: _Channel) -> str:
    """Whose request it is, for its turn alone: behind a proxy who it says."""
    if str(channel.addr[0]) in {"127.0.0.1", "::1"} and channel.requests:
        named: str = channel.requests[0].headers.get("X_FORWARDED_FOR", "")
        return network(named.rpartition(",")[2]) or _network(channel)
    return _network(channel)


class _Dispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]  # waitress has no types
    """The threads."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = _Turns()

    def add_task(self, task: _Channel) -> None:
        if self.queue.of(task) >= _MOST_WAITING and task.requests[0].error is None:
            task.requests[0].error = _TooBusy("")
        super().add_task(task)


class _Server(TcpWSGIServer):  # type: ignore[misc]  # waitress has no types
    """One socket that listens."""

    channel_class = _Channel

    def __init__(self, *arguments: object, door: _Door, **named: object) -> None:
        self.door = door
        door.servers.append(self)
        super().__init__(*arguments, **named)

    def handle_accept(self) -> None:
        self.door.make_room()
        super().handle_accept()

    def accept(self) -> Any:  # noqa: ANN401 - a socket and where it comes from, or nothing
        try:
            return super().accept()
        except OSError as error:
            if error.errno not in {errno.EMFILE, errno.ENFILE}:
                raise
            self.door.be_full(error)
            return None

    def maintenance(self, now: float) -> None:
        super().maintenance(now)
        here = time.monotonic()
        for each in self.active_channels.values():
            if each.is_too_slow(here):
                each.will_close = True
