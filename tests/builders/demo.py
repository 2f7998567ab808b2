"""The demo, run as anybody would run it."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

from tests.databases import RUN_FOLDER


def demo(folder: Path, *arguments: str, url: str = "", code: int = 0) -> tuple[str, str]:
    """The demo in a process of its own, in a folder where nothing is set: output and errors."""
    environment = {**os.environ, "ROYALTIES_HOME": "", "ROYALTIES_DATABASE_URL": url}
    done = subprocess.run(
        [sys.executable, "-m", "royalties", "demo", *arguments],
        check=False,
        capture_output=True,
        cwd=folder,
        env=environment,
        text=True,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout, done.stderr


def demo_of_this_run() -> tuple[Path, str]:
    """A folder in which the demo was run once for all test processes, and what it printed."""
    folder = Path(os.environ[RUN_FOLDER]) / "demo"
    folder.mkdir(exist_ok=True)
    note = folder.with_name("demo.txt")
    with note.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        if not (printed := file.read()):
            printed, _ = demo(folder)
            file.write(printed)
    return folder, printed
