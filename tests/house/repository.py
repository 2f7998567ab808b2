"""The repository as the rules of the house see it."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from pathspec import GitIgnoreSpec

ROOT = Path(__file__).resolve().parents[2]


@cache
def files() -> tuple[Path, ...]:
    """Every file of the repository: tracked, or about to be; of an unpacked archive all."""
    names = _by_git() if (ROOT / ".git").exists() and shutil.which("git") else _by_folder()
    paths = (ROOT / name for name in sorted(names))
    return tuple(path for path in paths if path.is_file())


def _by_git() -> set[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return {name for name in listed.stdout.split("\0") if name}


def _by_folder() -> set[str]:
    """What lies in the folder, less what ``.gitignore`` names."""
    ignore = GitIgnoreSpec.from_lines((ROOT / ".gitignore").read_text(encoding="utf-8").split("\n"))
    found: set[str] = set()
    for folder, subfolders, names in os.walk(ROOT):
        here = Path(folder).relative_to(ROOT)
        subfolders[:] = [name for name in subfolders if not ignore.match_file(f"{here / name}/")]
        found |= {(here / name).as_posix() for name in names if not ignore.match_file(here / name)}
    return found
