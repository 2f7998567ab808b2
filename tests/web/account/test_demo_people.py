"""Who signs in to the demo: printed with all that is needed, and only in the demo's own books."""

import re

import pytest
from click.testing import CliRunner

from royalties.cli.demo_people import PASSWORD, PEOPLE, welcome
from royalties.cli.desk import Desk
from royalties.cli.main import main
from royalties.services.work import RefusedError
from tests.builders.books import a_setup, after, nothing, opened
from tests.builders.site import Site


@after(opened)
def test_people_printed_by_demo_can_sign_in(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk(site.office.system, json=False)
    welcome(desk)
    printed = capsys.readouterr().out
    visitor = site.stranger()
    assert PASSWORD in printed
    for each in PEOPLE:
        found = re.search(rf"{each.email}\s+(\d{{6}})\s+{each.key}", printed)
        assert found is not None, each
        form = {"email": each.email, "password": PASSWORD}
        assert visitor.post("/account/sign-in", form).status_code == 303
        assert visitor.post("/account/second-factor", {"code": found[1]}).status_code == 303
        assert visitor.get("/account/me").status_code == 200
    before = site.office.hashes()
    welcome(desk)
    assert site.office.hashes() == before, "again changes nothing"


@after(nothing)
def test_demo_people_are_not_added_to_other_books(site: Site) -> None:
    publisher = {**a_setup()["publisher"], "name": "Somebody's House"}
    site.office.load(a_setup(publisher=publisher))
    with pytest.raises(RefusedError, match="invite people instead"):
        welcome(Desk(site.office.system, json=False))
    assert site.office.rows("SELECT * FROM person") == []


def test_demo_is_served_on_this_machine_only() -> None:
    done = CliRunner().invoke(main, ["serve", "--demo", "--host", "0.0.0.0"])  # noqa: S104
    assert done.exit_code == 1
    assert "127.0.0.1 only" in done.output
