"""What may be recorded as sent: by check one by one, on a day that can be, all of it or nothing."""

from datetime import timedelta

import pytest

from royalties.domain.payments.life import Method
from royalties.services.payments import moving
from royalties.services.work import RefusedError
from tests.builders.books import Office, after
from tests.services.payments.test_races import MAX, MIA, OF_ALL, TODAY, approved


def refused(office: Office, numbers: tuple[int, ...], method: Method, reference: str) -> str:
    before = office.hashes()
    with office.system.work(MAX) as work, pytest.raises(RefusedError) as error:
        moving.send(work, numbers, TODAY, method, reference)
    assert office.hashes() == before
    return str(error.value)


@after(approved)
def test_check_has_a_number_of_its_own(office: Office) -> None:
    assert "the check's number" in refused(office, (1,), Method.CHECK, "")
    assert "one by one" in refused(office, (1, 2), Method.CHECK, "1001")
    with office.system.work(MAX) as work:
        moving.send(work, [1], TODAY, Method.CHECK, "1001")
    assert "check 1001 was written for P-000001" in refused(office, (2,), Method.CHECK, "1001")
    with office.system.work(MIA) as work:
        moving.void(work, 1, "lost in the mail", seen_sent=True)
    assert "check 1001 was written for P-000001" in refused(office, (2,), Method.CHECK, "1001")
    with office.system.work(MAX) as work:
        moving.send(work, [2], TODAY, Method.CHECK, "1002")
    assert office.faults() == {}


@after(approved)
def test_one_payment_that_cannot_be_sent_keeps_all_from_being_sent(office: Office) -> None:
    with office.system.work(MAX) as work:
        moving.void(work, 3, "not now")
    assert "P-000003" in refused(office, OF_ALL, Method.WIRE, "FED 1")
    assert "there is no payment P-000099" in refused(office, (1, 99), Method.WIRE, "FED 1")
    assert "tick at least one" in refused(office, (), Method.WIRE, "FED 1")


@pytest.mark.parametrize(
    ("days", "words"), [(1, "has not come yet"), (-1, "was approved"), (-400, "more than a year")]
)
@after(approved)
def test_day_of_sending_lies_between_approval_and_today(
    office: Office, days: int, words: str
) -> None:
    with office.system.work(MAX) as work, pytest.raises(RefusedError, match=words):
        moving.send(work, OF_ALL, TODAY + timedelta(days=days), Method.WIRE, "FED 1")


@after(approved)
def test_batch_is_sent_with_the_queries_of_one_payment(office: Office) -> None:
    """Reads, taxes, postings, the payments' rows, their histories and the log are one query each."""

    def send(count: int, first: int) -> int:
        with office.system.work(MAX) as work:
            return len(
                office.statements_of(
                    lambda _: moving.send(
                        work, range(first, first + count), TODAY, Method.WIRE, "FED 1"
                    )
                )
            )

    one, three = send(1, 1), send(3, 2)
    assert three == one
