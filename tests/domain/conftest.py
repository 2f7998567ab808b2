"""A property that fails is made small for a while, not for minutes: whoever waits wants to know."""

from hypothesis.internal.conjecture import engine

engine.MAX_SHRINKING_SECONDS = 15
