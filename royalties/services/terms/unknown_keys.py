"""What a setup file names that the books do not know: by a key that changed, or that waits."""

import re

from royalties.domain.problems import SetupFault
from royalties.ingest import setup as setup_file
from royalties.ingest.setup import Bodies
from royalties.services import pending
from royalties.services.work import Work
from royalties.store.history import renamed_keys

_UNKNOWN = re.compile(r'unknown [a-z ]+ "([^"]+)"')


def with_waiting_named(work: Work, faults: list[SetupFault]) -> list[SetupFault]:
    """The same faults; an unknown entry that waits for approval is reported as such."""
    unknown = [_UNKNOWN.match(fault.message) for fault in faults]
    if not any(unknown):
        return faults
    waiting = {key for _, key in pending.added(work)}
    return [
        SetupFault(
            fault.path,
            f"{found[0].removeprefix('unknown ')} waits for approval: have it approved first",
        )
        if found and found[1] in waiting
        else fault
        for fault, found in zip(faults, unknown, strict=True)
    ]


def with_changed_keys_named(
    work: Work, document: setup_file.Document, before: Bodies, faults: list[SetupFault]
) -> list[SetupFault]:
    """The same faults, with old keys that the file still uses, each with its new key."""
    changed = {
        (part, old): new
        for (part, old), new in renamed_keys(work.connection).items()
        if old not in before.get(part, {})
    }
    if not changed:
        return faults
    new_of = {old: new for (_, old), new in changed.items()}
    named = [
        SetupFault(
            f"{document.paths[part, old]}.key",
            f'"{old}" was changed to "{new}" in the books: write that',
        )
        for (part, old), new in changed.items()
        if (part, old) in document.paths
    ]
    for fault in faults:
        unknown = _UNKNOWN.match(fault.message)
        old = unknown[1] if unknown else ""
        named.append(
            SetupFault(fault.path, f'"{old}" was changed to "{new_of[old]}": write that')
            if old in new_of
            else fault
        )
    return named
