"""Faults of data from outside, as values."""

from royalties.domain.problems import SetupFault, Skipped


def test_problem_names_its_place() -> None:
    fault = SetupFault(
        "contracts[0].rules[1].basis", "'gross' is not one of list, net, unit, profit"
    )
    assert str(fault).startswith("contracts[0].rules[1].basis: 'gross' is not one of")


def test_rows_left_out_are_counted_by_reason() -> None:
    skipped = Skipped()
    skipped.add("no units", 3)
    skipped.add("a total")
    skipped.add("no units")
    assert skipped.by_reason == {"no units": 4, "a total": 1}
