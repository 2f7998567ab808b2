"""An identifier is matched, shown, moved and ended at the command line, as on its page."""

import json

import pytest

from tests.builders.books import EBOOK, HARDCOVER, UNKNOWN, Office, a_row, after, spring
from tests.builders.commands import Run, command_line

TOLD = {"isbn": UNKNOWN, "list_price": None, "discount": None}

pytestmark = pytest.mark.engines("either")


@pytest.fixture
def run(office: Office) -> Run:
    """The command line on the office's books."""
    return command_line(office)


def rows_of(office: Office, isbn: str) -> int:
    [(count,)] = office.rows(
        "SELECT count(*) FROM sale JOIN edition ON edition.id = sale.edition_id "
        f"WHERE edition.isbn = '{isbn}' AND net = 10000000"
    )
    return int(count)


@after(spring)
def test_a_wrong_match_is_shown_moved_and_ended(run: Run, office: Office) -> None:
    assert "No identifier was matched" in run("aliases").stdout
    batch = office.bring_batch([a_row(3), a_row(2, net="10.00", **TOLD)])
    run("alias", UNKNOWN, HARDCOVER, "--yes")
    assert [each["isbn"] for each in json.loads(run("aliases", "--json").stdout)] == [HARDCOVER]
    shown = json.loads(run("alias", f"ISBN: {UNKNOWN}", "--json").stdout)
    [use] = shown["uses"]
    assert (shown["isbn"], use["batch"], use["open_rows"], use["closed_rows"]) == (
        HARDCOVER, batch, 1, 0,
    )  # fmt: skip
    refused = run("alias", UNKNOWN, EBOOK, "--yes", code=1).stderr
    assert f"'royalties alias {UNKNOWN} {EBOOK} --move'" in refused

    asked = run("alias", UNKNOWN, EBOOK, "--move", code=1).stderr
    assert "1 row that counts in open periods would stay: --rows takes them along." in asked
    moved = run("alias", UNKNOWN, EBOOK, "--move", "--rows", "--yes", "--json").stdout
    told = {"identifier": UNKNOWN, "was": HARDCOVER, "isbn": EBOOK, "rows": 1}
    assert json.loads(moved) == told
    assert (rows_of(office, EBOOK), rows_of(office, HARDCOVER)) == (1, 0)

    assert "1 recorded row would wait again." in (
        run("alias", UNKNOWN, "--end", "--rows", code=1).stderr
    )
    assert "stands for no edition from now on; 1 recorded row went with it" in (
        run(
            "alias", UNKNOWN, "--end", "--rows", "--reason", "The shop mixed them up", "--yes"
        ).stdout
    )
    assert rows_of(office, EBOOK) == 0
    assert UNKNOWN in run("waiting").stdout
    history = json.loads(run("alias", UNKNOWN, "--json").stdout)["history"]
    assert [(each["from_isbn"], each["to_isbn"]) for each in history] == [
        (EBOOK, None), (HARDCOVER, EBOOK), (None, HARDCOVER),
    ]  # fmt: skip
    assert f"{UNKNOWN} stands for no edition." in run("alias", UNKNOWN).stdout
    assert office.faults() == {}


@after(spring)
def test_rows_counted_by_a_close_are_reported_and_stay(run: Run, office: Office) -> None:
    office.alias(UNKNOWN, HARDCOVER)
    office.bring_batch([a_row(2, net="10.00", **TOLD)])
    office.close("2025-H1", early="a test")
    asked = run("alias", UNKNOWN, "--end", "--rows", code=1).stderr
    assert "1 row that a close counted stays: correct its import." in asked
    run("alias", UNKNOWN, "--end", "--rows", "--yes")
    assert rows_of(office, HARDCOVER) == 1
    assert office.faults() == {}


@after(spring)
def test_any_spelling_finds_the_alias(run: Run, office: Office) -> None:
    office.alias("HB-LANT-01", HARDCOVER)
    run("alias", "sku: hb lant 01", EBOOK, "--move", "--yes")
    assert json.loads(run("alias", "HBLANT01", "--json").stdout)["isbn"] == EBOOK


@after(spring)
def test_invalid_option_combinations_change_nothing(run: Run, office: Office) -> None:
    office.alias(UNKNOWN, HARDCOVER)
    before = office.hashes()
    for call in (
        ("--move",),
        ("--rows",),
        (EBOOK, "--rows"),
        (EBOOK, "--end"),
        (EBOOK, "--move", "--end"),
    ):
        assert "--end'" in run("alias", UNKNOWN, *call, "--yes", code=2).stderr
    assert "was not matched by hand" in run("alias", "B0OTHER", code=1).stderr
    assert "was not matched by hand" in run("alias", "B0OTHER", "--end", "--yes", code=1).stderr
    assert office.hashes() == before
