"""Pages that are as they were when a browser last found no fault in them.

Every day a page is looked at where its HTML, a style sheet, a script, the browser or what is looked
for differs from then. What was judged is kept in pytest's cache: a fresh checkout looks at a sixth
of all pages on each of six days.
"""

import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import royalties

STATIC = Path(royalties.__file__).parent / "web" / "static"
HERE = Path(__file__).parent

_OTHER_EACH_TIME = re.compile(
    r"[\w-]{8,}\.[\w-]{5,8}\.[\w-]{20,}"  # a token that was signed at some moment
    r"|(?<=name=\"token\" value=\")[\w-]{32}"  # a number that is used once
    r"|http://localhost:\d+"
)


class Judged:
    """What was judged of pages in this run and in earlier ones."""

    def __init__(self, cache: pytest.Cache, browser: Browser) -> None:
        self._cache = cache
        files = sorted(path for path in STATIC.rglob("*") if path.is_file())
        here = [path.read_bytes() for path in [*files, *sorted(HERE.glob("*.py"))]]
        self._alike = _digest([browser.version.encode(), *here])

    def mark(self, page: Page, path: str, status: int) -> str:
        """What stands for a page as it is now; empty if it cannot be said."""
        answer = page.context.request.get(path)
        if answer.status != status:
            return ""
        policy = answer.headers.get("content-security-policy", "")
        text = _OTHER_EACH_TIME.sub("", answer.text())
        return _digest([self._alike.encode(), policy.encode(), text.encode()])

    def is_unchanged(self, name: str, mark: str) -> bool:
        """Whether no fault was found in the page when it was the same."""
        return bool(mark) and self._cache.get(_key(name), "") == mark

    def knows(self, name: str) -> bool:
        """Whether a browser has ever found no fault in the page here."""
        return bool(self._cache.get(_key(name), ""))

    def keep(self, name: str, mark: str) -> None:
        """No fault was found in the page."""
        if mark:
            self._cache.set(_key(name), mark)


def _key(name: str) -> str:
    return f"pages/{_digest([name.encode()])[:16]}"


def _digest(parts: Iterable[bytes]) -> str:
    digest = sha256()
    for each in parts:
        digest.update(sha256(each).digest())
    return digest.hexdigest()
