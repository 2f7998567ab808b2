"""Long tables on paper: their heads on every page, their feet once."""

import pypdfium2
import pytest
from playwright.sync_api import Browser

from tests.browser.looking import window
from tests.builders.books import Office, after, nothing
from tests.builders.live import serving

ROWS = "".join(
    f"<tr><th scope='row'>Row {n}</th><td class='figure'>{n}.00</td></tr>" for n in range(150)
)
PAGE = f"""<!doctype html><html lang="en"><title>Long · House</title>
<link rel="stylesheet" href="/static/royalties.css"><main><h1>Long</h1>
<div class="wide" tabindex="0"><table>
<thead><tr><th scope="col">What it is</th><th scope="col" class="figure">Amount</th></tr></thead>
<tbody>{ROWS}</tbody>
<tfoot><tr><th scope="row">All of it</th><td class="figure">11,175.00</td></tr></tfoot>
</table></div></main></html>"""


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(nothing)
def test_a_long_table_repeats_its_head_and_not_its_foot(chromium: Browser, office: Office) -> None:
    with serving(office) as live, window(chromium, live) as seen:
        seen.page.route("**/long", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
        seen.page.goto("/long")
        printed = pypdfium2.PdfDocument(seen.page.pdf(format="A4", print_background=True))
    texts = ["".join(page.get_textpage().get_text_range().split()) for page in printed]
    assert len(texts) > 2
    assert all("Whatitis" in text for text in texts)
    assert ["Allofit" in text for text in texts] == [False] * (len(texts) - 1) + [True]


COLUMNS = [f"Column{n}" for n in range(1, 13)]
MANY = f"""<!doctype html><html lang="en"><title>Many · House</title>
<link rel="stylesheet" href="/static/royalties.css"><main><h1>Many</h1>
<div class="wide" tabindex="0"><table class="dense">
<thead><tr>{"".join(f"<th scope='col' class='figure'>{name}</th>" for name in COLUMNS)}</tr></thead>
<tbody>{"<tr>" + "<td class='figure'>1,234,567.89 USD</td>" * len(COLUMNS) + "</tr>"}</tbody>
</table></div></main></html>"""


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(nothing)
def test_a_table_of_many_columns_is_printed_across(chromium: Browser, office: Office) -> None:
    with serving(office) as live, window(chromium, live) as seen:
        seen.page.route("**/many", lambda route: route.fulfill(body=MANY, content_type="text/html"))
        seen.page.goto("/many")
        data = seen.page.pdf(prefer_css_page_size=True, print_background=True)
    (page,) = pypdfium2.PdfDocument(data)
    width, height = page.get_size()
    assert width > height
    text = page.get_textpage()
    words = "".join(text.get_text_range().split())
    assert all(name in words for name in COLUMNS), (words, width, height)
    assert words.count("1,234,567.89USD") == len(COLUMNS)
    edges = [text.get_charbox(n)[2] for n in range(text.count_chars())]
    assert max(edges) < width - 20, "within the margin"
