"""A browser is used for tests only once it has shown a page."""

import stat
from pathlib import Path

import pytest

from tests.browser import chromium

SNAP_STUB = """#!/bin/sh
echo "Command '$0' requires the chromium snap to be installed." >&2
exit 1
"""
BOASTER = """#!/bin/sh
echo "Chromium 156.0.8078.73"
"""


@pytest.mark.parametrize("script", [SNAP_STUB, BOASTER, "no program"])
@pytest.mark.usefixtures("chromium")  # the real one comes after the stub
def test_stub_is_not_taken_for_a_browser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    stub = tmp_path / "chromium-browser"
    stub.write_text(script)
    stub.chmod(stub.stat().st_mode | stat.S_IXUSR)
    real = chromium.find()
    assert real is not None
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}:{Path(real).parent}:/bin:/usr/bin")
    assert chromium.find(("chromium-browser",)) is None
    assert chromium.find(("chromium-browser", Path(real).name)) == real
