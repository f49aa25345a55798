"""
Hold the packages of uv.lock against the advisories that osv.dev knows, in one question; run by `make test`.

Ends with 1 where some are known, each named with its package. Where the data cannot be had it says so and ends with 0:
no network is no advisory, and it is not "none known" either.
"""

from __future__ import annotations

import json
import sys
import tomllib
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parents[1] / "uv.lock"
ADDRESS = "https://api.osv.dev/v1/querybatch"


def locked(lock: Path = LOCK) -> list[tuple[str, str]]:
    """Return name and version of every package that comes from a registry."""
    found = tomllib.loads(lock.read_text("utf-8"))["package"]
    return [(p["name"], p["version"]) for p in found if "registry" in p.get("source", {})]


def ask(question: dict[str, Any]) -> dict[str, Any]:
    """Ask osv.dev."""
    told = json.dumps(question).encode("utf-8")
    request = urllib.request.Request(ADDRESS, told, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return dict(json.load(answer))


def advisories(
    packages: list[tuple[str, str]], asked: Callable[[dict[str, Any]], dict[str, Any]] = ask
) -> list[str] | None:
    """Return what is known of these packages, a line each; ``None`` where it could not be had."""
    queries = [{"package": {"name": name, "ecosystem": "PyPI"}, "version": version} for name, version in packages]
    try:
        results = asked({"queries": queries})["results"]
        if len(results) != len(packages):
            return None
        known = [sorted(v["id"] for v in r.get("vulns", ())) for r in results]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return [f"{n} {v}: {', '.join(ids)}" for (n, v), ids in zip(packages, known, strict=True) if ids]


def main(asked: Callable[[dict[str, Any]], dict[str, Any]] = ask) -> int:
    """Say what is known; see the module."""
    packages = locked()
    found = advisories(packages, asked)
    if found is None:
        print(f"advisories: NOT CHECKED, osv.dev could not be asked about the {len(packages)} packages of uv.lock")
        return 0
    print(*found, f"advisories: {len(found)} of the {len(packages)} packages of uv.lock have some", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
