"""README and docs tell the truth: commands, variables, keys and links, and the tour itself."""

import json
import re
import shlex
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from royalties.cli import main
from royalties.cli.main import ENTRIES, load
from royalties.ingest.formats import built_in
from royalties.ingest.report.declaration import ReportFormat
from tests.house.repository import ROOT, files

README = ROOT / "README.md"
DOCS = ROOT / "docs"
OURS = [path for path in files() if "tests" not in path.relative_to(ROOT).parts]
PAGES = [path for path in OURS if path.suffix == ".md"]
OPTIONS_OF_ALL = {"--help", "--json"}


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(path: Path, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text(path), re.MULTILINE | re.DOTALL)


def without_blocks(path: Path) -> str:
    return re.sub(r"^```.*?^```$", "", text(path), flags=re.MULTILINE | re.DOTALL)


def slug(heading: str) -> str:
    """A heading's anchor, as forges make it."""
    kept = (c for c in heading.strip().lower() if c in " -_" or unicodedata.category(c)[0] in "LN")
    return "".join(kept).replace(" ", "-")


def anchors(path: Path) -> set[str]:
    return {slug(found) for found in re.findall(r"^#+ (.*)$", without_blocks(path), re.MULTILINE)}


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_internal_links_lead_somewhere(path: Path) -> None:
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)\)", without_blocks(path)):
        if re.match(r"[a-z]+:", target):
            continue
        place, _, anchor = target.partition("#")
        file = (path.parent / place).resolve() if place else path
        if not file.exists() or (anchor and anchor not in anchors(file)):
            dead.append(target)
    assert not dead


def test_every_command_is_in_the_readme() -> None:
    listed = set(re.findall(r"^\| `royalties ([a-z-]+)", text(README), re.MULTILINE))
    assert listed == set(ENTRIES)


def test_every_option_is_explained() -> None:
    written = "".join(text(path) for path in (README, *DOCS.glob("*.md")))
    options = {
        option
        for name in ENTRIES
        for parameter in load(name).params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
        if option.startswith("--")
    }
    assert {option for option in options - OPTIONS_OF_ALL if option not in written} == set()


def test_every_variable_is_documented() -> None:
    code = [path for path in OURS if path.suffix == ".py"]
    used = {found for path in code for found in re.findall(r"\bROYALTIES_[A-Z_]+\b", text(path))}
    assert used
    for page in (README, DOCS / "operations.md"):
        assert {variable for variable in used if variable not in text(page)} == set()


def test_every_key_of_the_setup_is_explained() -> None:
    page = text(DOCS / "setup.md")
    result = CliRunner().invoke(main, ["schema"])
    keys = set(_keys(json.loads(result.output)))
    assert {key for key in keys if f"`{key}`" not in page and f'"{key}"' not in page} == set()


def _keys(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for inner in schema.values():
            yield from _keys(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _keys(inner)


def test_the_setups_examples_load(tmp_path: Path) -> None:
    runner = CliRunner(env={"ROYALTIES_HOME": str(tmp_path), "ROYALTIES_DATABASE_URL": ""})
    assert runner.invoke(main, ["init"]).exit_code == 0
    examples = blocks(DOCS / "setup.md", "json")
    assert examples
    for example in examples:
        file = tmp_path / "setup.json"
        file.write_text(example, encoding="utf-8")
        result = runner.invoke(main, ["load", str(file)])
        assert result.exit_code == 0, result.output


def test_every_report_format_is_documented() -> None:
    headings = re.findall(r"^### (?:.+: )?([a-z0-9, -]+)$", text(DOCS / "reports.md"), re.MULTILINE)
    sections = {name for heading in headings for name in heading.split(", ")}
    known = {declared.name for declared in built_in()} - {"standard"}
    assert sections == known


def test_every_decision_is_in_the_index() -> None:
    folder = DOCS / "decisions"
    there = {path.name for path in folder.glob("[0-9]*.md")}
    listed = set(re.findall(r"\((\d{4}-[a-z-]+\.md)\)", text(folder / "README.md")))
    assert there == listed


def test_format_example_in_contributing_is_valid() -> None:
    (example,) = blocks(ROOT / "CONTRIBUTING.md", "python")
    found: dict[str, object] = {}
    exec(example, found)  # noqa: S102 - our own page
    declared = found["FORMAT"]
    assert isinstance(declared, ReportFormat)
    header = ("Sold on", "EAN", "Title", "Type", "Qty", "Payable")
    assert declared.header([(1, header)]) is not None


def test_the_tour_prints_what_the_readme_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every ``console`` block, in order, in a folder that has nothing but the examples."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    runner = CliRunner(env={"ROYALTIES_HOME": "", "ROYALTIES_DATABASE_URL": ""})
    steps = [step for block in blocks(README, "console") for step in _steps(block)]
    assert steps
    for command, expected in steps:
        result = runner.invoke(main, command, catch_exceptions=False)
        assert _as_pattern(expected).fullmatch(result.output), f"{command}\n{result.output}"


def _steps(block: str) -> Iterator[tuple[list[str], list[str]]]:
    """Commands with the lines they print."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, *printed = part.splitlines()
        program, *arguments = shlex.split(command)
        assert program in {"make", "royalties"}
        yield arguments, printed


def _as_pattern(lines: list[str]) -> re.Pattern[str]:
    """``…`` alone stands for any lines, within a line for any text."""
    parts = [
        r"(?:.*\n)*?" if line == "…" else ".*".join(map(re.escape, line.split("…"))) + r"\n"
        for line in lines
    ]
    return re.compile("".join(parts))
