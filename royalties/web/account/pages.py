"""Signing in and out, second factor, password, sessions."""

from flask import render_template

from royalties.domain.people import EVERYBODY
from royalties.web.pages import Pages

PAGES = Pages("account", __name__, "/account", EVERYBODY)


@PAGES.get("/")
def root() -> str:
    """To come."""
    return render_template("error.html", heading="To come", message="")


@PAGES.get("/sign-in")
def sign_in() -> str:
    """To come."""
    return render_template("error.html", heading="To come", message="")


@PAGES.get("/second-factor")
def second_factor() -> str:
    """To come."""
    return render_template("error.html", heading="To come", message="")


@PAGES.get("/sign-out")
def sign_out() -> str:
    """To come."""
    return render_template("error.html", heading="To come", message="")


@PAGES.get("/me")
def account() -> str:
    """To come."""
    return render_template("error.html", heading="To come", message="")
