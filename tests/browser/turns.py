"""What a browser does today in a fresh clone, where nothing of it has been done before."""

import shutil
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from zlib import crc32

DAYS = 6
"""In so many days all of it is done."""


def has_its_turn(name: str) -> bool:
    """Whether something is of the sixth that is done today."""
    return (crc32(name.encode()) + datetime.now(UTC).toordinal()) % DAYS == 0


def is_published(folders: Sequence[Path]) -> bool:
    """Whether folders are as in a commit that others have too: tried by them, not changed here.

    Without Git, or a remote, nobody knows.
    """
    home = folders[0]
    by_others = _git(home, "for-each-ref", "--count=1", "--contains=HEAD", "refs/remotes")
    return bool(by_others) and _git(home, "status", "--porcelain", "--", *map(str, folders)) == ""


def _git(folder: Path, *arguments: str) -> str | None:
    """What Git answers; None if it cannot."""
    git = shutil.which("git")
    if git is None:
        return None
    done = subprocess.run(
        [git, "-C", str(folder), *arguments], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else None
