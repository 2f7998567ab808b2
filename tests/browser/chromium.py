"""Which Chromium the tests use; run as a program, it prints it, or says why there is none.

Uses the standard library only, so that it runs before anything is installed.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
)
SECONDS = 300
"""How long a browser may take to show its first page on a busy machine."""

_SHOWN = "shown by a browser"


def arguments() -> tuple[str, ...]:
    """What every start of the browser is given; root has no sandbox."""
    return (*QUIET, "--no-sandbox") if os.geteuid() == 0 else QUIET


def works(path: str) -> bool:
    """Whether a program is a browser that shows a page, and no stub that only looks like one.

    Ubuntu's ``chromium-browser`` asks for a snap to be installed, and a snap may not write where
    the tests keep its profile; both are found out only by starting them.
    """
    with tempfile.TemporaryDirectory() as profile:
        page = f"data:text/html,<p>{_SHOWN}</p>"
        command = [path, "--headless", f"--user-data-dir={profile}", *arguments()]
        try:
            ended = subprocess.run(
                [*command, "--dump-dom", page],
                capture_output=True,
                timeout=SECONDS,
                check=False,
                text=True,
                errors="replace",
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
    return ended.returncode == 0 and f"<p>{_SHOWN}</p>" in ended.stdout


def find(names: Sequence[str] = NAMES) -> str | None:
    """The browser named by ``CHROMIUM``, else the first one on the path that works."""
    named = os.environ.get("CHROMIUM")
    candidates = [named] if named else [path for path in map(shutil.which, names) if path]
    return next(filter(works, candidates), None)


def of_this_run(folder: Path) -> str | None:
    """The same, looked for once by all processes of a test run.

    Args:
        folder: which they share.
    """
    asked = repr([os.environ.get(name) for name in ("CHROMIUM", "PATH")])
    with (folder / f"chromium-{crc32(asked.encode())}").open("a+", encoding="utf-8") as note:
        fcntl.flock(note, fcntl.LOCK_EX)
        note.seek(0)
        if not (lines := note.read().splitlines()):
            lines = [find() or ""]
            note.write(f"{lines[0]}\n")
    return lines[0] or None


if __name__ == "__main__":
    found = find()
    if found is None:
        sys.exit(1)
    sys.stdout.write(f"{found}\n")
