"""How a value of a setup file is refused."""

_LONGEST_SHOWN = 60


class NotTakenError(ValueError):
    """A value that a key does not take; pydantic collects it with its place."""


def shown(value: object) -> str:
    """A value as a message quotes it, never longer than a line."""
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def text_of(value: object, wanted: str = "a text") -> str:
    """The text that a value must be."""
    if not isinstance(value, str):
        raise NotTakenError(f'{shown(value)} is not {wanted}: write it as a string, in "…"')
    return value
