"""Which payment a booking is about: by reference and amount, each fault in words."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.domain.payments.bookings import (
    BookedOn,
    Booking,
    BookingKind,
    BookingOutcome,
    Match,
    PaidOrDue,
    advice_on,
)
from royalties.domain.payments.life import PaymentState
from royalties.domain.payments.matching import amounts_that_settle, match_all

DAY = date(2026, 8, 20)
SENT = PaidOrDue(1, 1, "USD", 38_000, PaymentState.SENT, "ACH 0077", DAY - timedelta(days=2))
OTHER = replace(SENT, number=2, net=12_000)
CHECK = replace(SENT, number=3, batch=2, net=500, reference="001001")
EURO = replace(SENT, number=4, batch=2, currency="EUR", net=700, reference="P-000004")
WAITS = PaidOrDue(5, 3, "USD", 900, PaymentState.APPROVED)
ALL = (SENT, OTHER, CHECK, EURO, WAITS)
S = BookingOutcome


def line(
    amount: int, reference: str = "", text: str = "", code: str = "", **more: object
) -> Booking:
    return replace(
        Booking(BookingKind.LINE, DAY, amount, "USD", reference, text, code),
        **more,  # type: ignore[arg-type]  # fields of a booking
    )


def match(*bookings: Booking, payments: tuple[PaidOrDue, ...] = ALL) -> list[Match]:
    return match_all(bookings, payments, DAY)


@pytest.mark.parametrize(
    ("booking", "outcome", "numbers"),
    [
        (line(-38_000, "P-000001"), S.SETTLED, (1,)),
        (line(-38_000, "", "payment p 000001 to SEATTLE"), S.SETTLED, (1,)),
        (line(-38_000, "P000001"), S.SETTLED, (1,)),
        (line(-50_000, "ACH-77"), S.SETTLED, (1, 2)),
        (line(-50_000, "", "SETTLEMENT ACH 77 QUARTO"), S.SETTLED, (1, 2)),
        (line(-50_000, "", "FILE B-0001"), S.SETTLED, (1, 2)),
        (line(-12_000, "ACH 77"), S.SETTLED, (2,)),
        (line(-500, "1001"), S.SETTLED, (3,)),
        (line(-700, "P-000004", currency="EUR"), S.SETTLED, (4,)),
        (line(38_000, "P-000001", "", "R02"), S.RETURNED, (1,)),
        (line(38_000, "P-000001"), S.RETURNED, (1,)),
        (line(500, "1001", "", "NARR"), S.RETURNED, (3,)),
        (line(500, "1001"), S.DOUBTFUL, (3,)),
        (line(-38_001, "P-000001"), S.DOUBTFUL, (1,)),
        (line(-501, "1001"), S.DOUBTFUL, (3,)),
        (line(-501, "", "check 1001"), S.NOTHING, ()),
        (line(501, "1001"), S.NOTHING, ()),
        (line(-700, "P-000004"), S.DOUBTFUL, (4,)),
        (line(-900, "P-000005"), S.DOUBTFUL, (5,)),
        (line(-500), S.DOUBTFUL, (3,)),
        (line(500), S.NOTHING, ()),
        (line(500, "", "", "R01"), S.DOUBTFUL, (3,)),
        (line(-38_000, "P-000009"), S.DOUBTFUL, (1,)),
        (line(-38_005, "P-0000011"), S.NOTHING, ()),
        (line(-500, "1001", day=DAY + timedelta(days=1)), S.DOUBTFUL, (3,)),
        (line(-500, "1001", day=DAY - timedelta(days=3)), S.DOUBTFUL, (3,)),
        (line(0, "P-000001"), S.NOTHING, ()),
        (line(-38_000, "P-000001", "", "AC04"), S.DOUBTFUL, (1,)),
    ],
)
def test_booking_is_matched_by_reference_and_amount(
    booking: Booking, outcome: BookingOutcome, numbers: tuple[int, ...]
) -> None:
    (found,) = match(booking)
    assert (found.outcome, found.payments) == (outcome, numbers)
    assert bool(found.words) == (outcome in {S.DOUBTFUL, S.RETURNED})


def test_payment_sent_and_returned_in_one_file_is_recorded_as_both() -> None:
    found = match(line(38_000, "P-000001", "", "R03"), line(-38_000, "P-000001"))
    assert [each.outcome for each in found] == [S.RETURNED, S.SETTLED]
    assert found[0].words == "R03, there is no such account, or it is another person's"


def test_second_booking_of_a_payment_is_doubtful() -> None:
    found = match(line(-38_000, "P-000001"), line(-38_000, "P-000001", "again"))
    assert [each.outcome for each in found] == [S.SETTLED, S.DOUBTFUL]
    settled = replace(SENT, state=PaymentState.SETTLED, settled_on=DAY, booked=(BookedOn(DAY, 7),))
    (same,) = match(line(-38_000, "P-000001"), payments=(settled,))
    assert (same.outcome, "another file" in same.words) == (S.KNOWN, True)
    (later,) = match(
        line(-38_000, "P-000001"),
        payments=(replace(settled, booked=(BookedOn(SENT.sent_on or DAY, 7),)),),
    )
    assert (later.outcome, "paid twice" in later.words) == (S.DOUBTFUL, True)
    (by_hand,) = match(line(-38_000, "P-000001"), payments=(replace(settled, booked=()),))
    assert (by_hand.outcome, "recorded as arrived" in by_hand.words) == (S.KNOWN, True)


def test_booking_of_an_ended_payment_settles_nothing() -> None:
    voided = replace(SENT, state=PaymentState.VOIDED, ended_on=DAY)
    returned = replace(SENT, state=PaymentState.RETURNED, ended_on=DAY)
    (paid,) = match(line(-38_000, "P-000001"), payments=(voided,))
    assert (paid.outcome, "voided" in paid.words) == (S.DOUBTFUL, True)
    for booking in (line(-38_000, "P-000001"), line(38_000, "P-000001", "", "R02")):
        (known,) = match(booking, payments=(returned,))
        assert known.outcome is S.KNOWN


def test_equal_amounts_under_one_reference_are_not_guessed() -> None:
    twin = replace(SENT, number=9)
    (found,) = match(line(-38_000, "ACH 77"), payments=(SENT, twin, OTHER))
    assert (found.outcome, found.payments) == (S.DOUBTFUL, (1, 9))
    assert "P-000001 or P-000009" in found.words


def test_notice_of_change_is_noted_once() -> None:
    notice = Booking(BookingKind.NOTICE, DAY, 0, "USD", "P-000001", "account ends in 6789", "C01")
    found = match_all([notice, notice, replace(notice, reference="X")], ALL, DAY)
    assert [each.outcome for each in found] == [S.NOTED, S.KNOWN, S.NOTHING]
    assert found[0].words == "C01, the account number is another (account ends in 6789)"
    assert "two people" in advice_on(notice)
    assert match_all([notice], ALL, DAY, noted={(1, "C01")})[0].outcome is S.KNOWN


PAYMENTS = st.lists(
    st.builds(
        PaidOrDue,
        number=st.integers(1, 6),
        batch=st.integers(1, 2),
        currency=st.sampled_from(["USD", "EUR"]),
        net=st.integers(1, 4),
        state=st.sampled_from([PaymentState.SENT, PaymentState.SETTLED, PaymentState.RETURNED]),
        reference=st.sampled_from(["", "ACH 1", "1001", "P-000002"]),
        sent_on=st.just(DAY),
        settled_on=st.just(DAY),
        ended_on=st.just(DAY),
    ),
    max_size=6,
    unique_by=lambda each: each.number,
)
BOOKINGS = st.lists(
    st.builds(
        Booking,
        kind=st.just(BookingKind.LINE),
        day=st.just(DAY),
        amount=st.integers(-9, 9),
        currency=st.sampled_from(["USD", "EUR"]),
        reference=st.sampled_from(["", "ACH 1", "1001", "P-000001", "P-000002 P-000003", "B-0001"]),
        text=st.sampled_from(["", "P-000004", "ACH 1"]),
        code=st.sampled_from(["", "R03"]),
    ),
    max_size=8,
)


@given(PAYMENTS, BOOKINGS)
def test_payment_settles_once_and_returns_once(
    payments: list[PaidOrDue], bookings: list[Booking]
) -> None:
    net = {each.number: each for each in payments}
    arrived: list[int] = []
    back: list[int] = []
    for booking, found in zip(bookings, match_all(bookings, payments, DAY), strict=True):
        assert all(number in net for number in found.payments)
        if found.outcome in {S.SETTLED, S.RETURNED}:
            total = sum(net[number].net for number in found.payments)
            assert 0 < total <= abs(booking.amount)
            assert {net[number].currency for number in found.payments} == {booking.currency}
            (arrived if found.outcome is S.SETTLED else back).extend(found.payments)
    assert len(set(arrived)) == len(arrived)
    assert len(set(back)) == len(back)
    assert all(net[number].state is PaymentState.SENT for number in arrived)
    assert all(net[number].state is not PaymentState.RETURNED for number in back)


@given(PAYMENTS, BOOKINGS)
def test_amounts_to_look_at_again_miss_nothing(
    payments: list[PaidOrDue], bookings: list[Booking]
) -> None:
    wanted = amounts_that_settle(payments)
    for booking in bookings:
        (found,) = match_all([booking], payments, DAY)
        if found.outcome is S.SETTLED and "P-000002 P-000003" not in booking.reference:
            assert (booking.currency, booking.amount) in wanted
