"""Who walks through the books: does what is asked at the desk, and says what must come of it."""

import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from royalties.services.work import RefusedError
from royalties.store.tables.metadata import unpacked
from tests.builders.books import (
    EBOOK,
    Document,
    Office,
    Row,
    a_contract,
    a_row,
    an_edition,
    nothing,
)
from tests.journeys.model import (
    CLOSABLE,
    PERIODS,
    STRAY,
    Batch,
    Frozen,
    Model,
    digest,
    house,
    millionths,
    period_of,
)

Operation = tuple[Any, ...]
"""The name of a method of ``Walker``, and its arguments."""

WATCHED = {"period-covered", "closed-period", "two-periods"}
"""The warnings that the model foresees."""

REACHABLE = {
    "import": "sales were recorded",
    "return": "a return was recorded",
    "refused": "a report with a bad row was refused",
    "nothing new": "the same file again was refused and named the first import",
    "brought again": "the same file was taken again after an undo",
    "brought again, corrected": "the same file was taken again after a correction",
    "overlap": "an overlapping import was taken only when confirmed",
    "late": "an import into a closed period was taken only when confirmed",
    "late counted": "a close counted late sales",
    "wait": "rows waited for an edition",
    "alias": "an alias recorded what waited",
    "adopt": "a setup file recorded what waited",
    "undo": "an import was taken back",
    "undo, closed": "an undo was refused because a closed run used the import",
    "undo, twice": "an undo was refused because the import was undone",
    "undo, correction": "a correction was taken back",
    "undo, brought again": "a correction stayed because the file it took back was taken again",
    "correct": "a closed import was corrected",
    "correct, waiting": "an import was corrected of which rows waited",
    "correct, later": "an import was corrected of which sales count in a later period",
    "correct, open": "a correction was refused because no closed run used the import",
    "correct, twice": "a correction was refused because there is one",
    "correct, correction": "a correction of a correction was refused",
    "draft": "a draft was run, twice, and wrote nothing",
    "close": "a period was closed",
    "close, empty": "a period without sales was closed",
    "close, again": "closing a closed period was refused",
    "close, ahead": "closing a later period was refused",
    "close, exceptions": "a close was refused because of an exception",
    "change": "a rule or plan was changed",
    "change, same": "the same setup again changed nothing",
    "statements": "statements were issued",
    "statements, again": "statements were written again, the same bytes",
    "statements, drafts": "statements of an open period were written as drafts",
}


def walked(office: Office) -> None:
    """The setup is loaded; a walk may begin."""
    nothing(office)
    office.load(house())


class Walker:
    """Does operations on real books and on the model, and compares."""

    def __init__(self, office: Office, reached: Counter[str]) -> None:
        self.office = office
        self.model = Model()
        self.reached = reached

    def walk(self, operations: Sequence[Operation]) -> None:
        for name, *arguments in operations:
            getattr(self, name)(*arguments)
            self.compare()
        assert self.office.faults() == {}

    # Imports

    def bring(self, *rows: Row) -> None:
        """Import a new report, first without confirming anything."""
        self._bring(self.office.report(rows), rows)

    def bring_over(self, number: int, *rows: Row) -> None:
        """Import a report that tells of a day and a retailer that an earlier one covers."""
        covered = [
            (retailer, days[0])
            for each in self.model.standing().values()
            for retailer, days in each.covered.items()
        ]
        if covered:
            retailer, day = covered[number % len(covered)]
            self.bring({**rows[0], "retailer": retailer, "date": day}, *rows[1:])

    def bring_late(self, number: int, *rows: Row) -> None:
        """Import a report of a period that is closed."""
        if closed := sorted(self.model.closed):
            year, half = closed[number % len(closed)].split("-H")
            day = f"{year}-{'02' if half == '1' else '08'}-{number % 28 + 1:02d}"
            self.bring(*({**row, "date": day} for row in rows))

    def bring_again(self, number: int) -> None:
        """Import a file once more: nothing new, unless it was undone."""
        brought = [each for each in self.model.batches.values() if each.path]
        if not brought:
            return
        path = brought[number % len(brought)].path
        assert path
        first = self._recorded_as(path)
        if first is None:
            before = len(self.model.batches)
            self._bring(path, self._rows_of(path))
            self.reached["brought again"] += 1
            self.reached["brought again, corrected"] += len(self.model.batches) > before and any(
                each.path == path for each in list(self.model.standing().values())[:-1]
            )
            return
        document = self.office.bring_file(path).document
        assert (document["outcome"], document["same_as"]) == ("nothing-new", first)
        self.reached["nothing new"] += 1

    def bring_bad(self, *rows: Row) -> None:
        """Import a report of which one row has neither net receipts nor a discount."""
        bad = a_row(1, discount=None)
        result = self.office.bring([*rows, bad])
        assert result.outcome == "refused"
        assert [each["row"] for each in result.document["problems"]] == [len(rows) + 2]
        self.reached["refused"] += 1

    # Editions

    def alias(self, name: str, isbn: str) -> None:
        """Let an unknown identifier stand for an edition."""
        if name in self.model.names:
            return
        self.model.names[name] = isbn
        wanted = self.model.release()
        assert Counter(self.office.alias(name, isbn).rows) == wanted
        self.reached["alias"] += bool(wanted)

    def adopt(self, name: str) -> None:
        """Load an edition that was unknown."""
        if name in self.model.names:
            return
        prices = [{"currency": "USD", "amount": "12.00", "from": "2015-07-01"}]
        title = self.model.setup["titles"][0]
        title["editions"].append(an_edition(name, "ebook", prices=prices))
        self.model.learn_setup()
        wanted = self.model.release()
        loaded = self.office.load({"titles": [title]})
        assert loaded.amended == {"titles": 1}
        assert Counter(loaded.released.rows) == wanted
        self.reached["adopt"] += bool(wanted)

    # Taking back

    def undo(self, number: int) -> None:
        """Take an import or a correction back, if that is allowed."""
        if not self.model.batches:
            return
        number, batch = self._pick(number)
        if batch.undone:
            self._refused("undone already", lambda: self.office.undo(number))
            self.reached["undo, twice"] += 1
        elif self.model.closed_of(number):
            told = f"correct import {number}"
            if batch.corrects is not None:
                told = f"to count import {batch.corrects} again"
            self._refused(told, lambda: self.office.undo(number))
            self.reached["undo, closed"] += 1
        elif (again := self._again_as(batch)) is not None:
            self._refused(f"undo {again} first", lambda: self.office.undo(number))
            self.reached["undo, brought again"] += 1
        else:
            taken = self.office.undo(number)
            assert (taken.sales, taken.waiting) == (len(batch.sales), len(batch.waits))
            batch.undone, batch.sales, batch.waits, batch.covered = True, {}, {}, {}
            if batch.corrects is not None:
                self.model.release()
            self.reached["undo" if batch.corrects is None else "undo, correction"] += 1

    def correct(self, number: int) -> None:
        """Correct an import, if that is allowed."""
        if not self.model.batches:
            return
        number, batch = self._pick(number)
        if batch.undone:
            self._refused("undone already", lambda: self.office.correct(number))
        elif not self.model.closed_of(number):
            self._refused("undo it instead", lambda: self.office.correct(number))
            self.reached["correct, open"] += 1
        elif (correction := self.model.correction_of(number)) is not None:
            told = f"corrected by import {correction} already"
            self._refused(told, lambda: self.office.correct(number))
            self.reached["correct, twice"] += 1
        elif batch.corrects is not None:
            self._refused(f"import {number} is a correction", lambda: self.office.correct(number))
            self.reached["correct, correction"] += 1
        else:
            self._correct(number, batch)

    def _correct(self, number: int, batch: Batch) -> None:
        now = self.model.open
        mirrored = {
            row: replace(
                line,
                units=-line.units,
                net=-(line.net or 0),
                period=max(line.period, now),
            )
            for row, line in batch.sales.items()
        }
        done = self.office.correct(number)
        assert (done.corrects, done.sales, done.period) == (number, len(mirrored), now)
        self.model.batches[done.batch] = Batch(None, mirrored, corrects=number)
        self.reached["correct"] += 1
        self.reached["correct, waiting"] += bool(batch.waits)
        self.reached["correct, later"] += any(each.period > now for each in mirrored.values())

    # Periods

    def draft(self) -> None:
        """Run the open period twice."""
        before = self.office.hashes()
        drafts = [self.office.run(self.model.open) for _ in range(2)]
        assert drafts[0] == drafts[1]
        assert drafts[0]["status"] == "draft"
        assert bool(drafts[0]["exceptions"]) == self.model.exceptions()
        self._counted(drafts[0], self.model.open)
        assert self.office.hashes() == before
        self.reached["draft"] += 1

    def close(self) -> None:
        """Close the open period, unless an exception stands."""
        period = self.model.open
        if period not in CLOSABLE:
            return
        if self.model.exceptions():
            self._refused(STRAY, lambda: self.office.close(period, early="the walk goes on"))
            self.reached["close, exceptions"] += 1
            return
        draft = self.office.run(period)
        closed = self.office.close(period, early="the walk goes on")
        told = draft.pop("warnings")
        assert all(each["message"] for each in told)
        assert closed.document == {**draft, "status": "closed"}
        self._counted(closed.document, period)
        assert closed.statements == tuple(
            f"{period}-{place:03d}" for place in range(1, len(closed.statements) + 1)
        )
        assert closed.waiting == sum(self.model.waiting().values())
        sales = self.model.counting_in(period)
        self.model.closed[period] = self._frozen(period)
        assert self.office.faults() == {}
        self.reached["close"] += 1
        self.reached["close, empty"] += not sales
        self.reached["late counted"] += any(
            PERIODS[0] <= period_of(line.day) < period for line in sales
        )

    def close_wrongly(self, number: int) -> None:
        """Close a period that is closed already, or a later one."""
        period = PERIODS[number % len(PERIODS)]
        if period < self.model.open:
            self._refused("is closed", lambda: self.office.close(period, early="the walk goes on"))
            self.reached["close, again"] += 1
        elif period > self.model.open:
            self._refused(
                "is still open", lambda: self.office.close(period, early="the walk goes on")
            )
            self.reached["close, ahead"] += 1

    def statements(self, number: int) -> None:
        """Write the statements of a closed period, or drafts of the open one."""
        period = PERIODS[number % (len(self.model.closed) + 1)]
        folder = self.office.outside / f"statements {period}"
        shutil.rmtree(folder, ignore_errors=True)
        written = self.office.statements(period, folder)
        assert written.draft == (period == self.model.open)
        if written.draft:
            self.reached["statements, drafts"] += 1
            return
        *files, _summary = written.files
        found = {path.name: path.read_bytes() for path in files}
        assert len(found) == 2 * len(self.model.closed[period].statements)
        again = period in self.model.issued
        assert self.model.issued.setdefault(period, found) == found
        self.reached["statements, again" if again else "statements"] += 1

    # Setup

    def change_rate(self, percent: int) -> None:
        """Change what the author's last rule gives."""
        contract = self.model.setup["contracts"][0]
        contract["rules"][-1]["rate"] = f"0.{percent:02d}"
        self._load({"contracts": [contract]})

    def change_plan(self, percent: int) -> None:
        """Add a version of the plan from the open period on."""
        year, half = self.model.open.split("-H")
        starts = f"{year}-{'01' if half == '1' else '07'}-01"
        plan = self.model.setup["plans"][0]
        version = deepcopy(plan["versions"][0])
        version["from"] = starts
        version["steps"][1]["share"] = f"0.{percent:02d}"
        plan["versions"] = [v for v in plan["versions"] if v["from"] != starts] + [version]
        self._load({"plans": [plan]})

    def cover(self) -> None:
        """Load a contract for the book that has none."""
        if STRAY not in self.model.contracts:
            rules = [{"name": "All", "basis": "net", "rate": "0.08"}]
            contract = a_contract("stray", ["stray"], rules=rules, plan="halves")
            self.model.setup["contracts"].append(contract)
            self.model.learn_setup()
            self._load({"contracts": [contract]})

    def _load(self, setup: Document) -> None:
        changed = self.office.load(setup).changed
        assert not self.office.load(setup).changed
        self.reached["change"] += changed
        self.reached["change, same"] += 1

    # What must come of it

    def _pick(self, number: int) -> tuple[int, Batch]:
        chosen = [*self.model.batches][number % len(self.model.batches)]
        return chosen, self.model.batches[chosen]

    @staticmethod
    def _refused(told: str, do: Callable[[], object]) -> None:
        with pytest.raises(RefusedError) as refused:
            do()
        assert told in str(refused.value)

    def _again_as(self, correction: Batch) -> int | None:
        """The import that recorded a file again which a correction took back."""
        if correction.corrects is None:
            return None
        path = self.model.batches[correction.corrects].path
        assert path
        return self._recorded_as(path)

    def _recorded_as(self, path: Path) -> int | None:
        data = path.read_bytes()
        same = (
            number
            for number, each in self.model.standing().items()
            if each.path
            and each.path.read_bytes() == data
            and self.model.correction_of(number) is None
        )
        return next(same, None)

    @staticmethod
    def _rows_of(path: Path) -> list[Row]:
        header, *lines = path.read_text(encoding="utf-8").splitlines()
        columns = header.split(",")
        return [
            {name: cell for name, cell in zip(columns, line.split(","), strict=True) if cell}
            for line in lines
        ]

    def _bring(self, path: Path, rows: Sequence[Row]) -> None:
        if self._recorded_as(path) is not None:
            assert self.office.bring_file(path).outcome == "nothing-new"
            return
        batch = Batch(path)
        for place, row in enumerate(rows, 2):
            line = self.model.read(row)
            sale = self.model.placed(line)
            if sale is not None:
                batch.sales[place] = sale
            elif line.name in self.model.names:
                assert self.office.bring_file(path).outcome == "refused", "there is no price"
                return
            else:
                batch.waits[place] = line
        days: dict[str, list[str]] = {}
        for sale in batch.sales.values():
            days.setdefault(sale.retailer, []).append(sale.day)
        batch.covered = {retailer: (min(all_), max(all_)) for retailer, all_ in days.items()}
        foreseen = self._foreseen(batch)
        document = self.office.bring_file(path, confirm=False).document
        warnings = {each["code"]: each["message"] for each in document["warnings"]}
        assert document["outcome"] == ("confirm" if warnings else "recorded"), document
        assert warnings.keys() & WATCHED == foreseen.keys()
        assert all(told in warnings[code] for code, told in foreseen.items())
        if warnings:
            self._compare_sales()
            document = self.office.bring_file(path).document
            assert document["outcome"] == "recorded"
        assert document["recorded"] == len(batch.sales)
        self.model.batches[document["batch"]] = batch
        self.reached["import"] += bool(batch.sales)
        self.reached["return"] += any(each.units < 0 for each in batch.sales.values())
        self.reached["overlap"] += "period-covered" in foreseen
        self.reached["late"] += "closed-period" in foreseen
        self.reached["wait"] += bool(batch.waits)

    def _foreseen(self, batch: Batch) -> dict[str, str]:
        """The watched warnings that must come, each with what it must tell."""
        foreseen = {}
        for number, earlier in self.model.standing().items():
            if self.model.correction_of(number) is None and any(
                first <= batch.covered[retailer][1] and last >= batch.covered[retailer][0]
                for retailer, (first, last) in earlier.covered.items()
                if retailer in batch.covered
            ):
                foreseen["period-covered"] = f"import {number} "
                break
        own = {period_of(sale.day) for sale in batch.sales.values()}
        if any(PERIODS[0] <= period < self.model.open for period in own):
            foreseen["closed-period"] = f"will count in {self.model.open}"
        if len({sale.period for sale in batch.sales.values()}) > 1:
            foreseen["two-periods"] = f"in {max(own)}"
        return foreseen

    def _counted(self, document: Document, period: str) -> None:
        """A run counts exactly the copies of the model, and where it pays on receipts, those."""
        units: Counter[tuple[str, ...]] = Counter()
        net: Counter[tuple[str, ...]] = Counter()
        for line in self.model.counting_in(period):
            contract = self.model.contracts.get(line.isbn)
            if contract:
                units[contract, line.isbn, line.retailer, line.kind, line.currency] += line.units
                if line.isbn in (EBOOK, STRAY):
                    net[line.isbn, line.currency] += line.net or 0
        counted: dict[tuple[str, ...], int] = {}
        bases: Counter[tuple[str, ...]] = Counter()
        for contract in document["contracts"]:
            for line in contract["lines"]:
                if line["isbn"] is None:
                    continue
                where = (line["isbn"], line["retailer"], line["kind"], line["currency"])
                counted[contract["key"], line["rule"], *where] = line["units"]
                if line["isbn"] in (EBOOK, STRAY):
                    bases[line["isbn"], line["currency"]] += millionths(line["base"])
        found: Counter[tuple[str, ...]] = Counter()
        for (key, _rule, *group), copies in counted.items():
            found[(key, *group)] += copies
        assert found == units
        assert bases == net

    def _frozen(self, period: str) -> Frozen:
        (document,) = self.office.rows(
            "SELECT document FROM closed_run JOIN period ON id = period_id WHERE name = :name",
            name=period,
        )[0]
        statements = self.office.rows(
            "SELECT number, content FROM statement JOIN period ON id = period_id "
            "WHERE name = :name ORDER BY place",
            name=period,
        )
        entries = self.office.rows("SELECT count(*) FROM entry")[0][0]
        return Frozen(
            digest(document),
            tuple((number, digest(unpacked(content))) for number, content in statements),
            entries,
        )

    def compare(self) -> None:
        """What holds after every step."""
        self._compare_sales()
        self._compare_closed()

    def _compare_sales(self) -> None:
        model = self.model
        sold = self.office.rows(
            "SELECT batch_id, sale.row, period.name, isbn, retailer.key, kind, currency, day, "
            "units, net FROM sale JOIN period ON period.id = period_id "
            "JOIN edition ON edition.id = edition_id JOIN retailer ON retailer.id = retailer_id"
        )
        kinds = {1: "sale", 2: "return", 3: "free"}
        stands = {(row[0], row[1]): (*row[2:5], kinds[row[5]], *row[6:]) for row in sold}
        assert len(stands) == len(sold), "a row of a report was recorded twice"
        assert stands == {
            (number, row): line.shown
            for number, batch in model.batches.items()
            for row, line in batch.sales.items()
        }
        waits = self.office.rows('SELECT batch_id, "row", identifier, units FROM waiting')
        assert {(*row,) for row in waits} == {
            (number, row, line.name, line.units)
            for number, batch in model.batches.items()
            for row, line in batch.waits.items()
        }

    def _compare_closed(self) -> None:
        assert self.office.rows("SELECT name FROM period WHERE status = 'closed' ORDER BY id") == [
            (period,) for period in self.model.closed
        ]
        for period, frozen in self.model.closed.items():
            assert replace(self._frozen(period), entries=frozen.entries) == frozen
            assert [number for number, _ in frozen.statements] == [
                f"{period}-{place:03d}" for place in range(1, len(frozen.statements) + 1)
            ]
        entries = max((each.entries for each in self.model.closed.values()), default=0)
        assert self.office.rows("SELECT count(*) FROM entry") == [(entries,)], "posted elsewhere"
        for grouped in ("currency", "entry_id, currency"):
            assert not self.office.rows(
                f"SELECT {grouped} FROM posting GROUP BY {grouped} HAVING sum(amount) <> 0"
            )
