"""Germplasm is MCPD-shaped: all 28 passport descriptors, their codes, and Darwin Core names."""

import csv
import re
from pathlib import Path

import pytest

from kexiang.kinds.loading import Loaded
from kexiang.kinds.types import KindSpec
from tests.kinds.conftest import BASE

pytestmark = [pytest.mark.shared_data, pytest.mark.once, pytest.mark.req("F-01", "F-04", "F-06")]
_HEAD = re.compile(r"^\W*(\d{1,2})\. .*?\(([A-Z]{4,12})\)", re.M)
_CODE = re.compile(r"(?<![\w.:;(])(\d{2,3})\) (?=[A-Z])")


@pytest.fixture
def germplasm(base: Loaded) -> KindSpec:
    return next(spec for spec in base.kinds if spec.code == "germplasm")


@pytest.fixture
def passport(shared_data: Path) -> dict[str, str]:
    """Descriptor → its paragraph in the published list."""
    text = (shared_data / "germplasm" / "MCPD_Dec2001_EN.txt").read_text("utf-8")
    heads = list(_HEAD.finditer(text))
    ends = [found.start() for found in heads[1:]] + [len(text)]
    return {found.group(2): text[found.end() : end] for found, end in zip(heads, ends, strict=True)}


def test_every_descriptor_has_a_field(germplasm: KindSpec, passport: dict[str, str]) -> None:
    named = [one.exchange["mcpd"] for one in germplasm.fields if "mcpd" in one.exchange]

    assert len(passport) == 28
    assert sorted(named) == sorted(passport)


@pytest.mark.parametrize(
    ("descriptor", "table"),
    [("SAMPSTAT", "mcpd.sampstat"), ("COLLSRC", "mcpd.collsrc"), ("STORAGE", "mcpd.storage")],
)
def test_code_tables_are_those_of_the_list(
    germplasm: KindSpec, passport: dict[str, str], descriptor: str, table: str
) -> None:
    theirs = _CODE.findall(passport[descriptor])
    with (BASE / "codes" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        ours = {row["code"]: row["parent"] for row in csv.DictReader(file)}
    field = next(one for one in germplasm.fields if one.exchange.get("mcpd") == descriptor)

    assert field.codes == table
    assert sorted(ours) == sorted(theirs)
    assert all(parent in ours for parent in ours.values() if parent)


def test_germplasm_terms_stand_in_the_darwin_core_extension(
    germplasm: KindSpec, shared_data: Path
) -> None:
    path = shared_data / "germplasm" / "dwc_germplasm_extension_2014.xml"
    known = set(re.findall(r'name="(\w+)"', path.read_text("utf-8")))
    ours = {one.exchange["dwc"] for one in germplasm.fields if "dwc" in one.exchange}

    assert ours >= {
        "biologicalStatus",
        "storageCondition",
        "purdyPedigree",
        "breedingInstituteID",
        "acquisitionSource",
        "acquisitionDate",
        "donorInstituteID",
        "donorsIdentifier",
        "safetyDuplicationInstituteID",
    }
    assert {name for name in ours if name in known} >= {"biologicalStatus", "purdyPedigree"}
    assert not {name for name in ours if re.match("breeding|donor|safety|purdy", name)} - known


def test_coordinates_are_never_exact(germplasm: KindSpec) -> None:
    """One decimal is about ten kilometres (ux.md A)."""
    assert {germplasm.field(name).decimals for name in ("latitude", "longitude")} == {1}
