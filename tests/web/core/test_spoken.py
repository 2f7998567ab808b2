"""What is asked of all that people read finds what it is asked for."""

import pytest

from tests.web.core.spoken import faults_of_page, faults_of_words, form_of, spoken_in


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Amend contract zq-foot-2015", "key"),
        ('It says {"basis": "list"}', "json"),
        ("[1, 2]", "json"),
        ("None", "python"),
        ("Is it private? False", "python"),
        ("RefusedError: nothing", "python"),
        ("tax_rate changed", "identifier"),
        ("then royalties close 2025-H1", "command"),
        ("confirm it with --confirm", "command"),
        ("US", "place"),
        ("Sales tax US-WA", "place"),
        ("Seattle, WA, US", "place"),
        ("from sales in WA", "place"),
        ("since 2025-03-01", "day"),
        ("a rate of 0.10", "rate"),
        ("USD 20 each period", "amount"),
        ("in all 12.5 USD", "amount"),
        ("33.33333 % of it", "percentage"),
        ("12% off", "percentage"),
        ("it is in-production", "code"),
    ],
)
def test_internal_words_are_found(text: str, kind: str) -> None:
    assert [each.partition(" ")[0] for each in faults_of_words(text)] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "None was paid.",
        "USD 20.00 each period, and 1,234.50 USD in all",
        "Seattle, Washington 98101, United States",
        "33.3333 % of what is payable",
        "Apr 3, 2026: e-books and half-yearly statements",
        "Write to desk@example.org",
        "1 USD = 0.7867 GBP",
        "Rule “Hardcover”: 10 % up to 30 copies",
    ],
)
def test_plain_words_pass(text: str) -> None:
    assert list(faults_of_words(text)) == []


def test_visible_and_spoken_texts_are_checked() -> None:
    page = """<html><title>zq-1</title><body><p title="zq-2">zq-3 <b>zq-4</b> zq-5
        <img alt="zq-6"><a href="/zq-no" aria-label="zq-7">x</a><input placeholder="zq-8"
        value="zq-no"><select><option value="zq-no">zq-9</select><textarea>zq-no</textarea>
        <script>zq-no</script><form data-confirm="zq-10"></form>"""
    found = " ".join(spoken_in(page))
    assert "zq-no" not in found
    assert all(f"zq-{n}" in found for n in range(1, 11))
    assert len(faults_of_page("/", page)) == 10


def test_form_is_found_by_its_selector() -> None:
    page = """<main><section><form id=a class="card wide" method=post action="/x/refuse">"""
    for selector in ("#a", "form.card", "main form[method=post]", "form[action$=refuse]"):
        assert form_of(f"<body>{page}</form></section></main>", selector).get("id") == "a"
