"""Plans: how what is payable goes to beneficiaries, step by step."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from royalties.domain.terms.contracts import Words


class Takes(StrEnum):
    """What a step takes of what is left (calculation.md, "3. Allocation")."""

    FIXED = "fixed"
    SHARE = "share"
    PER_UNIT = "per_unit"
    REMAINDER = "remainder"


class CapPer(StrEnum):
    """How long a cap counts before it starts again."""

    PERIOD = "period"
    YEAR = "year"
    LIFETIME = "lifetime"


@dataclass(frozen=True, slots=True)
class When:
    """Which lines a step is narrowed to; an absent condition matches everything."""

    formats: Words = None
    channels: Words = None
    retailers: Words = None
    countries: Words = None
    regions: Words = None
    cities: Words = None
    orders: Words = None


@dataclass(frozen=True, slots=True)
class Cap:
    """A limit in the contract's currency; one with a name goes on in later versions."""

    amount: Fraction
    per: CapPer
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """Who gets part of a step: a beneficiary, or a nested list of steps over that part."""

    weight: Fraction = Fraction(1)
    beneficiary: str | None = None
    steps: tuple["Step", ...] = ()
    cap: Cap | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step; ``amount`` is in the contract's currency, a share, or None for a remainder."""

    takes: Takes
    amount: Fraction | None
    to: tuple[Member, ...]
    when: When | None = None
    cap: Cap | None = None
    from_: date | None = None
    until: date | None = None

    def counts_on(self, day: date) -> bool:
        """Whether the step counts in a period with this last day; both limits included."""
        return (self.from_ is None or self.from_ <= day) and (
            self.until is None or day <= self.until
        )


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """The steps in force from a day on."""

    starts: date
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan; versions are in order of their first day. ``name`` is empty where it has none."""

    key: str
    versions: tuple[PlanVersion, ...]
    name: str = ""

    def on(self, day: date) -> PlanVersion | None:
        """The version in force on a day."""
        in_force = [version for version in self.versions if version.starts <= day]
        return in_force[-1] if in_force else None


def beneficiaries_of(steps: tuple[Step, ...]) -> list[str]:
    """Everyone a list of steps may give to, in order, each once."""
    keys: dict[str, None] = {}
    for step in steps:
        for member in step.to:
            if member.beneficiary is not None:
                keys[member.beneficiary] = None
            keys.update(dict.fromkeys(beneficiaries_of(member.steps)))
    return list(keys)


def steps_of(steps: tuple[Step, ...]) -> list[Step]:
    """Steps, each followed by those nested in it."""
    nested = []
    for step in steps:
        nested.append(step)
        for member in step.to:
            nested += steps_of(member.steps)
    return nested
