"""What was sent back, withdrawn or left behind, put on what is in force now.

What others changed of the entry meanwhile stays; only what the proposal itself had changed is
proposed again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from royalties.domain.approvals import Proposal
from royalties.services.terms import amending
from royalties.services.work import Work
from royalties.store.history import revisions_of

Body = Mapping[str, Any]

BY_OTHER_VERBS = frozenset({"retired", "rights_ended"})
"""Fields that no form of an entry has: verbs of their own change them."""


@dataclass(frozen=True, slots=True)
class ProposedAgain:
    """A change of an entry on what is in force.

    Attributes:
        part: of the setup.
        key: of the entry.
        body: as it would be proposed now.
        now: in force; None: there is no such entry.
        base: that the proposal was prepared on; None: it was to be a new one.
        proposed: as it was proposed.
    """

    part: str
    key: str
    body: dict[str, Any]
    now: Body | None
    base: Body | None
    proposed: Body

    @property
    def is_by_another_verb(self) -> bool:
        """Whether all that the proposal changed is what no form of the entry has."""
        changed = changed_fields(self.base, self.proposed)
        return bool(self.now and self.base and changed) and changed <= BY_OTHER_VERBS

    @property
    def version(self) -> Body:
        """Of an entry with versions, the newest one that the proposal adds or changes."""
        before = {each["from"]: each for each in self.base["versions"]} if self.base else {}
        listed = self.proposed["versions"]
        changed = [each for each in listed if before.get(each["from"]) != each]
        newest: Body = max(changed or listed, key=lambda each: str(each["from"]))
        return newest

    @property
    def right_ended(self) -> tuple[str, str]:
        """Of a contract, the right that was to end and its last day; that day empty: it goes on."""
        before, after = (
            (body or {}).get("rights_ended", {}) for body in (self.base, self.proposed)
        )
        changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        return (changed[0], after.get(changed[0], "")) if changed else ("", "")


def again(work: Work, proposal: Proposal) -> ProposedAgain:
    """A proposed change of an entry, on what is in force now.

    Raises:
        RefusedError: it is no change of an entry.
    """
    part, proposed = amending.proposed_entry(proposal)
    key = str(proposed["key"])
    found = amending.find_entry(work, part, key)
    now = found.body if found and found.body else None
    base = _base(work, proposal, part, key) if now else None
    return ProposedAgain(part, key, _merged(base, proposed, now), now, base, proposed)


def _base(work: Work, proposal: Proposal, part: str, key: str) -> Body | None:
    """What was in force when a change was prepared."""
    return next(
        (
            each.body
            for each in revisions_of(work.connection, part, key)
            if proposal.fingerprint == amending.fingerprint_of(each) and each.body
        ),
        None,
    )


def changed_fields(before: Body | None, after: Body) -> frozenset[str]:
    """Names of the fields in which two bodies differ."""
    old = before or {}
    return frozenset(
        name
        for name in {*old, *after}
        if (name in old, old.get(name)) != (name in after, after.get(name))
    )


def _merged(base: Body | None, proposed: Body, now: Body | None) -> dict[str, Any]:
    if base is None or now is None:
        return dict(proposed)
    changed = changed_fields(base, proposed)
    merged = {name: value for name, value in now.items() if name not in changed}
    return {**merged, **{name: proposed[name] for name in changed if name in proposed}}
