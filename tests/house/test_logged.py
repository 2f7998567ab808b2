"""Whoever does something leaves a line in the log."""

from tests.house.test_inverses import LOOKS
from tests.house.verbs import unlogged_verbs

BY_OTHERS = {
    "desk.deciding.approve",
    "sales.importing.import_report",
    "sales.uploads.record",
}
"""A line is left by a method, or by one of several verbs that a table names."""

OF_BOOKS = {
    "desk.backups.back_up",
    "desk.backups.move",
    "desk.backups.restore",
    "mail.outbox.seal_all",
    "people.second_factor.seal_all",
}
"""Of whole books at the command line, which stay as they are."""

NOTHING_YET = {
    "desk.listing.again",
    "desk.listing.send",
    "orders.intake.drafts.begin",
    "orders.intake.drafts.forget",
    "orders.intake.drafts.save",
    "orders.intake.requests.ask_for",
    "people.accounts.check_password",
    "people.first.issue_link",
    "sales.importing.read_report",
    "sales.mending.mend",
    "sales.mending.take_back",
    "sales.sheets.save",
    "sales.uploads.change",
    "sales.uploads.examine",
    "sales.uploads.read",
    "sales.uploads.receive",
    "sales.uploads.remove",
    "sales.uploads.save_first_rows",
    "sales.uploads.save_result",
    "sales.uploads.take_in",
    "terms.mappings.start",
}
"""What is prepared, as long as it is neither sent nor recorded."""


def test_every_verb_leaves_a_line_in_the_log() -> None:
    assert unlogged_verbs() - LOOKS == BY_OTHERS | OF_BOOKS | NOTHING_YET
