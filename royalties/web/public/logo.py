"""The house's logo, which everybody may see."""

from flask import Response, abort

from royalties.domain.people import EVERYBODY
from royalties.services.terms.house import current_logo
from royalties.web.core.pages import Pages
from royalties.web.core.visit import current_work

PAGES = Pages("logo", __name__, "", EVERYBODY)

_KEPT = 3600
"""Seconds for which browsers keep it; a new logo has another address."""


@PAGES.get("/logo/<mark>.png")
def logo(mark: str) -> Response:
    """The logo; ``mark`` tells browsers one from the next."""
    png = current_logo(current_work())
    if png is None or not mark.isalnum():
        abort(404)
    answer = Response(png, mimetype="image/png")
    answer.cache_control.public = True
    answer.cache_control.max_age = _KEPT
    return answer
