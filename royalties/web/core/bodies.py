"""How large a request may be, known before any of it is stored or parsed.

The server asks ``largest_body`` when it has read a request's headers (``cli/serving.py``); the same
holds again inside the application, wherever it is served.
"""

import json
from io import BytesIO
from typing import IO, Any

from flask import Flask, Request, abort, current_app, request
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadData
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_cookie

from royalties.ingest.uploads import artwork
from royalties.services import enclosures
from royalties.services.desk import notes
from royalties.services.orders import messages
from royalties.services.payments import bank_files, tax_files
from royalties.services.periods import parallel
from royalties.services.sales import uploads
from royalties.services.statements import documents
from royalties.services.terms import catalogue, house, lists, loading, openings
from royalties.web.core.visit import TOKEN

_FORM = 5_000_000
_FIELDS = 30_000
"""Of the longest form: a sheet of two thousand rows without a script."""

_STRANGERS_FORM = 262_144
_STRANGERS_FIELDS = 2_000
_PARTS = 2_000
"""Of a form with files, whose fields cost more."""

_ASKED = 1_000
"""Fields behind the question mark."""

_ONE_FILE = enclosures.LARGEST + _STRANGERS_FORM
_ONE_PICTURE = artwork.LARGEST + _STRANGERS_FORM
_PICTURES = 3 * artwork.LARGEST + _STRANGERS_FORM
_FILES = {
    "bank_lines.look": bank_files.LARGEST + _STRANGERS_FORM,
    "documents.send": documents.MOST_BYTES_AT_ONCE + _FORM,
    "documents.send_many": documents.MOST_BYTES_AT_ONCE + _FORM,
    "house.house": house.LARGEST_LOGO + _STRANGERS_FORM,
    "lists.send": lists.LARGEST + _STRANGERS_FORM,
    "setup_files.look": loading.LARGEST + _STRANGERS_FORM,
    "catalogue.sample": catalogue.LARGEST_SAMPLE + _STRANGERS_FORM,
    "importing.send": uploads.LARGEST,
    "notes.add": notes.MOST_BYTES + _FORM,
    "notes.answer": notes.MOST_BYTES + _FORM,
    "order_files.send_artwork": _PICTURES,
    "order_files.send_proof": _ONE_PICTURE,
    "order_quotes.accept": _ONE_FILE,
    "orders.write": messages.MOST_FILES * enclosures.LARGEST,
    "organization_certificates.send": _ONE_FILE,
    "organization_files.look": _ONE_PICTURE,
    "organization_files.send_artwork": _PICTURES,
    "organization_files.show_artwork": _PICTURES,
    "organization_orders.accept": _ONE_FILE,
    "organization_orders.purchase_order": _ONE_FILE,
    "organization_orders.say": messages.MOST_FILES * enclosures.LARGEST,
    "parallel.begin": parallel.LARGEST + _STRANGERS_FORM,
    "quote_links.accept": _ONE_FILE,
    "tax.fill": tax_files.LARGEST + _STRANGERS_FORM,
    "terms.look_at_openings": openings.LARGEST + _STRANGERS_FORM,
}
"""Pages that take files, and how many bytes; all others take words alone."""

_OPEN = frozenset({"quote_links.accept"})
"""Those of them that a link opens to somebody without an account."""


def largest_body(app: Flask, method: str, path: str, cookies: str) -> int:
    """How many bytes a request may bring.

    A session is trusted by its signature alone: whether it is in force is checked by the page.

    Args:
        app: the application.
        method: of the request.
        path: of the request, without what is behind the question mark.
        cookies: the header, empty if there is none.
    """
    try:
        endpoint, _ = app.url_map.bind("localhost").match(path, method)
    except HTTPException:
        endpoint = ""
    if endpoint not in _OPEN and not _carries_session(app, cookies):
        return _STRANGERS_FORM
    largest: int = app.config["MAX_CONTENT_LENGTH"]
    return min(_FILES.get(endpoint, _FORM), largest)


def from_json(text: str) -> Any:  # noqa: ANN401 - whatever it says
    """What a text in JSON says that a browser sent.

    Raises:
        ValueError: it is none, or nested deeper than anything of ours.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _carries_session(app: Flask, cookies: str) -> bool:
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    cookie = parse_cookie(cookies).get(app.config["SESSION_COOKIE_NAME"])
    if serializer is None or not cookie:
        return False
    try:
        return TOKEN in serializer.loads(cookie)
    except BadData:
        return False


class _CountingFormParser(FormDataParser):
    """Counts the fields before it takes them apart."""

    def _parse_urlencoded(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str]
    ) -> Any:  # noqa: ANN401 - Werkzeug's own
        text = stream.read()
        if self.max_form_parts is not None and text.count(b"&") >= self.max_form_parts:
            raise RequestEntityTooLarge
        return super()._parse_urlencoded(BytesIO(text), mimetype, content_length, options)

    def _parse_multipart(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str]
    ) -> Any:  # noqa: ANN401 - Werkzeug's own
        self.max_form_parts = _PARTS
        return super()._parse_multipart(stream, mimetype, content_length, options)


class _Request(Request):
    form_data_parser_class = _CountingFormParser


def _bound() -> None:
    """Bound what a request brings, before anything reads it."""
    cookies = request.headers.get("Cookie", "")
    request.max_content_length = largest_body(current_app, request.method, request.path, cookies)
    known = _carries_session(current_app, cookies)
    request.max_form_parts = _FIELDS if known else _STRANGERS_FIELDS
    if request.query_string.count(b"&") >= _ASKED:
        abort(400)


def init_app(app: Flask) -> None:
    """Bound every request."""
    app.request_class = _Request
    app.before_request(_bound)
