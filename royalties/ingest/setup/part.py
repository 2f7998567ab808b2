"""What every object of a setup file is made of."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

ONE = "~one"
LIST = "~list"
"""Tags of "a value or a list": no part of a path, since they begin with ``~``."""


class Part(BaseModel):
    """Any object of the file: a key that is not known is refused."""

    # Built when they are first used: most commands use few of them.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
    exactly_one_of: ClassVar[tuple[str, ...]] = ()


def one_or_list(value: object) -> str:
    """The tag of a value, or of a list of them."""
    return LIST if isinstance(value, list) else ONE


def exactly_one(*keys: str) -> dict[str, Any]:
    """What the JSON Schema says of keys of which one is given."""
    return {"oneOf": [{"required": [key]} for key in keys]}


def or_null(schema: dict[str, Any]) -> None:
    """Where null says something, the schema takes it."""
    schema.update(schema.pop("anyOf")[0])
    schema["type"] = [schema["type"], "null"]
