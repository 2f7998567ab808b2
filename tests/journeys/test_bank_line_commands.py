"""The bank's file at the command line: looked at, recorded, recorded once, refused by line."""

from tests.builders import bank
from tests.builders.bank import Booked
from tests.builders.books import NOW, Office, after
from tests.builders.commands import command_line, shown
from tests.services.payments.test_bank_lines import nets, states
from tests.services.payments.test_races import sent

TODAY = NOW.date()
MAP = ("--column", "day", "Date", "--column", "amount", "Amount", "--column", "reference",
       "Reference", "--dates", "MM/DD/YYYY")  # fmt: skip


@after(sent)
def test_a_banks_files_are_recorded_by_command(office: Office) -> None:
    run = command_line(office)
    net = nets(office)
    file = office.outside / "statement.xml"
    file.write_bytes(
        bank.camt(
            [
                Booked(TODAY, -net[3], "P-000003"),
                Booked(TODAY, net[2], "P-000002", "", "AC04"),
                Booked(TODAY, -77, "", "Stamps"),
            ]
        )
    )
    before = office.hashes()
    looked = run("bank-lines", file, "--dry-run").stdout
    assert "AC04, the account is closed" in looked
    assert "Nothing was recorded." in looked
    assert "cannot be taken back" in run("bank-lines", file, code=1).stderr
    assert office.hashes() == before
    made = shown(run("bank-lines", file, "--yes", "--json"))
    assert (made["settled"], made["returned"], made["nothing"]) == (1, 1, 1)
    assert states(office)[3] == "settled"
    recorded = office.hashes()
    assert "nothing changed" in run("bank-lines", file).stdout
    assert shown(run("bank-lines", file, "--json"))["outcome"] == "unchanged"
    assert office.hashes() == recorded
    assert "statement.xml (camt.053): 1 settled, 1 returned" in run("bank-lines").stdout
    assert shown(run("bank-lines", "--json"))["open"] == []
    assert "you can record" in run("bank-lines", "--record", code=1).stderr
    table = office.outside / "bank.csv"
    table.write_bytes(bank.table([Booked(TODAY, -net[4], "P-000004")]))
    assert "--column FIELD HEADING" in run("bank-lines", table, code=1).stderr
    assert "Recorded: 1 settled" in run("bank-lines", table, *MAP).stdout
    table.write_text("Date,Amount,Reference\n12/40/2026,1,x\n")
    refused = run("bank-lines", table, *MAP, code=1).stderr
    assert "line 2: the day is none that is written MM/DD/YYYY" in refused
    assert "leave FILE out" in run("bank-lines", table, "--record", code=2).stderr
    assert office.faults() == {}
