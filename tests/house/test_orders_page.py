"""The page about orders says what the table of transitions says."""

from pathlib import Path

from royalties.domain.orders.life import TABLE, OrderKind, State, Transition

PAGE = Path(__file__).parents[2] / "docs" / "orders.md"
_BEGINS, _ENDS = "<!-- table -->\n", "<!-- end of table -->\n"


def row(line: Transition) -> str:
    """A line of the table as the page has it."""
    kinds = "" if len(line.kinds) == len(OrderKind) else f" ({next(iter(line.kinds))})"
    states = ", ".join(state for state in State if state in line.states)
    needs = "; ".join(need.value for need in line.needs)
    sides = ", ".join(sorted(line.sides))
    return f"| {line.action}{kinds} | {sides} | {states} | {line.to or '*'} | {needs} |\n"


def table() -> str:
    """The whole table as Markdown."""
    head = "| what | who | while the order is | then it is | needs |\n| --- | --- | --- | --- | --- |\n"
    return head + "".join(row(line) for line in TABLE)


def test_orders_page_shows_the_transition_table() -> None:
    text = PAGE.read_text(encoding="utf-8")
    found = text.partition(_BEGINS)[2].partition(_ENDS)[0]
    assert found == table(), f"write this between the marks of {PAGE.name}:\n{table()}"


def test_orders_page_names_every_state_and_action() -> None:
    found = table()
    assert all(f" {state}" in found for state in State)
