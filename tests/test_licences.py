"""Every package that this one needs when it is used may be used under a licence that asks nothing of the study."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import TYPE_CHECKING, Any

from advisories import locked
from advisories import main as advisories_told
from conftest import PROJECT

if TYPE_CHECKING:
    import pytest

ELSEWHERE = {"appnope": "BSD", "colorama": "BSD", "pywinpty": "MIT"}
"""What is installed on other systems than this one, with its licence, as its page at the registry has it."""
CHOICE = {"docutils": "public domain or BSD; single parts under the GPL, none of which is used on its own"}
"""Packages that name the GPL among others: which choice is taken."""
WEAK = {"certifi": "MPL-2.0", "fqdn": "MPL 2.0"}
"""Packages under a licence that asks to share changes of their own files, and nothing of who uses them."""
FREE = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|HPND|Unlicense|Public Domain|Zlib|0BSD|CC0|Artistic",
    re.IGNORECASE,
)
BINDING = re.compile(r"\b[AL]?GPL|General Public License|EUPL|CC-BY-SA|SSPL|BUSL|Commons Clause", re.IGNORECASE)


def needed() -> list[str]:
    """Return what the lock says is installed with the package, on any system, without what developers use."""
    packages: dict[str, list[dict]] = {}
    for one in tomllib.loads((PROJECT / "uv.lock").read_text("utf-8"))["package"]:
        packages.setdefault(one["name"], []).append(one)
    found: set[str] = set()
    coming = [("qualcode", ())]
    while coming:
        name, extras = coming.pop()
        for one in packages[name]:
            optional = [d for e in extras for d in one.get("optional-dependencies", {}).get(e, [])]
            known = name in found and not optional
            coming += [] if known else [(d["name"], tuple(d.get("extra", ()))) for d in one.get("dependencies", [])]
            coming += [(d["name"], ()) for d in optional if d["name"] not in found]
        found.add(name)
    return sorted(found - {"qualcode"})


def licence(of: Distribution) -> str:
    """Return what a package says of its licence: the expression, the classifiers, else the first words of the text."""
    about = of.metadata
    classified = [c.removeprefix("License :: ") for c in about.get_all("Classifier") or () if c.startswith("License")]
    return (
        "; ".join([about.get("License-Expression") or "", *classified]).strip("; ")
        or (about.get("License") or "")[:200]
    )


def licences() -> dict[str, str]:
    found = dict(ELSEWHERE)
    for name in needed():
        try:
            found[name] = licence(distribution(name))
        except PackageNotFoundError:
            assert name in ELSEWHERE, f"{name} is in the lock, not installed here, and its licence is not noted"
    return found


def test_nothing_that_is_needed_binds_who_uses_it():
    """Nothing GPL-only; what offers a choice is listed by name, with the choice."""
    assert sorted(name for name, said in licences().items() if BINDING.search(said)) == sorted(CHOICE)
    assert sorted(name for name, said in licences().items() if not FREE.search(said) and name not in WEAK) == []


def test_the_lists_of_exceptions_hold_nothing_that_is_no_exception():
    said = licences()

    assert all(BINDING.search(said[name]) and FREE.search(said[name]) for name in CHOICE)
    assert {name: said[name] for name in WEAK if "MPL" not in said[name] and "Mozilla" not in said[name]} == {}


def test_what_is_needed_is_no_short_list():
    assert {"pandas", "sphinx", "docutils", "ruamel-yaml", "jupyterlab"} <= set(needed())


def test_known_advisories_are_told_and_no_answer_is_no_all_clear(capsys: pytest.CaptureFixture[str]):
    """With answers as osv.dev gives them; what is locked today is asked about by CI."""
    packages = locked()
    names = [name for name, _ in packages]

    def one_known(question: dict[str, Any]) -> dict[str, Any]:
        assert [q["package"]["name"] for q in question["queries"]] == names
        return {"results": [{"vulns": [{"id": "GHSA-x"}]} if n == "jinja2" else {} for n in names]}

    def nobody(_: dict[str, Any]) -> dict[str, Any]:
        raise OSError("no route to host")

    assert advisories_told(one_known) == 1
    assert f"jinja2 {dict(packages)['jinja2']}: GHSA-x\n" in capsys.readouterr().out
    assert advisories_told(lambda _: {"results": [{} for _ in names]}) == 0
    assert capsys.readouterr().out == f"advisories: 0 of the {len(names)} packages of uv.lock have some\n"
    for answer in (nobody, lambda _: {"results": []}, lambda _: {}):
        assert advisories_told(answer) == 0
        assert "NOT CHECKED" in capsys.readouterr().out
