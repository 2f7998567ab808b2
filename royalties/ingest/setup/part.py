"""What every object of a setup file is made of."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """Any object of the file: a key that is not known is refused."""

    # Built when they are first used: most commands use few of them.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
    exactly_one_of: ClassVar[tuple[str, ...]] = ()
