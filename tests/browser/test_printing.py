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
