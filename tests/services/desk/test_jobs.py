"""Jobs run once, with the rights of the person who asked, whatever happens to the worker."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from royalties.cli.jobs import _Progress, work_off, work_once
from royalties.domain.people import Actor, Role
from royalties.services.desk import jobs
from royalties.services.desk.jobs import LEASE, MOST_ATTEMPTS, queue, start
from royalties.services.sales import uploads
from royalties.services.sales.importing import ImportResult
from royalties.services.sales.uploads import Upload, subject_of
from royalties.services.work import RefusedError, Work
from royalties.store.work import latest_job
from tests.builders.books import NOW, TESS, Office, a_row
from tests.builders.sent import as_file, found, send
from tests.builders.site import Site, lend_site
from tests.patience import PATIENCE

pytestmark = pytest.mark.engines("either")

MAY = as_file([a_row(3, date="2025-05-02", list_price=None)])


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Desk:
    """A site with somebody who sent a report, and the clock of its system."""

    site: Site
    clock: Clock
    cleo: Actor

    @property
    def office(self) -> Office:
        return self.site.office

    def sent(self, data: bytes = MAY) -> Upload:
        """A report whose check waits as a job."""
        return send(self.office, self.cleo, data, as_job=True)

    def record(self, upload: Upload, *seen: str) -> None:
        """Ask for it to be recorded as a job."""
        with self.office.system.work(self.cleo) as work:
            start(work, "record", upload, {"seen": list(seen)})

    def job(self) -> dict[str, object]:
        """The newest job."""
        row = self.office.rows(
            "SELECT status, attempts, result, error FROM job ORDER BY id DESC LIMIT 1"
        )[0]
        return dict(zip(("status", "attempts", "result", "error"), row, strict=True))


@pytest.fixture
def desk(office: Office) -> Desk:
    site = lend_site(office)
    clock = Clock()
    office.system = replace(office.system, clock=clock)
    return Desk(site, clock, site.somebody(Role.CLERK, "Cleo"))


def test_a_large_report_is_checked_and_recorded_by_the_worker(desk: Desk) -> None:
    upload = desk.sent()
    assert upload.is_busy
    assert upload.document is None
    assert work_off(desk.office.system) == 1
    checked = found(desk.office, upload.id)
    assert (checked.status, checked.is_busy) == ("checked", False)
    desk.record(checked)
    assert work_off(desk.office.system) == 1
    assert found(desk.office, upload.id).batch == 1
    assert desk.job() == {
        "status": "done",
        "attempts": 1,
        "result": '{"outcome": "recorded", "batch": 1}',
        "error": None,
    }
    assert desk.office.rows("SELECT actor FROM log WHERE action = 'import'") == [("Cleo",)]
    assert work_off(desk.office.system) == 0
    assert desk.office.faults() == {}


def test_running_job_is_not_started_twice(desk: Desk) -> None:
    upload = desk.sent()
    attempts: list[Callable[..., object]] = [
        lambda work: start(work, "check", upload, {}),
        lambda work: uploads.change(work, upload.id, None, {}),
        lambda work: uploads.remove(work, upload.id),
    ]
    for attempt in attempts:
        refused = pytest.raises(RefusedError, match="being worked on")
        with desk.office.system.work(desk.cleo) as work, refused:
            attempt(work)
    assert desk.office.rows("SELECT count(*) FROM job") == [(1,)]


def test_database_refuses_a_second_open_job_of_a_kind(desk: Desk) -> None:
    upload = desk.sent()
    refused = pytest.raises(Exception, match=r"UNIQUE|busy")
    with refused, desk.office.system.work(desk.cleo) as work:
        queue(work, "check", subject_of(upload.id), {})


def test_job_of_a_disabled_person_is_refused(desk: Desk) -> None:
    checked = send(desk.office, desk.cleo, MAY)
    desk.record(checked)
    desk.office.execute("UPDATE person SET status = 'disabled' WHERE name = 'Cleo'")
    work_off(desk.office.system)
    assert desk.job()["status"] == "failed"
    assert "may not come in any more" in str(desk.job()["error"])
    assert desk.office.rows("SELECT count(*) FROM sale") == [(0,)]


def test_job_uses_the_current_rights_of_its_person(desk: Desk) -> None:
    checked = send(desk.office, desk.cleo, MAY)
    desk.record(checked)
    desk.office.execute("UPDATE person SET role = 'nonprofit' WHERE name = 'Cleo'")
    work_off(desk.office.system)
    assert desk.job()["status"] == "failed"
    assert desk.job()["error"] == "Cleo may not import: ask a clerk to do it"
    assert desk.office.rows("SELECT count(*) FROM sale") == [(0,)]


def test_job_of_a_lost_worker_is_retried_after_its_lease(desk: Desk) -> None:
    checked = send(desk.office, desk.cleo, MAY)
    desk.record(checked)
    with desk.office.system.work(jobs.WORKER) as work:
        assert jobs.take(work) is not None  # and then the machine stopped
    assert not work_once(desk.office.system)
    desk.clock.now += LEASE + timedelta(seconds=1)
    assert work_once(desk.office.system)
    assert (desk.job()["status"], desk.job()["attempts"]) == ("done", 2)
    assert found(desk.office, checked.id).batch == 1


def test_lease_dated_in_the_future_ends(desk: Desk) -> None:
    checked = send(desk.office, desk.cleo, MAY)
    desk.record(checked)
    desk.clock.now += timedelta(days=400)
    with desk.office.system.work(jobs.WORKER) as work:
        assert jobs.take(work) is not None  # and then the worker was stopped, and the clock mended
    desk.clock.now -= timedelta(days=400)
    assert work_once(desk.office.system)
    assert desk.job()["status"] == "done"
    assert found(desk.office, checked.id).batch == 1


def test_lease_by_another_servers_clock_holds(desk: Desk) -> None:
    desk.record(send(desk.office, desk.cleo, MAY))
    desk.clock.now += timedelta(minutes=4)
    with desk.office.system.work(jobs.WORKER) as work:
        assert jobs.take(work) is not None
    desk.clock.now -= timedelta(minutes=4)
    assert not work_once(desk.office.system)


def test_job_recorded_by_a_lost_worker_counts_as_done(desk: Desk) -> None:
    checked = send(desk.office, desk.cleo, MAY)
    desk.record(checked)
    work_off(desk.office.system)
    desk.office.execute("UPDATE job SET status = 'running', ended_at = NULL, result = NULL")
    desk.clock.now += LEASE + timedelta(seconds=1)
    assert work_once(desk.office.system)
    assert json.loads(str(desk.job()["result"])) == {"outcome": "recorded", "batch": 1}
    assert desk.office.rows("SELECT count(*) FROM batch") == [(1,)]


def test_job_that_kills_every_worker_is_given_up(desk: Desk) -> None:
    desk.record(send(desk.office, desk.cleo, MAY))
    desk.office.execute(f"UPDATE job SET status = 'running', attempts = {MOST_ATTEMPTS}")
    desk.office.execute("UPDATE job SET lease_until = '2026-01-01T00:00:00+00:00'")
    assert work_once(desk.office.system)
    assert desk.job()["status"] == "failed"
    assert "stopped each time" in str(desk.job()["error"])


def test_late_worker_does_not_fail_a_job_taken_over(desk: Desk) -> None:
    desk.record(send(desk.office, desk.cleo, MAY))
    with desk.office.system.work(jobs.WORKER) as work:
        slow = jobs.take(work)
    assert slow is not None
    desk.clock.now += LEASE + timedelta(seconds=1)
    with desk.office.system.work(jobs.WORKER) as work:
        assert jobs.take(work) is not None
    with desk.office.system.work(jobs.WORKER) as work:
        jobs.fail(work, slow, "too slow")
    assert desk.job()["status"] == "running"


def test_refused_job_is_reported_and_the_next_runs(desk: Desk) -> None:
    first, second = desk.sent(), desk.sent(MAY + b"\n")
    (desk.office.system.files.upload(first.sha256)).unlink()
    assert work_off(desk.office.system) == 2
    failed = found(desk.office, first.id)
    assert failed.job is not None
    assert failed.job.error is not None
    assert "send it again" in failed.job.error
    assert found(desk.office, second.id).status == "checked"


def test_program_error_stops_only_its_job(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    with desk.office.system.work(desk.cleo) as work:
        queue(work, "juggle", "three balls", {})
    upload = desk.sent()
    assert work_off(desk.office.system) == 2
    assert found(desk.office, upload.id).status == "checked"
    assert "fault of the program" in str(desk.office.rows("SELECT error FROM job")[0][0])
    assert "job 1 (juggle) failed" in caplog.text


def test_file_over_its_time_is_refused_and_the_next_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "SECONDS", 1)
    slow, quick = desk.sent(), desk.sent(MAY + b"\n")

    def reading(work: Work, job: jobs.Job) -> ImportResult:
        while job.subject == subject_of(slow.id):
            pass
        return uploads.examine(work, quick.id)

    monkeypatch.setitem(jobs.KINDS, "check", replace(jobs.KINDS["check"], look=reading))
    begun = time.monotonic()
    assert work_off(desk.office.system, bounded=True) == 2
    assert time.monotonic() - begun < PATIENCE
    ended = found(desk.office, slow.id)
    assert ended.status == "received"
    assert ended.job is not None
    assert "takes too long to be read" in str(ended.job.error)
    assert "save it as CSV" in str(ended.job.error), "what to do"
    assert found(desk.office, quick.id).status == "checked"


def test_a_larger_file_has_more_seconds(desk: Desk) -> None:
    small, large = desk.sent(), desk.sent(MAY + b"\n" * 2_000_000)
    with desk.office.work(read_only=True) as work:
        [first, second] = (
            jobs.seconds_for(work, job) for job in (job_of(work, small), job_of(work, large))
        )
    assert (first, second) == (jobs.SECONDS, jobs.SECONDS + 4)


def job_of(work: Work, upload: Upload) -> jobs.Job:
    job = latest_job(work.connection, subject_of(upload.id))
    assert job is not None
    return job


def test_a_busy_database_lets_a_job_wait(desk: Desk) -> None:
    desk.sent()
    with desk.office.system.work(jobs.WORKER) as work:
        job = jobs.take(work)
    assert job is not None
    with desk.office.system.work(jobs.WORKER) as work:
        jobs.put_back(work, job)
    assert (desk.job()["status"], desk.job()["attempts"]) == ("queued", 0)


def test_progress_is_kept_outside_the_database(desk: Desk) -> None:
    files = desk.office.system.files
    told = _Progress(desk.office.system, 7)
    with desk.office.work():  # which holds the lock on SQLite
        told(5, 10)
        assert files.progress(7) == (5, 10)
        told(6, 10)
        assert files.progress(7) == (5, 10), "at most four times a second"
    files.forget_progress(7)
    assert files.progress(7) == (0, 0)


def test_a_job_leaves_no_progress_behind(desk: Desk) -> None:
    rows = [a_row(1, order=str(number)) for number in range(20_000)]
    desk.sent(as_file(rows))
    work_off(desk.office.system)
    assert desk.job()["status"] == "done"
    left = {path.name for path in (desk.office.system.files.home / "jobs").iterdir()}
    assert left == {"worker"}, "when it was last seen, and nothing of jobs"


def test_command_line_queues_no_job(desk: Desk) -> None:
    with desk.office.system.work(TESS) as work, pytest.raises(RefusedError, match="done at once"):
        queue(work, "check", "upload:1", {})


def command(office: Office, *arguments: str) -> subprocess.Popen[bytes]:
    config = office.system.config
    return subprocess.Popen(
        [sys.executable, "-m", "royalties", "jobs", *arguments],
        env={
            **os.environ,
            "ROYALTIES_HOME": str(config.home),
            "ROYALTIES_DATABASE_URL": config.database_url,
        },
        stdin=subprocess.PIPE if "--beside-server" in arguments else subprocess.DEVNULL,
    )


def test_work_command_runs_waiting_jobs_and_ends(desk: Desk) -> None:
    upload = desk.sent()
    assert command(desk.office, "--once").wait(PATIENCE) == 0
    assert found(desk.office, upload.id).status == "checked"


@pytest.mark.thorough("processes of their own")
@pytest.mark.parametrize("options", [(), ("--beside-server",)])
def test_work_command_runs_until_stopped(desk: Desk, options: tuple[str, ...]) -> None:
    """Also while it still waits for its server to end."""
    worker = command(desk.office, *options)
    try:
        upload = desk.sent()
        waited = time.monotonic() + PATIENCE
        while found(desk.office, upload.id).status != "checked":
            assert time.monotonic() < waited
            time.sleep(0.1)
    finally:
        worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE) == 0
    if worker.stdin is not None:
        worker.stdin.close()
