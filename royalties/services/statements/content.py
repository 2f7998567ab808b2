"""What a statement says, from and to the JSON that is kept of it."""

import json
from typing import Any

from pydantic import TypeAdapter

from royalties.domain.royalties.statements import Statement

CONTENT = TypeAdapter(Statement)


def said_in(content: str) -> Statement:
    """What was kept of a statement, whichever version kept it.

    Earlier ones said *paid* of what was to pay, and withheld tax when the period was closed.
    """
    if '"to_pay":' in content:
        return CONTENT.validate_json(content)
    kept: dict[str, Any] = json.loads(content)
    if "paid" in kept:
        kept["to_pay"] = kept["net"] = kept.pop("paid")
        kept["tax_withheld"], kept["tax"] = kept["tax"], 0
    return CONTENT.validate_json(json.dumps(kept))
