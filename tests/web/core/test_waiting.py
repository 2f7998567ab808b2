"""Files are looked at one after the other for each visitor, and few at a time for all."""

from contextlib import ExitStack

import pytest

from royalties.web.core import waiting
from royalties.web.core.waiting import TooManyReadingsError
from tests.builders.site import Site


def test_second_calculation_of_a_visitor_waits_for_the_first(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ExitStack()
    first.enter_context(waiting._turn("olga"))
    monkeypatch.setitem(site.app.extensions, waiting._PAUSE, first.close)
    with site.app.app_context(), waiting._turn("olga"):
        assert {"olga"} == waiting._LOOKING
    assert set() == waiting._LOOKING


def test_number_of_waiting_calculations_is_limited(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "_TURN_SECONDS", 0.0)
    with ExitStack() as stack, site.app.app_context():
        stack.enter_context(waiting._turn("olga"))
        with pytest.raises(TooManyReadingsError, match="try again"):
            stack.enter_context(waiting._turn("olga"))
        stack.enter_context(waiting._turn("lea"))
        with pytest.raises(TooManyReadingsError), waiting._turn("ada"):
            pass
    assert set() == waiting._LOOKING
