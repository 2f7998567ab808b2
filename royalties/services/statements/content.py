"""A statement's content, from and to its stored JSON."""

import json
from typing import Any

from pydantic import TypeAdapter

from royalties.domain.royalties.statements import Statement

CONTENT = TypeAdapter(Statement)


def statement_in(content: str) -> Statement:
    """A statement from its stored content, whichever version of the program stored it.

    Earlier ones wrote *paid* for what was to pay, and withheld tax when the period was closed.
    """
    if '"to_pay":' in content:
        return CONTENT.validate_json(content)
    stored: dict[str, Any] = json.loads(content)
    if "paid" in stored:
        stored["to_pay"] = stored["net"] = stored.pop("paid")
        stored["tax_withheld"], stored["tax"] = stored["tax"], 0
    return CONTENT.validate_json(json.dumps(stored))
