"""What cannot be undone at a stroke is asked about first: the browser's own dialog."""

import pytest
from playwright.sync_api import Browser, Dialog, expect

from royalties.domain.people import Role
from royalties.services.desk import saved_filters
from tests.browser.looking import window
from tests.builders.books import Office, after, closed
from tests.builders.live import serving


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(closed)
def test_declined_confirmation_deletes_nothing(chromium: Browser, office: Office) -> None:
    with serving(office) as live:
        manager = live.somebody(Role.MANAGER)
        with office.system.work(manager) as work:
            saved = saved_filters.save_filter(
                work, "sales", "Returns", {"kind": "return"}, shared=True
            )
        asked: list[str] = []

        def decline(dialog: Dialog) -> None:
            asked.append(dialog.message)
            dialog.dismiss()

        def agree(dialog: Dialog) -> None:
            asked.append(dialog.message)
            dialog.accept()

        with window(chromium, live, manager) as seen:
            page = seen.page
            page.goto(f"/finance/filters/{saved}/change")
            page.once("dialog", decline)
            page.get_by_role("button", name="Delete it").click()
            expect(page.get_by_role("heading", name="Change a saved filter")).to_be_visible()
            page.goto("/finance/sales/")
            expect(page.get_by_role("link", name="Returns")).to_be_visible()
            page.goto(f"/finance/filters/{saved}/change")
            page.once("dialog", agree)
            page.get_by_role("button", name="Delete it").click()
            expect(page.get_by_text("The filter “Returns” is deleted.")).to_be_visible()
    words = "Delete the filter “Returns” for everybody at the desk? The list itself stays as it is."
    assert asked == [words, words]


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@after(closed)
def test_everything_works_without_scripts_and_confirmations(
    chromium: Browser, office: Office
) -> None:
    with serving(office) as live:
        clerk = live.somebody(Role.CLERK)
        with window(chromium, live, clerk, java_script_enabled=False) as seen:
            page = seen.page
            page.goto("/finance/sales/?kind=return&period=all")
            page.get_by_role("link", name="Save this filter").click()
            page.get_by_label("Name", exact=True).fill("Came back")
            page.get_by_role("button", name="Save").click()
            expect(page.get_by_text("You find it above this list.")).to_be_visible()
            page.goto("/finance/sales/")
            page.get_by_role("link", name="Came back").click()
            assert page.url.endswith("/finance/sales/?kind=return&period=all")
            page.get_by_role("link", name="Manage").click()
            page.get_by_role("link", name="Change").click()
            page.get_by_role("button", name="Delete it").click()
            expect(page.get_by_text("The filter “Came back” is deleted.")).to_be_visible()
