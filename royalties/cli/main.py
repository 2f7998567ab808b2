"""All commands under ``royalties``, by the job they are for."""

from importlib import import_module
from typing import NamedTuple

import click


class CommandEntry(NamedTuple):
    """A command before it is loaded: its module, what it is for, and how one looks."""

    module: str
    summary: str
    example: str


JOBS = {
    "The books": {
        "init": CommandEntry(
            "setup",
            "Create the home folder, or bring its database up to date",
            "royalties init",
        ),
        "load": CommandEntry(
            "setup",
            "Load a setup file: titles, contracts, beneficiaries, plans",
            "royalties load setup.json",
        ),
        "titles": CommandEntry(
            "lists",
            "Add and amend titles from a table or an ONIX file",
            "royalties titles catalogue.xlsx --dry-run",
        ),
        "beneficiaries": CommandEntry(
            "lists",
            "Add and amend beneficiaries from a table",
            "royalties beneficiaries payees.csv --dry-run",
        ),
        "terms": CommandEntry(
            "terms",
            "Show contracts and plans in plain words",
            "royalties terms",
        ),
        "entry": CommandEntry(
            "entry",
            "Retire, bring back, remove or rename a title, a retailer, a contract …",
            "royalties entry retailer river --retire --reason 'It closed'",
        ),
        "openings": CommandEntry(
            "moving",
            "Show or load what a house that moves in brings into its books",
            "royalties openings --template openings.xlsx",
        ),
        "schema": CommandEntry(
            "setup",
            "Print the JSON Schema of the setup file",
            "royalties schema > setup.schema.json",
        ),
        "demo": CommandEntry(
            "demo",
            "Play a small publisher's year, from reports to statements",
            "royalties demo",
        ),
    },
    "Reports and sales": {
        "import": CommandEntry(
            "importing",
            "Import retailers' reports",
            "royalties import january.xlsx february.xlsx --dry-run",
        ),
        "imports": CommandEntry("sales", "List all imports", "royalties imports"),
        "undo": CommandEntry(
            "sales",
            "Take an import back while no closed run used it",
            "royalties undo 12",
        ),
        "correct": CommandEntry(
            "sales",
            "Reverse an import that a closed run used",
            "royalties correct 12",
        ),
        "sales": CommandEntry(
            "sales",
            "List recorded sales, each with its file and row",
            "royalties sales --period 2025-H1",
        ),
        "waiting": CommandEntry(
            "sales", "List rows that wait for an unknown edition", "royalties waiting"
        ),
        "alias": CommandEntry(
            "aliases",
            "Let an identifier stand for an edition from now on",
            "royalties alias B00EXAMPLE 9781442246942",
        ),
        "aliases": CommandEntry(
            "aliases", "List identifiers that were matched by hand", "royalties aliases"
        ),
        "no-book": CommandEntry(
            "sales",
            "Say that an identifier or a title of reports is no book",
            "royalties no-book TOTE-01 --retailer publisher-web",
        ),
        "bundle": CommandEntry(
            "sales",
            "Say that an identifier is several editions with shares of the price",
            "royalties bundle SET-1 9781442246928=2/3 9781442246935=1/3 --retailer publisher-web",
        ),
        "remembered": CommandEntry(
            "sales", "List what was said once of reports", "royalties remembered"
        ),
        "forget": CommandEntry(
            "sales", "Take back what was said once of reports", "royalties forget 3"
        ),
        "places": CommandEntry(
            "places",
            "List places that are no codes of ISO 3166, and mend them",
            "royalties places --mend",
        ),
    },
    "Periods and statements": {
        "run": CommandEntry(
            "periods",
            "Compute the draft run of a period",
            "royalties run 2025-H1",
        ),
        "parallel": CommandEntry(
            "moving",
            "Compare a draft with the last old statement, to the cent",
            "royalties parallel 2025-H1 old-totals.xlsx",
        ),
        "close": CommandEntry(
            "periods",
            "Close a period for good, and number its statements",
            "royalties close 2025-H1",
        ),
        "statements": CommandEntry(
            "periods",
            "Write a period's statements into a folder",
            "royalties statements 2025-H1 --out statements",
        ),
        "documents": CommandEntry(
            "documents",
            "Keep old statements from before the books, show or hide them",
            "royalties documents seattle old/2023-H2.pdf --note 'As mailed'",
        ),
        "explain": CommandEntry(
            "periods",
            "Show how a figure of a statement came about",
            "royalties explain 2025-H1-007 foot-2015/23",
        ),
    },
    "Payments": {
        "bank-details": CommandEntry(
            "bank_details",
            "List, enter or end the bank details of beneficiaries",
            "royalties bank-details seattle",
        ),
        "pay": CommandEntry(
            "payments",
            "Propose, approve, send and record payments to beneficiaries",
            "royalties pay --propose",
        ),
        "payments": CommandEntry(
            "payments",
            "List payments to beneficiaries and what became of them",
            "royalties payments --state sent",
        ),
        "bank-lines": CommandEntry(
            "bank_lines",
            "Record what the bank says of payments: arrived, or come back",
            "royalties bank-lines statement.xml --dry-run",
        ),
        "tax": CommandEntry(
            "tax",
            "Show what was paid in a calendar year, for the year's tax forms",
            "royalties tax 2026 --out tax-2026.xlsx",
        ),
        "tax-deposits": CommandEntry(
            "tax_deposits",
            "Show what of the tax is to be deposited, and record deposits",
            "royalties tax-deposits --record 945 USD 120.00 --reference 'EFTPS 12'",
        ),
        "unclaimed": CommandEntry(
            "unclaimed",
            "Show what is owed and was not paid, by age and state",
            "royalties unclaimed --older-than 36 --out unclaimed.xlsx",
        ),
    },
    "Proof": {
        "verify": CommandEntry(
            "ledger",
            "Check every invariant over the whole database",
            "royalties verify",
        ),
        "journal": CommandEntry(
            "ledger",
            "Export the ledger for beancount, hledger or a spreadsheet",
            "royalties journal --format hledger",
        ),
    },
    "Safekeeping": {
        "backup": CommandEntry(
            "backups",
            "Write database and kept files into one file",
            "royalties backup books-2025-06-30.backup",
        ),
        "restore": CommandEntry(
            "backups",
            "Bring the books back from a backup",
            "royalties restore books-2025-06-30.backup",
        ),
        "move-to": CommandEntry(
            "backups",
            "Copy the books into an empty database of either engine",
            "royalties move-to postgresql+psycopg://desk@db.example.org/royalties",
        ),
    },
    "Orders": {
        "orders": CommandEntry(
            "orders", "List orders, and what each waits for", "royalties orders --state quoted"
        ),
        "order": CommandEntry(
            "orders",
            "Show an order, or take one step with it",
            "royalties order O-2025-0001",
        ),
        "quote": CommandEntry(
            "orders",
            "Issue the next quote of an order, and send its link",
            "royalties quote O-2025-0001 --out quotes",
        ),
        "ship": CommandEntry(
            "orders",
            "Record a shipment or a return, and the sales it brings",
            "royalties ship O-2025-0001 --copies 120",
        ),
    },
    "Invoices": {
        "invoice": CommandEntry(
            "order_money",
            "Issue the invoice of an order, and send its link",
            "royalties invoice O-2025-0001",
        ),
        "credit": CommandEntry(
            "order_money",
            "Issue a credit note for all or part of an invoice",
            "royalties credit INV-2025-0001 --reason 'Damaged in transit'",
        ),
        "receive": CommandEntry(
            "order_money",
            "Record a payment of an invoice, or take one back",
            "royalties receive INV-2025-0001 1250.00 --on 2025-06-30",
        ),
        "aging": CommandEntry(
            "order_money",
            "List what each organization owes, by days overdue",
            "royalties aging",
        ),
    },
    "People": {
        "invite": CommandEntry(
            "people",
            "Invite a person, and print the link to hand over",
            "royalties invite pat@example.org --name 'Pat Doe' --role clerk",
        ),
        "people": CommandEntry(
            "people",
            "List who may sign in, withdraw an invitation, close an account",
            "royalties people --withdraw pat@example.org",
        ),
        "proposals": CommandEntry(
            "proposals",
            "List what waits for a second person, or take it back",
            "royalties proposals --withdraw 7 --reason 'Wrong plan'",
        ),
        "notes": CommandEntry(
            "notes",
            "List open questions; write, answer and withdraw notes",
            "royalties notes contract foot-2015 'Is the rate agreed?' --question",
        ),
        "mail": CommandEntry(
            "mail",
            "List e-mail, or take a message back that has not left",
            "royalties mail --take-back 12 --reason 'Wrong address'",
        ),
    },
    "The server": {
        "serve": CommandEntry(
            "serve",
            "Serve the web application until it is stopped",
            "royalties serve --port 8000",
        ),
        "jobs": CommandEntry(
            "jobs",
            "Do long imports and send e-mail until stopped",
            "royalties jobs --once",
        ),
    },
}
"""Commands by job. Their modules are loaded only when they are called, so that help is instant."""

ENTRIES = {name: entry for entries in JOBS.values() for name, entry in entries.items()}


def load(name: str) -> click.Command:
    """Import the module of a command, and return the command."""
    entry = ENTRIES[name]
    module = import_module(f"royalties.cli.{entry.module}")
    command: click.Command = next(each for each in module.COMMANDS if each.name == name)
    command.epilog = f"Example: {entry.example}"
    return command


class ByJob(click.Group):
    """Lists its commands by job, each with an example, and loads one when it is called."""

    def list_commands(self, _: click.Context) -> list[str]:
        """All names, in the order of the jobs."""
        return list(ENTRIES)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        """The command of a name, or None."""
        return load(name) if name in ENTRIES else None

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a section for each job."""
        width = max(map(len, ENTRIES))
        for job, entries in JOBS.items():
            with formatter.section(job):
                for name, entry in entries.items():
                    indent = " " * formatter.current_indent
                    formatter.write(f"{indent}{name:<{width}}  {entry.summary}\n")
                    formatter.write(f"{indent}{'':<{width}}  $ {entry.example}\n")


@click.group(cls=ByJob, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="royalties")
def main() -> None:
    """The royalty desk: retailers' reports in, nonprofits' statements out.

    ROYALTIES_HOME is the folder of the database and files (./instance);
    ROYALTIES_DATABASE_URL chooses another database (SQLite or PostgreSQL).

    A first day: serve, and go on in the browser. Or by commands: init --example, load SETUP,
    import REPORT ..., run PERIOD, close PERIOD, statements PERIOD --out FOLDER. Or see it all at
    once: royalties demo.
    """
