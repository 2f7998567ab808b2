"""Long work in the background: how far it is."""

from enum import StrEnum


class JobStatus(StrEnum):
    """How far long work is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


ACTIVE_JOBS = (JobStatus.QUEUED, JobStatus.RUNNING)
"""Statuses of a job that waits or goes on."""
