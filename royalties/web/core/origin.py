"""Forms come from our own pages: what the browser says of that, beside the token they carry."""

from urllib.parse import urlsplit

from flask import Flask, Request, request

from royalties.web.core import errors
from royalties.web.core.pages import Answer
from royalties.web.core.visit import LOOKING, system

_OWN = frozenset({"same-origin", "none"})
"""What ``Sec-Fetch-Site`` says of our pages, and of what somebody asks for by the browser."""


def _is_foreign(sent: Request) -> bool:
    """Whether the browser says that another site sent it; one that says nothing is believed."""
    site = sent.headers.get("Sec-Fetch-Site")
    if site is not None and site not in _OWN:
        return True
    origin = sent.headers.get("Origin")
    if origin is None or (origin == "null" and site in _OWN):
        return False
    # Behind a proxy that does not say so, a request over HTTPS seems to come without it.
    schemes = {sent.scheme, urlsplit(system().config.base_url).scheme}
    return origin not in {f"{scheme}://{sent.host}" for scheme in schemes}


def _refuse() -> Answer | None:
    if request.method in LOOKING or not _is_foreign(request):
        return None
    return errors.page(
        403, "This was sent from another site. Open the page here, and do it again from there."
    )


def init_app(app: Flask) -> None:
    """Refuse what other sites let a browser send."""
    app.before_request(_refuse)
