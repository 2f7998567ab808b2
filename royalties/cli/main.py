"""All commands under ``royalties``."""

import click

from royalties.cli import (
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


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="royalties")
def main() -> None:
    """The royalty desk: retailers' reports in, nonprofits' statements out.

    ROYALTIES_HOME is the folder of the database and files (./instance);
    ROYALTIES_DATABASE_URL chooses another database (SQLite or PostgreSQL).

    A first day: init, load SETUP, import REPORT ..., run PERIOD, close PERIOD,
    statements PERIOD --out FOLDER. Or see it all at once: royalties demo.
    """


for module in (setup, sales, places, periods, demo, people, serve, jobs, orders, order_money):
    for each in module.COMMANDS:
        main.add_command(each)
