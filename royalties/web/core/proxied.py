"""Who asks, where a proxy on this machine passes requests on."""

from collections.abc import Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING

from royalties.services.people.networks import network

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_TOLD = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_BY",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PREFIX",
    "HTTP_X_FORWARDED_PROTO",
)


class BehindProxy:
    """Believes what a proxy on this machine says of who asks; of others nothing is believed.

    The last address of ``X-Forwarded-For`` is the one that the proxy itself saw. If that is no
    address (``unknown``, an obfuscated identifier, garbage), the proxy's own stays: it is never
    one that the visitor chose. This is done here rather than by a server, since servers disagree
    about what is an address: of ``::ffff:192.0.2.1`` some leave ``::ffff``, the same for everybody.
    """

    def __init__(self, application: "WSGIApplication") -> None:
        self._application = application

    def __call__(  # noqa: D102 - what WSGI calls
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        headers = {name: environ.pop(name, "") for name in _TOLD}
        if _is_here(environ.get("REMOTE_ADDR", "")):
            asker = headers["HTTP_X_FORWARDED_FOR"].rpartition(",")[2]
            if network(asker):
                environ["REMOTE_ADDR"] = asker.strip()
            scheme = headers["HTTP_X_FORWARDED_PROTO"].rpartition(",")[2].strip().lower()
            if scheme in {"http", "https"}:
                environ["wsgi.url_scheme"] = scheme
        return self._application(environ, start_response)


def _is_here(peer: str) -> bool:
    """Whether a connection comes from this machine; one by a socket file has no address."""
    try:
        address = ip_address(peer)
    except ValueError:
        return not peer
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
