"""Stored keys of second factors are encrypted, and a lost secret key is reported."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from config import from_environment
from royalties.domain.people import Role
from royalties.runtime import System
from royalties.services.people import second_factor
from tests.builders.books import after, opened
from tests.builders.doors import Clock, code_at, email_of, give_password, with_clock
from tests.builders.site import TOTP_KEY, Site, open_site

pytestmark = after(opened)


def kept(site: Site) -> list[str]:
    return [str(each) for (each,) in site.office.rows("SELECT totp_key FROM person ORDER BY id")]


def with_keys(site: Site, key: str, *older: str) -> System:
    config = replace(site.office.system.config, secret_key=key, old_secret_keys=older)
    return replace(site.office.system, config=config)


def test_totp_keys_kept_in_clear_are_sealed_by_init(site: Site) -> None:
    site.somebody(Role.CLERK)
    with site.office.system.engine.begin() as connection:
        connection.execute(text("UPDATE person SET totp_key = :key"), {"key": TOTP_KEY})
    site.office.system.migrate()
    [sealed] = kept(site)
    assert TOTP_KEY not in sealed
    assert site.office.system.sealer.open(sealed) == TOTP_KEY


def test_new_secret_key_reseals_totp_keys(site: Site) -> None:
    site.somebody(Role.CLERK)
    [before] = kept(site)
    with_keys(site, "given now").migrate()  # the home's own key is an older one
    [after_] = kept(site)
    assert after_ != before
    assert with_keys(site, "given now").sealer.is_newest(after_)
    with_keys(site, "a third", "given now").migrate()
    assert with_keys(site, "a third").sealer.is_newest(kept(site)[0])


def test_recovery_codes_work_after_the_secret_key_is_lost(site: Site) -> None:
    clock = with_clock(site)
    actor = site.somebody(Role.CLERK)
    with site.office.work() as work:
        [code, *_] = second_factor._new_codes(work, actor.person or 0)
    (site.office.system.config.home / "cookie.key").unlink()
    lost = open_site(site.office)
    lost.office.system.migrate()
    visitor = lost.stranger()
    lost_clock = Clock(clock.now)
    assert give_password(visitor, email_of(actor))
    answer = visitor.post("/account/second-factor", {"code": code_at(lost_clock)})
    assert answer.status_code == 409
    assert "use a recovery code" in answer.text
    assert visitor.post("/account/second-factor?by=recovery", {"code": code}).status_code == 303
    with lost.office.work(read_only=True) as work:
        assert second_factor.unreadable(work) == 1


def test_older_secret_keys_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROYALTIES_OLD_SECRET_KEYS", "one  two")
    assert from_environment().old_secret_keys == ("one", "two")
