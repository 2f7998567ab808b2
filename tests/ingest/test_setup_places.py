"""Places in a setup: named in any way, kept by code."""

import json
from pathlib import Path
from typing import Any

import pytest

from royalties.ingest.setup import parse_setup

EXAMPLE: dict[str, Any] = json.loads(
    (Path(__file__).parent / "setup_files" / "interface.json").read_text(encoding="utf-8")
)


def _plan(when: dict[str, Any], inner: dict[str, Any]) -> dict[str, Any]:
    seattle = {"beneficiary": "seattle"}
    nested = [
        {"share": "0.5", "when": inner, "to": [seattle]},
        {"remainder": True, "to": [seattle]},
    ]
    steps = [
        {"share": "0.30", "when": when, "to": [{"steps": nested}]},
        {"remainder": True, "to": [seattle]},
    ]
    return {"key": "cities", "versions": [{"from": "2015-01-01", "steps": steps}]}


@pytest.mark.parametrize(
    ("countries", "regions"),
    [
        (["Canada"], ["Quebec"]),
        (["Kanada"], ["Québec"]),
        (["CA"], ["qc"]),
        (["CA"], ["CA-QC"]),
        (["Canada", "US"], ["Québec"]),
    ],
)
def test_regions_and_countries_of_a_plan_are_kept_by_code(
    countries: list[str], regions: list[str]
) -> None:
    data = {
        **EXAMPLE,
        "plans": [_plan({"countries": countries, "regions": regions}, {"regions": ["Québec"]})],
    }
    document = parse_setup(data, "setup.json")
    step = document.entries["plans"]["cities"]["versions"][0]["steps"][0]
    assert step["when"]["regions"] == ["QC"]
    assert step["when"]["countries"][0] == "CA"
    assert step["to"][0]["steps"][0]["when"] == {"regions": ["QC"]}
    assert data["plans"][0]["versions"][0]["steps"][0]["when"]["regions"] == regions
    again = parse_setup({**data, "plans": list(document.entries["plans"].values())}, "setup.json")
    assert again.entries["plans"] == document.entries["plans"]


def test_addresses_rules_and_taxes_are_kept_by_code() -> None:
    data = json.loads(json.dumps(EXAMPLE))
    data["beneficiaries"][0] |= {"country": "United States", "region": "State of Washington"}
    data["retailers"][0] |= {"country": "Vereinigtes Königreich", "region": "England"}
    data["contracts"][0]["rules"][0]["countries"] = ["Germany", "usa"]
    data["organizations"] = [
        {"key": "b", "name": "B", "email": "b@example.org", "country": "canada", "region": "Quebec"}
    ]
    found = parse_setup(data, "setup.json").entries
    seattle = found["beneficiaries"]["seattle"]
    assert (seattle["country"], seattle["region"]) == ("US", "WA")
    shop = found["retailers"][data["retailers"][0]["key"]]
    assert (shop["country"], shop["region"]) == ("GB", "ENG")
    assert found["contracts"]["foot-2015"]["rules"][0]["countries"] == ["DE", "US"]
    assert (found["organizations"]["b"]["country"], found["organizations"]["b"]["region"]) == (
        "CA",
        "QC",
    )
