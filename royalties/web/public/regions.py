"""The regions of a country, for forms in which the country is changed."""

from flask import abort, jsonify
from werkzeug.wrappers import Response

from royalties.domain.people import EVERYBODY
from royalties.ingest import places
from royalties.web.core.pages import Pages

PAGES = Pages("regions", __name__, "/regions", EVERYBODY)

_A_DAY = 24 * 60 * 60


@PAGES.get("/<country>")
def regions(country: str) -> Response:
    """Codes and names, by name; none where the standard has none."""
    if not places.is_country(country):
        abort(404)
    answer = jsonify([list(each) for each in places.regions(country)])
    answer.headers["Cache-Control"] = f"public, max-age={_A_DAY}"
    return answer
