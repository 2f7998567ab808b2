"""How warnings are worded, and what they are silent about as nothing is known yet."""

from dataclasses import replace

import pytest

from royalties.domain.terms.catalogue import Title
from tests.builders.domain import a_contract, a_plan, a_reserve, a_rule, share, to, when
from tests.builders.warnings import REST, only, some_terms, warned


def test_title_without_editions_gives_no_warning_of_formats() -> None:
    heard = a_rule(name="Heard", formats=["audiobook"])
    contract = a_contract(
        heard, a_rule(name="All"), reserve=a_reserve(formats=["audiobook"]), titles=["book", "gone"]
    )
    step = share("0.5", to("author"), when=when(formats=["audiobook"]))
    terms = some_terms(contract, plans=[a_plan(step, REST)], titles=[Title("book", "Book")])
    assert warned(terms) == []


def test_setup_without_retailers_gives_no_warning_of_channels() -> None:
    library = a_rule(name="Loans", channels=["library"])
    contract = a_contract(library, a_rule(name="All"), reserve=a_reserve(channels=["library"]))
    step = share("0.5", to("author"), when=when(channels=["library"]))
    terms = replace(some_terms(contract, plans=[a_plan(step, REST)]), retailers={})
    assert warned(terms) == []


@pytest.mark.parametrize(
    ("formats", "words"),
    [
        (["ebook"], "an e-book"),
        (["audiobook", "custom"], "an audiobook or custom"),
        (["paperback", "ebook"], "an e-book or paperback"),
        (["paperback"], "a paperback"),
    ],
)
def test_format_in_a_warning_has_its_article(formats: list[str], words: str) -> None:
    contract = a_contract(a_rule(name="New", formats=formats), a_rule(name="All"))
    assert only(some_terms(contract))[2].endswith(f"no edition of the contract's titles is {words}")


def test_warning_names_the_channel_of_retailers_outside_the_rules_channel() -> None:
    named = ["bn", "amazon", "nobody"]
    rule = a_rule(name="New", channels=["direct"], retailers=named)
    contract = a_contract(rule, a_rule(name="All"))
    assert only(some_terms(contract))[2].endswith(
        ": amazon, bn or nobody has the channel bookstore or online, not direct"
    )
    one_of_them = replace(rule, channels=frozenset({"direct", "online"}))
    assert warned(some_terms(a_contract(one_of_them, a_rule(name="All")))) == []
