"""Who may do what: roles, and one table of verbs."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Role(IntEnum):
    """Roles of the finance desk; a higher one may do all that a lower one may."""

    CLERK = 1
    MANAGER = 2
    ADMINISTRATOR = 3


class Verb(StrEnum):
    """What people do; the word that the log keeps."""

    LOAD = "load"
    IMPORT = "import"
    UNDO = "undo"
    CORRECT = "correct"
    ALIAS = "alias"
    READ = "read"
    CLOSE = "close"
    ISSUE = "issue"


LEAST: dict[Verb, Role] = {
    Verb.READ: Role.CLERK,
    Verb.IMPORT: Role.CLERK,
    Verb.UNDO: Role.CLERK,
    Verb.ALIAS: Role.CLERK,
    Verb.CORRECT: Role.MANAGER,
    Verb.LOAD: Role.MANAGER,
    Verb.CLOSE: Role.MANAGER,
    Verb.ISSUE: Role.MANAGER,
}
"""The least role that each verb asks for."""


class NotAllowedError(PermissionError):
    """Somebody asked for what their role may not do."""

    def __init__(self, actor: "Actor", verb: Verb) -> None:
        super().__init__(
            f"{actor.name} may not {verb.value}: ask a {LEAST[verb].name.lower()} to do it"
        )


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts."""

    name: str
    role: Role

    def require(self, verb: Verb) -> None:
        """Refuse what the role may not do.

        Raises:
            NotAllowedError: names who may.
        """
        if self.role < LEAST[verb]:
            raise NotAllowedError(self, verb)
