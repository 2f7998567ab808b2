"""Rules about imports that import-linter cannot state; its own stand in pyproject.toml."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.repository import ROOT


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[str]:
    """The full names of what a file imports, relative imports resolved."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            yield ".".join((*base, *filter(None, [node.module])))


def inside(imported: str, package: str) -> bool:
    return imported == package or imported.startswith(f"{package}.")


@pytest.mark.parametrize("path", modules("royalties/domain"), ids=name)
def test_domain_needs_only_the_standard_library(path: Path) -> None:
    foreign = {
        imported
        for imported in imports(path)
        if not inside(imported, "royalties.domain")
        and imported.partition(".")[0] not in sys.stdlib_module_names
    }
    assert not foreign


FOR_ALL = {"core", "forms", "ordering"}
AUDIENCES = {path.parent.name for path in (ROOT / "royalties/web").glob("*/__init__.py")} - FOR_ALL


@pytest.mark.parametrize("audience", sorted(AUDIENCES))
def test_no_audience_names_another_ones_modules(audience: str) -> None:
    """Shared code is in a common room; ``account`` is for every audience."""
    foreign = {
        f"{name(path)}: {imported}"
        for path in modules(f"royalties/web/{audience}")
        for imported in imports(path)
        for other in AUDIENCES - {audience, "account"}
        if inside(imported, f"royalties.web.{other}")
    }
    assert not foreign


@pytest.mark.parametrize("path", modules("migrations/versions"), ids=name)
def test_migration_imports_nothing_of_the_program(path: Path) -> None:
    """It must always do what it did when it was written."""
    ours = {
        imported
        for imported in imports(path)
        if any(inside(imported, package) for package in ("royalties", "reports", "config"))
    }
    assert not ours
