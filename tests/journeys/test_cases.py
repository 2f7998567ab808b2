"""The worked examples of tests/cases, played through the command line as anybody could."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from royalties.cli import main
from royalties.domain.currencies import EXPONENTS, exponent
from tests.builders.books import Document, Row, Shelf, nothing, write_rows
from tests.selection import one_of_each

CASES = Path(__file__).parents[1] / "cases"


def _cases() -> Iterator[tuple[str, Document]]:
    for path in sorted(CASES.rglob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        if "steps" in case:
            yield path.stem, case


SCENARIOS = dict(_cases())
EVERY_THIRD = sorted(SCENARIOS)[::3]


def its_topic(name: str) -> str:
    """What a scenario is about: advances, allocation, and so on."""
    return name.partition("-")[0]


@dataclass(frozen=True)
class Answer:
    """What a command printed and how it ended."""

    exit: int
    stdout: str
    stderr: str

    @property
    def document(self) -> Document:
        document: Document = json.loads(self.stdout)
        return document


Command = Callable[..., Answer]
Deal = Callable[[str, list[Row]], list[list[Row]]]
"""How a batch's rows come: in which order, and in how many files."""


def in_process(home: Path, url: str = "") -> Command:
    runner = CliRunner(env={"ROYALTIES_HOME": str(home), "ROYALTIES_DATABASE_URL": url})

    def command(*arguments: str) -> Answer:
        result = runner.invoke(main, [*arguments, "--json"], catch_exceptions=False)
        return Answer(result.exit_code, result.stdout, result.stderr)

    return command


def as_process(home: Path) -> Command:
    environment = {**os.environ, "ROYALTIES_HOME": str(home), "ROYALTIES_DATABASE_URL": ""}

    def command(*arguments: str) -> Answer:
        done = subprocess.run(
            [sys.executable, "-m", "royalties", *arguments, "--json"],
            check=False,
            capture_output=True,
            env=environment,
            text=True,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    return command


def as_written(_name: str, rows: list[Row]) -> list[list[Row]]:
    return [rows]


def shuffle(name: str, rows: list[Row]) -> list[list[Row]]:
    """In an order that has nothing to do with the rows, and is the same tomorrow."""
    places = range(len(rows))
    return [
        [
            rows[place]
            for place in sorted(
                places, key=lambda n: sha256(b"%d %s" % (n, name.encode())).digest()
            )
        ]
    ]


def split(_name: str, rows: list[Row]) -> list[list[Row]]:
    """As many files as rows, up to three; a reference tells identical ones apart."""
    parts = min(3, len(rows))
    return [
        [{**row, "reference": f"part {part}"} for row in rows[part::parts]] for part in range(parts)
    ]


def shuffle_and_split(name: str, rows: list[Row]) -> list[list[Row]]:
    return split(name, *shuffle(name, rows))


VARIANTS: dict[str, Deal] = {"shuffle": shuffle, "split": split}


@dataclass
class Played:
    """What came of every step; the second ``run 2025-H1`` is called ``run 2025-H1 #2``."""

    answers: dict[str, Answer] = field(default_factory=dict)

    def add(self, name: str, answer: Answer) -> None:
        place = sum(key.partition(" #")[0] == name for key in self.answers) + 1
        self.answers[f"{name} #{place}" if place > 1 else name] = answer

    def figures(self) -> dict[str, str]:
        """What must be the same bytes whatever the order and the number of files."""
        return {
            name: answer.stdout
            for name, answer in self.answers.items()
            if name.startswith(("run", "close"))
        }


class Player:
    """Plays one scenario in a fresh home."""

    def __init__(self, case: Document, home: Path, command: Command, deal: Deal) -> None:
        self._case, self._home, self._command, self._deal = case, home, command, deal
        self._sales: dict[str, list[Row]] = case.get("sales", {})
        self._waiting = set(self._sales) - {step.get("import") for step in case["steps"]}
        self._batches: dict[str, list[str]] = {}
        self._played = Played()

    def play(self) -> Played:
        if not self._home.exists():
            assert self._command("init").exit == 0
        self._load(self._case["setup"])
        for step in self._case["steps"]:
            self._step(step)
        verified = self._command("verify")
        assert verified.exit == 0, verified.stdout
        return self._played

    def _step(self, step: Document) -> None:
        (verb, what), *_ = step.items()
        if verb in {"run", "close"} and what in self._waiting:
            self._waiting.remove(what)
            self._import(what)
        answers = self._do(verb, what)
        wanted = step.get("exit", 0)
        assert [answer.exit for answer in answers] == [wanted] * len(answers), (step, answers)
        if "says" in step:
            assert step["says"] in answers[0].stderr
        name = verb if isinstance(what, bool) else f"{verb} {what}"
        if isinstance(what, Mapping):
            name = "load"
        self._played.add(name, answers[-1])

    def _do(self, verb: str, what: str | Document) -> list[Answer]:
        match verb:
            case "import":
                return self._import(str(what))
            case "undo":
                return [self._command("undo", batch) for batch in self._batches[str(what)]]
            case "load":
                setup = self._case["setup"] if isinstance(what, str) else what
                return [self._load(setup)]
            case "verify":
                return [self._command("verify")]
            case "close":
                return [self._command("close", str(what), "--yes", "--early")]
            case _:
                return [self._command(verb, str(what))]

    def _load(self, setup: Document) -> Answer:
        path = self._home.with_name(f"{self._home.name}-setup.json")
        path.write_text(json.dumps(setup), encoding="utf-8")
        answer = self._command("load", str(path))
        assert answer.exit == 0, answer.stderr
        return answer

    def _import(self, name: str) -> list[Answer]:
        answers = []
        for place, rows in enumerate(self._deal(name, self._sales[name])):
            path = self._home.with_name(f"{self._home.name}-{name}-{place}.csv")
            answers.append(self._command("import", str(write_rows(path, rows)), "--confirm"))
            assert answers[-1].exit == 0, answers[-1].stdout
        self._batches[name] = [str(answer.document["batch"]) for answer in answers]
        return answers


_PATH = re.compile(r"([a-z_#]+)(?:\[([^\]]*)\])?")
_NUMBER = re.compile(r"-?\d+(\.\d+)?(/\d+)?")


def at_path(document: Document, path: str) -> str | Fraction:
    """What a path of cases/README.md leads to: a text, or the sum of the rows that match."""
    found: list[Any] = [document]
    for name, selector in _PATH.findall(path):
        if name == "#":
            return Fraction(len(found))
        found = [inner for each in found if name in each for inner in _each(each[name])]
        if selector:
            conditions = [part.partition("=") for part in selector.split(",")]
            wanted = {key if equals else "key": value or key for key, equals, value in conditions}
            found = [
                each
                for each in found
                if all(str(each.get(key)) == value for key, value in wanted.items())
            ]
    if found and not any(_NUMBER.fullmatch(str(each)) for each in found):
        return str(found[0])
    return sum((Fraction(str(each)) for each in found), Fraction(0))


def _each(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def check(case: Document, played: Played) -> None:
    """Every expectation of a case."""
    for expected in case["expect"]:
        answer = played.answers[expected["after"]]
        if "same_as" in expected:
            assert answer.stdout == played.answers[expected["same_as"]].stdout, expected
            continue
        found, wanted = at_path(answer.document, expected["path"]), expected["value"]
        if isinstance(found, Fraction):
            assert found == Fraction(wanted), (expected, str(found))
        else:
            assert found == wanted, expected


def check_identities(played: Played) -> None:
    """What always holds (calculation.md), on every run and close document in order."""
    before: Document | None = None
    for name, answer in played.answers.items():
        if not name.startswith(("run", "close")) or answer.exit:
            continue
        document = answer.document
        if before is not None and document["period"] == before["period"]:
            assert _without(before) == _without(document), "a closed period never changes"
        for contract in document["contracts"]:
            _check_contract(contract, _earlier(before, document, "contracts", contract))
        _check_beneficiaries(document, before)
        if name.startswith("close"):
            before = document


def _without(document: Document) -> Document:
    return {key: document[key] for key in ("period", "exceptions", "contracts", "beneficiaries")}


def _earlier(before: Document | None, document: Document, part: str, row: Document) -> Document:
    """The row that the last close left behind for this one."""
    if before is None or before["period"] == document["period"]:
        return {}
    same = (
        each
        for each in before[part]
        if (each["key"], each["currency"]) == (row["key"], row["currency"])
    )
    return next(same, {})


def _check_contract(contract: Document, earlier: Document) -> None:
    amount = {
        name: Fraction(value)
        for name, value in contract.items()
        if isinstance(value, str) and _NUMBER.fullmatch(value)
    }
    assert (
        amount["earned"] + amount["brought_forward"] + amount["released"]
        == amount["withheld"] + amount["recouped"] + amount["payable"] + amount["carried_forward"]
    )
    assert amount["brought_forward"] <= 0
    assert amount["carried_forward"] <= 0
    assert amount["payable"] >= 0
    assert amount["earned"] == _sum(contract["lines"], "earned")
    given, undistributed = _sum(contract["allocations"], "amount"), amount["undistributed"]
    if earlier:
        assert amount["brought_forward"] == Fraction(earlier["carried_forward"])
        assert given + undistributed == amount["payable"] + Fraction(earlier["undistributed"])
    for name, value in amount.items():
        assert _digits(contract[name]) == exponent(contract["currency"]), (name, value)
    _check_lines(contract)


def _check_lines(contract: Document) -> None:
    half = Fraction(1, 2 * 10 ** exponent(contract["currency"]))
    portions: dict[tuple[Any, ...], Fraction] = {}
    for line in contract["lines"]:
        factors = ("portion", "exchange_rate", "rate")
        exact = Fraction(line["base"])
        for factor in factors:
            exact *= Fraction(line[factor])
        # A base is printed with six digits; one with a converted unit cost has more.
        assert abs(exact - Fraction(line["earned"])) <= half + Fraction(1, 10**6), line
        if line["kind"] != "income":
            key = tuple(line[name] for name in ("rule", "isbn", "retailer", "kind", "currency"))
            portions[key] = portions.get(key, Fraction(0)) + Fraction(line["portion"])
    assert all(whole == 1 for whole in portions.values())


def _check_beneficiaries(document: Document, before: Document | None) -> None:
    allocated: dict[tuple[str, str], Fraction] = {}
    for contract in document["contracts"]:
        for each in contract["allocations"]:
            key = (each["beneficiary"], contract["currency"])
            allocated[key] = allocated.get(key, Fraction(0)) + Fraction(each["amount"])
            assert Fraction(each["amount"]) > 0
    for row in document["beneficiaries"]:
        brought, given, due, to_pay, tax, net, carried = (
            Fraction(row[name])
            for name in (
                "brought_forward",
                "allocated",
                "due",
                "to_pay",
                "tax",
                "net",
                "carried_forward",
            )
        )
        assert brought + given == due == to_pay + carried
        assert to_pay == tax + net
        assert to_pay in {0, due}
        assert given == allocated.pop((row["key"], row["currency"]), Fraction(0))
        earlier = _earlier(before, document, "beneficiaries", row)
        assert not earlier or brought == Fraction(earlier["carried_forward"])
    assert not allocated


def _sum(rows: Sequence[Document], name: str) -> Fraction:
    return sum((Fraction(row[name]) for row in rows), Fraction(0))


def _digits(amount: str) -> int:
    return len(amount.partition(".")[2])


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Played]:
    """Each scenario as it is written, played once on SQLite for all tests that compare with it."""
    known: dict[str, Played] = {}
    empty = tmp_path_factory.mktemp("empty") / "home"
    assert in_process(empty)("init").exit == 0

    def play(name: str) -> Played:
        if name not in known:
            home = tmp_path_factory.mktemp(name) / "home"
            shutil.copytree(empty, home)  # migrations take as long as a case
            case = SCENARIOS[name]
            known[name] = Player(case, home, in_process(home), as_written).play()
        return known[name]

    return play


@pytest.mark.parametrize("name", one_of_each(sorted(SCENARIOS), its_topic, others="worked cases"))
def test_case_gives_the_worked_result(name: str, on_sqlite: Callable[[str], Played]) -> None:
    played = on_sqlite(name)
    check(SCENARIOS[name], played)
    check_identities(played)


@pytest.mark.parametrize(
    ("name", "variant"),
    [
        (name, variant)
        for name, case in sorted(SCENARIOS.items())
        for variant in case.get("variants") or ()
    ],
)
@pytest.mark.thorough("worked cases")
def test_variants_give_the_same_bytes(
    name: str, variant: str, tmp_path: Path, on_sqlite: Callable[[str], Played]
) -> None:
    home = tmp_path / "home"
    played = Player(SCENARIOS[name], home, in_process(home), VARIANTS[variant]).play()
    assert played.figures() == on_sqlite(name).figures()


@pytest.mark.thorough("on the other engine")
@pytest.mark.parametrize("name", EVERY_THIRD)
def test_postgresql_gives_the_same_bytes_in_any_order_and_batches(
    name: str, tmp_path: Path, shelf: Shelf, on_sqlite: Callable[[str], Played]
) -> None:
    with shelf.office("postgresql", nothing, tmp_path / "office") as office:
        url, home = office.system.config.database_url, tmp_path / "home"
        case = SCENARIOS[name]
        played = Player(case, home, in_process(home, url), shuffle_and_split).play()
    assert played.figures() == on_sqlite(name).figures()


@pytest.mark.thorough("processes of their own")
def test_case_run_as_a_process_gives_the_same(
    tmp_path: Path, on_sqlite: Callable[[str], Played]
) -> None:
    home, name = tmp_path / "home", "LP-01"
    played = Player(SCENARIOS[name], home, as_process(home), as_written).play()
    check(SCENARIOS[name], played)
    assert played.figures() == on_sqlite(name).figures()


CURRENCIES = json.loads((CASES / "currency_minor_units.json").read_text(encoding="utf-8"))


def test_minor_units_are_those_of_independent_tables() -> None:
    known = [
        row for row in CURRENCIES["currencies"] if not row["disputed"] and row["code"] in EXPONENTS
    ]
    assert len(known) > 150
    assert [row for row in known if exponent(row["code"]) != row["exponent"]] == []
