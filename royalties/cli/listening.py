"""Where the server listens, and the one address that leads there."""

import errno
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from royalties.services.work import RefusedError

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_EVERYWHERE = ("", "0.0.0.0", "::")  # noqa: S104 - where --host asks for it
_UNPRIVILEGED, _LAST = 1024, 65535
_OWN = "give --host one of this machine's, such as 127.0.0.1"


@dataclass(frozen=True, slots=True)
class Listening:
    """Sockets that listen already.

    Attributes:
        host: as it was asked for.
        port: the real one, where any was asked for.
    """

    sockets: tuple[socket.socket, ...]
    host: str
    port: int

    @property
    def is_everywhere(self) -> bool:
        """Whether other machines reach it under each of this one's addresses."""
        return self.host in _EVERYWHERE

    @property
    def address(self) -> str:
        """What a browser on this machine opens."""
        if self.host in {"127.0.0.1", "localhost", "", "0.0.0.0"}:  # noqa: S104
            return f"http://localhost:{self.port}"
        return f"http://{_bracketed('::1' if self.host == '::' else self.host)}:{self.port}"

    def leads_here(self, base_url: str) -> bool:
        """Whether an address that people type needs no proxy to lead here."""
        parts = urlsplit(base_url)
        host = parts.hostname or ""
        is_own = host == self.host or self.is_everywhere or {host, self.host} <= {*LOOPBACK}
        return parts.scheme == "http" and is_own and (parts.port or 80) == self.port

    def close(self) -> None:
        """Listen no more."""
        for each in self.sockets:
            each.close()


def listen(host: str, port: int) -> Listening:
    """Listen at a host and port; at port 0 at any that is free.

    A browser takes "localhost" for two addresses, so both are listened at: the other one might
    lead to another program.

    Raises:
        RefusedError: nobody can listen there; the message says what to do.
    """
    is_local = host in {"127.0.0.1", "localhost"}
    try:
        first = _listening("127.0.0.1" if is_local else host or "0.0.0.0", port)  # noqa: S104
    except socket.gaierror:
        raise RefusedError(f"there is no host {host!r}: {_OWN}") from None
    except OSError as error:
        raise RefusedError(_why(error, host, port)) from None
    real: int = first.getsockname()[1]
    if not is_local:
        return Listening((first,), host, real)
    try:
        return Listening((first, _listening("::1", real)), host, real)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            first.close()
            raise RefusedError(_why(error, host, real)) from None
        return Listening((first,), host, real)  # there is no IPv6


def _listening(host: str, port: int) -> socket.socket:
    [(family, kind, proto, _, where), *_] = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    listener = socket.socket(family, kind, proto)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(where)
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < _LAST else port - 1
        return (
            f"port {port} is taken by another program: stop that one, or choose another port, "
            f"such as --port {other}"
        )
    if error.errno in {errno.EACCES, errno.EPERM}:
        return (
            f"port {port} is the system's: choose one from {_UNPRIVILEGED} up, such as "
            f"--port 8000, and let a proxy pass on what comes to {port}"
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this machine: {_OWN}"
    return f"nobody can listen at {host} port {port}: {error.strerror or error}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
