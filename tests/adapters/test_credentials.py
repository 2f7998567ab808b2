"""Passwords, one-time codes and random texts."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from royalties.adapters.credentials import Credentials, fingerprint
from tests.builders.site import CHEAP

KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # the key of RFC 6238's test vectors
RFC_TIMES = [
    (59, "287082"),
    (1111111109, "081804"),
    (1234567890, "005924"),
    (20000000000, "353130"),
]


def test_hash_verifies_its_own_password_only() -> None:
    hashed = CHEAP.hash_password("correct horse battery staple")
    assert hashed.startswith("$argon2id$")
    assert CHEAP.matches(hashed, "correct horse battery staple")
    assert not CHEAP.matches(hashed, "correct horse battery stable")
    assert not CHEAP.matches("no hash at all", "correct horse battery staple")
    assert not CHEAP.matches(None, "correct horse battery staple")


def test_hash_parameters_are_as_slow_as_advised() -> None:
    parameters = Credentials().hasher
    assert (parameters.time_cost, parameters.memory_cost, parameters.parallelism) == (3, 65536, 4)


@pytest.mark.parametrize(("seconds", "code"), RFC_TIMES)
def test_totp_codes_match_the_standard(seconds: int, code: str) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert CHEAP.totp_code(KEY, moment) == code
    assert CHEAP.totp_step(KEY, code, moment) == seconds // 30


@pytest.mark.parametrize(("later", "counts"), [(-60, False), (-30, True), (30, True), (60, False)])
def test_totp_code_may_be_one_step_off(later: int, counts: bool) -> None:
    now = datetime(2026, 8, 20, 9, 30, 5, tzinfo=UTC)
    code = CHEAP.totp_code(KEY, now)
    step = CHEAP.totp_step(KEY, code, now + timedelta(seconds=later))
    assert (step == int(now.timestamp()) // 30) == counts


def test_empty_totp_code_is_refused() -> None:
    assert CHEAP.totp_step(KEY, "", datetime(2026, 8, 20, tzinfo=UTC)) is None


def test_recovery_codes_are_ten_that_differ() -> None:
    codes = CHEAP.recovery_codes()
    assert len(set(codes)) == 10
    assert all(len(code) == 11 and code[5] == "-" for code in codes)


def test_tokens_have_256_bits_and_never_repeat() -> None:
    texts = {CHEAP.token() for _ in range(50)}
    assert len(texts) == 50
    assert min(map(len, texts)) >= 43
    assert all(fingerprint(each) != each for each in texts)


@pytest.mark.parametrize("password", ["password123", "PASSWORD123", " qwertyuiop "])
def test_common_passwords_are_recognised(password: str) -> None:
    assert CHEAP.is_common(password)


def test_passphrase_is_not_a_common_password() -> None:
    assert not CHEAP.is_common("correct horse battery staple")


def test_qr_code_scales_to_its_container() -> None:
    address = CHEAP.totp_address(KEY, "tess@example.org", "Example House")
    assert address.startswith("otpauth://totp/Example%20House:tess%40example.org?secret=" + KEY)
    picture = ET.fromstring(CHEAP.qr_code(address))  # noqa: S314 - our own
    assert "viewBox" in picture.attrib
    assert "width" not in picture.attrib
    assert "style" not in CHEAP.qr_code(address)
