"""All commands under ``royalties``, by the job they are for."""

import click

from royalties.cli import (
    backups,
    demo,
    jobs,
    order_money,
    orders,
    people,
    periods,
    places,
    sales,
    serve,
    setup,
)

JOBS = {
    "The books": {
        "init": "royalties init",
        "load": "royalties load setup.json",
        "schema": "royalties schema > setup.schema.json",
        "demo": "royalties demo",
    },
    "Reports and sales": {
        "import": "royalties import january.xlsx february.xlsx --dry-run",
        "imports": "royalties imports",
        "undo": "royalties undo 12",
        "correct": "royalties correct 12",
        "sales": "royalties sales --period 2025-H1",
        "waiting": "royalties waiting",
        "alias": "royalties alias B00EXAMPLE 9781442246942",
        "places": "royalties places --mend",
    },
    "Periods and statements": {
        "run": "royalties run 2025-H1",
        "close": "royalties close 2025-H1",
        "statements": "royalties statements 2025-H1 --out statements",
        "explain": "royalties explain 2025-H1-007 foot-2015/23",
    },
    "Proof": {
        "verify": "royalties verify",
        "journal": "royalties journal --format hledger",
    },
    "Safekeeping": {
        "backup": "royalties backup books-2025-06-30.backup",
        "restore": "royalties restore books-2025-06-30.backup",
        "move-to": "royalties move-to postgresql+psycopg://desk@db.example.org/royalties",
    },
    "Orders": {
        "orders": "royalties orders --state quoted",
        "order": "royalties order O-2025-0001",
        "quote": "royalties quote O-2025-0001 --out quotes",
        "ship": "royalties ship O-2025-0001 --copies 120",
    },
    "Invoices": {
        "invoice": "royalties invoice O-2025-0001",
        "credit": "royalties credit INV-2025-0001 --reason 'Damaged in transit'",
        "receive": "royalties receive INV-2025-0001 1250.00 --on 2025-06-30",
        "aging": "royalties aging",
    },
    "People": {
        "invite": "royalties invite pat@example.org --name 'Pat Doe' --role clerk",
        "people": "royalties people",
    },
    "The server": {
        "serve": "royalties serve --port 8000",
        "jobs": "royalties jobs --once",
    },
}
"""What each command is for, and how one looks."""


class ByJob(click.Group):
    """Lists its commands by job, each with an example."""

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a section for each job."""
        width = max(map(len, self.commands))
        for job, examples in JOBS.items():
            with formatter.section(job):
                for name, example in examples.items():
                    short = self.commands[name].get_short_help_str(formatter.width - width - 6)
                    indent = " " * formatter.current_indent
                    formatter.write(f"{indent}{name:<{width}}  {short}\n")
                    formatter.write(f"{indent}{'':<{width}}  $ {example}\n")


@click.group(cls=ByJob, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="royalties")
def main() -> None:
    """The royalty desk: retailers' reports in, nonprofits' statements out.

    ROYALTIES_HOME is the folder of the database and files (./instance);
    ROYALTIES_DATABASE_URL chooses another database (SQLite or PostgreSQL).

    A first day: init, load SETUP, import REPORT ..., run PERIOD, close PERIOD,
    statements PERIOD --out FOLDER. Or see it all at once: royalties demo.
    """


for module in (
    setup,
    sales,
    places,
    periods,
    backups,
    demo,
    people,
    serve,
    jobs,
    orders,
    order_money,
):
    for each in module.COMMANDS:
        main.add_command(each)

for examples in JOBS.values():
    for name, example in examples.items():
        main.commands[name].epilog = f"Example: {example}"
