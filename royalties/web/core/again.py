"""A form that comes when its session has ended: what was typed is shown, to be sent again.

Nothing of it is stored here: the page carries the fields, and its form goes where the first one
went, with everything asked for again that is asked of any form.
"""

from flask import Request, render_template, request

from royalties.domain.people import Role
from royalties.web.core.visit import actor

_TOKEN = "csrf_token"  # noqa: S105 - a field's name, not a secret
_PLAIN = "application/x-www-form-urlencoded"
_MOST = 30_000
"""Fields of the longest form: a sheet of two thousand rows without a script."""


def to_send_again(door: str, status: int) -> tuple[str, int] | None:
    """The page that sends a form again, or None if there is nothing to send.

    Args:
        door: where a stranger signs in.
        status: what the page answers with.
    """
    fields = _fields(request)
    if not fields:
        return None
    visitor = actor()
    page = render_template(
        "again.html",
        fields=fields,
        action=request.full_path.rstrip("?"),
        door=door,
        name="" if visitor.role is Role.STRANGER else visitor.name,
    )
    return page, status


def typed(sent: Request) -> list[tuple[str, str]]:
    """The fields of a form but its token: every page has its own."""
    return [(name, value) for name, value in sent.form.items(multi=True) if name != _TOKEN]


def is_own(sent: Request) -> bool:
    """Whether a form was sent by a page of ours, as far as the browser says."""
    site = sent.headers.get("Sec-Fetch-Site")
    if site is None:  # browsers say it to safe addresses only
        return sent.headers.get("Origin") == sent.host_url.rstrip("/")
    return site == "same-origin"


def _fields(sent: Request) -> list[tuple[str, str]]:
    """What was typed; nothing of a form with files or a password."""
    if sent.method != "POST" or sent.mimetype != _PLAIN or len(sent.form) > _MOST:
        return []
    fields = typed(sent)
    return [] if any("password" in name for name, _ in fields) else fields
