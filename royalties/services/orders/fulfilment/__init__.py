"""Copies that go out and come back, and the sales that they bring."""
