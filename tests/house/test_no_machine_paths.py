"""Nothing in the repository names the machine or the folder that it was written in."""

import re
from pathlib import Path

from tests.house.repository import ROOT, files

# A letter in brackets keeps a pattern from matching itself.
MACHINE = re.compile(r"/wor[k]/|\.\./share[d]|/roo[t]/|/home/[a-z]+/|/User[s]/[A-Za-z]+/")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text(path: Path) -> str:
    content = path.read_bytes()
    return "" if b"\0" in content else content.decode("utf-8", "replace")


def test_files_contain_no_machine_paths() -> None:
    found = [
        f"{name(path)}:{number}: {line.strip()[:80]}"
        for path in files()
        if MACHINE.search(content := text(path))
        for number, line in enumerate(content.splitlines(), start=1)
        if MACHINE.search(line)
    ]
    assert not found
