"""The refusals that verbs may end with, in one place for the edges' tables."""

from royalties.domain.royalties.earning import UnknownRightError
from royalties.domain.royalties.exchange import MissingExchangeRateError
from royalties.domain.royalties.run import NoPlanError
from royalties.ingest.setup import SetupError
from royalties.services.closed_run import NotClosedError
from royalties.services.work import RefusedError

REFUSALS = (
    MissingExchangeRateError,
    NoPlanError,
    NotClosedError,
    RefusedError,
    SetupError,
    UnknownRightError,
)
"""Each carries a message that says what to do."""

CANNOT_RUN = (MissingExchangeRateError, NoPlanError, UnknownRightError)
"""Refusals of a period whose setup lacks something that its run needs."""
