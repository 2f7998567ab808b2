"""Column types: the database stores text and small integers, the store returns values.

The stored form never changed. A value of another type is refused before it is written; text
that is not a valid value, which only tampering leaves, raises an error that names it on reading.
"""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import Any, Generic, TypeVar

from sqlalchemy import Dialect, SmallInteger, String, Text, TypeDecorator

from royalties.domain.json_values import as_json, canonical

Value = TypeVar("Value")
Member = TypeVar("Member", bound=StrEnum)


class UnreadableValueError(ValueError):
    """A column holds a value that is invalid for its type."""

    def __init__(self, stored: object, kind: str) -> None:
        super().__init__(f"{stored!r} is stored where {kind} is expected")


class _Stored(TypeDecorator[Value]):
    """A type with a stored form; null is None."""

    cache_ok = True

    def _write(self, value: object) -> str | int:
        raise NotImplementedError

    def _read(self, stored: Any) -> Value:  # noqa: ANN401 - as the driver gives it
        raise NotImplementedError

    def process_bind_param(self, value: object, dialect: Dialect) -> str | int | None:  # noqa: ARG002
        """The value's stored form."""
        return None if value is None else self._write(value)

    def process_result_value(self, value: object, dialect: Dialect) -> Value | None:  # noqa: ARG002
        """The original value."""
        return None if value is None else self._read(value)


class Day(_Stored[date]):
    """A day, stored as 2026-04-03."""

    impl = String(10)
    cache_ok = True

    def _write(self, value: object) -> str:
        if not isinstance(value, date) or isinstance(value, datetime):
            raise TypeError(value)
        return value.isoformat()

    def _read(self, stored: str) -> date:
        return _day(stored)


class Moment(_Stored[datetime]):
    """A moment in UTC, stored as 2026-04-03T12:30:00+00:00; fractions of a second are not lost."""

    impl = String(32)
    cache_ok = True

    def _write(self, value: object) -> str:
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise TypeError(value)
        return value.astimezone(UTC).isoformat()

    def _read(self, stored: str) -> datetime:
        try:
            moment = datetime.fromisoformat(stored)
        except (TypeError, ValueError):
            raise UnreadableValueError(stored, "a moment") from None
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


class Exact(_Stored[Fraction]):
    """An exact number, stored as 3 or 5/7."""

    impl = Text
    cache_ok = True

    def _write(self, value: object) -> str:
        if not isinstance(value, int | Fraction) or isinstance(value, bool):
            raise TypeError(value)
        return str(value)

    def _read(self, stored: str) -> Fraction:
        return _fraction(stored)


class Flag(_Stored[bool]):
    """Yes or no, stored as 1 or 0."""

    impl = SmallInteger
    cache_ok = True

    def _write(self, value: object) -> int:
        if value not in {0, 1}:
            raise TypeError(value)
        return 1 if value else 0

    def _read(self, stored: int) -> bool:
        if stored not in {0, 1}:
            raise UnreadableValueError(stored, "0 or 1")
        return bool(stored)


class Word(_Stored[Member], Generic[Member]):
    """A member of an enumeration, stored as its word."""

    impl = String
    cache_ok = True

    def __init__(self, kind: type[Member], length: int) -> None:
        super().__init__(length)
        self.kind = kind
        self.length = length

    def _write(self, value: object) -> str:
        return self.kind(str(value)).value

    def _read(self, stored: str) -> Member:
        try:
            return self.kind(stored)
        except ValueError:
            raise UnreadableValueError(stored, f"a {self.kind.__name__}") from None


class Json(_Stored[Any]):
    """A value stored as JSON, its keys in order.

    Args:
        loaded: makes the value from what JSON holds.
        dumped: makes what JSON can hold from the value.
        in_order: whether keys are sorted; else they keep their order.
    """

    impl = Text
    cache_ok = True

    def __init__(
        self,
        loaded: Callable[[Any], Any] | None = None,
        dumped: Callable[[Any], Any] | None = None,
        *,
        in_order: bool = True,
    ) -> None:
        super().__init__()
        self.loaded = loaded
        self.dumped = dumped
        self.in_order = in_order

    def _write(self, value: object) -> str:
        plain = self.dumped(value) if self.dumped else value
        return json.dumps(plain, ensure_ascii=False, sort_keys=self.in_order, default=as_json)

    def _read(self, stored: str) -> Any:  # noqa: ANN401 - JSON
        try:
            plain = json.loads(stored)
            return self.loaded(plain) if self.loaded else plain
        except (LookupError, TypeError, ValueError):
            raise UnreadableValueError(stored, "JSON of this kind") from None


class Canonical(Json):
    """A value stored as canonical JSON."""

    cache_ok = True

    def _write(self, value: object) -> str:
        return canonical(value)


@lru_cache(4096)
def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except (TypeError, ValueError):
        raise UnreadableValueError(text, "a day") from None
    if day.isoformat() != text:  # 20260403 is the same day, but never written
        raise UnreadableValueError(text, "a day")
    return day


@lru_cache(4096)
def _fraction(text: str) -> Fraction:
    try:
        return Fraction(text)
    except (TypeError, ValueError, ZeroDivisionError):
        raise UnreadableValueError(text, "an exact number") from None
