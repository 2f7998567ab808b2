"""Fields whose values are chosen: from a list, by name with a search, or a place."""

from collections.abc import Callable
from typing import Any

from royalties.ingest import places
from royalties.services.names import WORDS
from royalties.web.core.names import names, offered, offered_waiting
from royalties.web.forms.fields import BETWEEN_WORDS, LONGEST, EntryField, Options

WAITS = " (waits for approval)"
"""Behind the name of what waits, where it can be chosen."""


class Selection(EntryField):
    """One of some words; what is none of them stays to be seen."""

    kind = "choice"

    def __init__(
        self,
        label: str = "",
        *,
        options: Options | Callable[[], Options] = (),
        **more: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(label, **more)
        self._options = options

    def offer(self, options: Options) -> None:
        """Say what can be chosen on this page."""
        self._options = options

    @property
    def options(self) -> Options:
        """What can be chosen; of a function, what it says when the page is drawn."""
        return self._options() if callable(self._options) else self._options


class Ticks(Selection):
    """Some of some words."""

    kind = "ticks"

    @property
    def chosen(self) -> list[str]:
        """What is ticked, in the words of the list."""
        words = dict(self.options)
        return [words.get(each, each) for each in self.data]

    def process_data(self, value: Any) -> None:  # noqa: ANN401 - JSON
        """Take a list of words."""
        self.data = list(value or ())

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was ticked, of what can be."""
        allowed = {value for value, _ in self.options}
        self.data = [each for each in valuelist if each in allowed]

    def value(self) -> object | None:
        """The words; None where nothing was ticked."""
        return list(self.data) or None


class NotListedError(ValueError):
    """What was typed is no name of the list."""


class Picker(EntryField):
    """One entry of the setup, found by its name; its key may be typed as well.

    What can be chosen is in one list for all such fields of a page (``forms.lists``), which a
    browser offers as it is, and ``picker.js`` searches.

    Attributes:
        of: the part of the setup; ``editions`` for those of titles.
        entry: what one entry is called where none is found.
        waiting: whether what the form makes may wait for a second person, so that it may name what
            waits as well.
    """

    kind = "pick"

    def __init__(
        self,
        label: str = "",
        *,
        of: str,
        entry: str = "",
        waiting: bool = False,
        **more: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(label, listed=f"list-{of.replace('_', '-')}", **more)
        self.of = of
        self.entry = entry or WORDS.get(of, "edition")
        self.waiting = waiting

    def written_out(self, value: Any) -> str:  # noqa: ANN401 - JSON
        """An entry by its name."""
        return names().of(self.of, str(value))

    def read(self, text: str) -> object:
        """The key of a name.

        Raises:
            NotListedError: nothing of the list is called like that.
        """
        return _key_of(self, text)


class PickerList(Picker):
    """Some entries of the setup, ticked in a list that can be searched."""

    kind = "picks"
    data: list[str]

    @property
    def options(self) -> Options:
        """What can be chosen as (key, name): what is offered, and what was chosen before."""
        waiting = offered_waiting(self.of) if self.waiting else ()
        known = [*offered(self.of), *((key, f"{name}{WAITS}") for key, name in waiting)]
        listed = {key for key, _ in known}
        before = [(key, names().of(self.of, key)) for key in self.data if key not in listed]
        return [*before, *known]

    @property
    def chosen(self) -> list[str]:
        """The names of what is chosen."""
        return [names().of(self.of, key) for key in self.data]

    def process_data(self, value: Any) -> None:  # noqa: ANN401 - JSON
        """Take a list of keys."""
        self.data = list(value or ())

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was ticked, or keys and names with commas between or on lines."""
        self.data = []
        for each in valuelist:
            text = str(each).strip()[:LONGEST]
            key = names().key_of(self.of, text) or _waiting_key(self.of, text)
            self.data += [key] if key else [part for part in BETWEEN_WORDS.split(text) if part]

    def value(self) -> object | None:
        """The keys; None where nothing was chosen.

        Raises:
            NotListedError: one is no entry's.
        """
        return [_key_of(self, each) for each in self.data] or None


def _key_of(field: Picker, text: str) -> str:
    part = field.of
    key = names().key_of(part, text)
    if key is None and (waiting := _waiting_key(part, text)) is not None:
        if field.waiting and waiting in dict(offered_waiting(part)):
            return waiting
        called = names().of(part, waiting)
        raise NotListedError(f"“{called}” waits for approval: have it approved first")
    if key is None:
        alike = names().like(part, text)
        meant = f": is it “{alike}”?" if alike else ": choose one from the list"
        raise NotListedError(f"no {field.entry} is called “{text[:60]}”{meant}")
    return key


def _waiting_key(part: str, text: str) -> str | None:
    """The key of a new entry that waits, by its name or the key itself."""
    folded = _folded(text.removesuffix(WAITS))
    waiting = names().waiting_of(part)
    return next((key for key, name in waiting.items() if folded in (key, _folded(name))), None)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


class PlaceField(EntryField):
    """A country, or a region with its country: Washington, United States."""

    def written_out(self, value: Any) -> str:  # noqa: ANN401 - JSON
        """By name."""
        country, _, region = str(value).partition("-")
        named = (
            places.region_name(country, region) if region else "",
            places.country_name(country),
        )
        return ", ".join(filter(None, named))

    def read(self, text: str) -> object:
        """The code of a name, or the code; what is no place stays, to be refused."""
        region, _, country = text.rpartition(",")
        try:
            return places.place(f"{country.strip()}-{region.strip()}" if region else text)
        except places.NotAPlaceError:
            return text
