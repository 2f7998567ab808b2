"""The form of a setup file, for editors."""

from typing import Any

from royalties.ingest.setup import json_schema


def setup_schema() -> dict[str, Any]:
    """The JSON Schema of the setup file, made from the models that read it."""
    return json_schema()
