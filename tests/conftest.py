"""What several tests need: the tiny second study, in a folder they may change."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

settings.register_profile("quick", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.load_profile("quick")

HERE = Path(__file__).parent
PROJECT = HERE.parent
CITIZEN_CARD = HERE / "citizen-card"


SLOW = {"browser", "firefox", "written", "rendered", "run", "proved", "site", "printed", "lab", "kernels", "served"}
"""Fixtures that start a browser or a kernel or build a site: ``--quick`` leaves out every test that asks for one."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--thorough", action="store_true", help="properties with many more examples")
    parser.addoption("--quick", action="store_true", help="only tests that need no browser, kernel or built site")


def is_slow(test: pytest.Item) -> bool:
    """Say whether a test needs a browser, a kernel or a built site, or takes long: by a fixture, or by a mark."""
    asked = set(getattr(test, "fixturenames", ()))
    return (
        bool(asked & SLOW)
        or any(test.get_closest_marker(mark) for mark in ("builds", "long"))
        or test.path.suffix == ".ipynb"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:  # pytest's own names
    if config.getoption("--quick"):
        slow = [test for test in items if is_slow(test)]
        config.hook.pytest_deselected(items=slow)
        items[:] = [test for test in items if not is_slow(test)]
        return
    slow_ones = {test.path for test in items if is_slow(test)}  # several at once: what takes long begins first
    items.sort(key=lambda test: test.path not in slow_ones)


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--quick"):
        settings.register_profile("few", settings.get_profile("quick"), max_examples=25)
        settings.load_profile("few")
    if config.getoption("--thorough"):
        settings.register_profile("thorough", settings.get_profile("quick"), max_examples=2000)
        settings.load_profile("thorough")


@pytest.fixture(autouse=True, scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that is this user's for state while the tests run, here and in what they start."""
    folder = tmp_path_factory.mktemp("state")
    os.environ["XDG_STATE_HOME"] = str(folder)
    return folder


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """Return the tiny second study, copied to a folder of the test's own."""
    return Path(shutil.copytree(CITIZEN_CARD, tmp_path / "card"))


def fewer(times: int) -> settings:
    """Return settings with so many times fewer examples, for what takes long; ``--thorough`` takes more here too."""
    return settings(max_examples=settings.get_profile(settings.get_current_profile_name()).max_examples // times or 1)


def found(names: tuple[str, ...], what: str) -> str:
    """Return where a browser is; where there is none the test is skipped, but never in CI."""
    for name in names:
        path = shutil.which(name)
        if path:
            return path
    if os.environ.get("CI"):
        pytest.fail(f"CI has no {what}; .ci/run installs it")
    pytest.skip(f"no {what} here: the pages were not opened in it")


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    Return the tiny second study with its starter notebooks, run, with its site and written for Word.

    Made once, whoever asks first, also where several processes run the tests; each has a copy of its own.
    """
    from qualcode.report import report, word
    from qualcode.study.layout import lay_notebooks

    mine = tmp_path_factory.mktemp("written") / "card"
    several = "PYTEST_XDIST_WORKER" in os.environ
    made = (tmp_path_factory.getbasetemp().parent if several else mine.parent) / "made-once" / "card"
    with FileLock(f"{tmp_path_factory.getbasetemp().parent}/made-once.lock"):
        if not (made / "build" / "word").is_dir():
            shutil.copytree(CITIZEN_CARD, made)
            lay_notebooks(made)
            report(made, say=lambda _: None)
            word(made, excerpts=True, say=lambda _: None)
    return Path(shutil.copytree(made, mine))


@pytest.fixture(scope="session")
def browser() -> str:
    """Return a Chromium."""
    return found(("chromium", "chromium-browser", "google-chrome"), "Chromium")


@pytest.fixture(scope="session")
def firefox() -> str:
    """Return a Firefox."""
    return found(("firefox-esr", "firefox"), "Firefox")
