"""One line of the log for every request, and the number by which to find it.

Nothing of it says who visits or what they look at: pages are named by their pattern, so that
neither the secret in a link nor a query string is logged.
"""

import logging
import secrets
import time
from collections.abc import Iterable, Iterator
from typing import cast

from flask import Flask, Response, g, has_request_context, request

_LOG = logging.getLogger("royalties.access")
_ERRORS = logging.getLogger("royalties.web")
_HEADER = "X-Request-Id"


def request_id() -> str:
    """The number of the request that is being answered; empty outside one."""
    if not has_request_context():
        return ""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(8)
    return str(g.request_id)


def page_name() -> str:
    """The pattern of the address that was asked for, ``-`` if it is none of ours."""
    return request.url_rule.rule if request.url_rule is not None else "-"


class _Streamed:
    """An answer that is made while it leaves; its line is written before, its end is not known.

    What breaks it off comes after every page of errors: the number in the log is all that tells
    whose download it was. The server writes down the rest.
    """

    def __init__(self, chunks: Iterator[str | bytes], number: str, page: str) -> None:
        self._chunks, self._number, self._page = chunks, number, page

    def __iter__(self) -> Iterator[str | bytes]:
        return self

    def __next__(self) -> str | bytes:
        try:
            return next(self._chunks)
        except StopIteration:
            raise
        except Exception as error:
            _ERRORS.error(
                "id=%s page=%s: the answer broke off (%s)",
                self._number,
                self._page,
                type(error).__name__,
            )
            raise

    def close(self) -> None:
        """Let go of what is held for the rest, as those who stop reading ask for none."""
        close = getattr(self._chunks, "close", None)
        if close is not None:
            close()


def _begin() -> None:
    g.begun = time.perf_counter()


def _note(response: Response) -> Response:
    response.headers[_HEADER] = request_id()
    milliseconds = (time.perf_counter() - g.get("begun", time.perf_counter())) * 1000
    _LOG.info(
        "id=%s method=%s page=%s status=%d ms=%.0f bytes=%s",
        request_id(),
        request.method if request.method.isalpha() else "-",
        page_name(),
        response.status_code,
        milliseconds,
        response.headers.get("Content-Length", "-"),
    )
    if isinstance(response.response, Iterator) and not response.direct_passthrough:
        streamed = _Streamed(response.response, request_id(), page_name())
        response.response = cast("Iterable[bytes]", streamed)
    return response


def init_app(app: Flask) -> None:
    """Write the line of every request when its answer is known; call it first."""
    app.before_request(_begin)
    app.after_request(_note)
