"""What a form asks somebody to agree to; a consent holds for that and for nothing else.

The form carries the facts as it showed them. If they are others by the time it is sent, neither
tick nor signature counts: the page comes back without them and says what changed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request

from royalties.services.work import RefusedError
from royalties.web.core.bodies import from_json

_LONGEST = 50_000


class ChangedSinceSeenError(RefusedError):
    """Somebody agreed to something else than what there is by now."""

    def __init__(self) -> None:
        super().__init__(
            "what you agreed to has changed since this page showed it to you: see below what is "
            "different, then decide again"
        )


@dataclass(frozen=True, slots=True)
class FactChange:
    """A fact that is not what it was; empty where there was none, or is none."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Consent:
    """What is agreed to, as it stands.

    Attributes:
        version: of the thing that is agreed to; a consent to an earlier one does not count.
        facts: what the page says of it, by name, in the visitor's words.
        given_in: names of the fields in which somebody agrees and signs.
    """

    version: int
    facts: Mapping[str, str]
    given_in: tuple[str, ...] = ()

    @property
    def seen(self) -> str:
        """What the form carries, to come back with it."""
        return json.dumps([self.version, dict(self.facts)], ensure_ascii=False)

    @property
    def is_overtaken(self) -> bool:
        """Whether the form that came had shown something else."""
        return request.method == "POST" and _facts_sent() != (self.version, dict(self.facts))

    @property
    def changes(self) -> list[FactChange]:
        """What is not as the form that came had shown it."""
        _, before = _facts_sent()
        if request.method != "POST" or not before:
            return []
        names = dict.fromkeys((*self.facts, *before))
        compared = (
            FactChange(each, before.get(each, ""), self.facts.get(each, "")) for each in names
        )
        return [each for each in compared if each.before != each.after]

    @property
    def typed(self) -> Mapping[str, str]:
        """What was typed; without the consent if it was given to something else."""
        gone = self.given_in if self.is_overtaken else ()
        return {name: words for name, words in request.form.items() if name not in gone}

    def require(self) -> None:
        """Make sure that what was agreed to is what there is.

        Raises:
            ChangedSinceSeenError: it is not.
        """
        if self.is_overtaken:
            raise ChangedSinceSeenError


def _facts_sent() -> tuple[int, dict[str, str]]:
    """The version and the facts that the form had shown; nothing if that cannot be read."""
    text = request.form.get("seen", "")
    try:
        found: Any = from_json(text) if len(text) <= _LONGEST else None
        version, facts = found
        return int(version), {str(name): str(words) for name, words in facts.items()}
    except (ValueError, TypeError, AttributeError, OverflowError):
        return -1, {}


def prepared(proposal: int) -> str:
    """What a page says where a second person has to agree."""
    return (
        f"Prepared as proposal {proposal}. It takes effect once another person, a manager, "
        f"approves it."
    )
