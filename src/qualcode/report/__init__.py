"""
The report: a study's notebooks run on its text and rendered as one set of pages.

Only what changed is run again, nothing under version control is written, and the last good site
stays until the new one is whole.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from qualcode.errors import MissingExtraError
from qualcode.gate.built import MADE, note_made
from qualcode.plaintext.folder import check_links
from qualcode.plaintext.notebook import notebook_names
from qualcode.report.current import bring_back, site_is_current
from qualcode.report.front import notebook_paths
from qualcode.report.leftovers import clear
from qualcode.report.server import serve
from qualcode.report.staleness import POSITIONS, Now, digest, stale
from qualcode.study.opening import counting, find_study, open_study

__all__ = ["check_notebooks", "check_plots", "copy_plots", "make_plots", "report", "serve", "store_notebooks", "word"]
__all__ += ["write_manifest"]

Say = Callable[[str], None]

if TYPE_CHECKING:
    from qualcode.report.proof import check_notebooks, check_plots, copy_plots, make_plots, write_manifest


def __getattr__(name: str) -> object:
    """Load what proves plots and tables when it is first asked for; who changed nothing waits for nothing."""
    if name in __all__:
        from qualcode.report import proof

        return getattr(proof, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def report(
    path: Path | None = None,
    *,
    fresh: bool = False,
    since: str = "",
    coder: str = "",
    untrusted: bool = False,
    say: Say = print,
) -> Path:
    """
    Run what changed of a study's notebooks and render them; return the site's first page.

    Args:
        fresh: run every notebook again.
        since: the review or git revision with which the page of changes compares; left out: the latest review.
        coder: whose codings count of documents that several coded and nobody settled; left out: nobody's, and
            the pages say so.
        untrusted: run nothing and read no notebook as more than words, for a study that somebody else wrote.
        say: is told each step before it begins.

    Raises:
        StudyError: the study has problems; nothing is rendered.
        UsageError: there is no study, it has no notebooks, or a notebook failed (with cell and error).

    Example:
        >>> told: list[str] = []
        >>> page = report(study.root, say=told.append)
        >>> page.relative_to(study.root).as_posix()
        'build/site/index.html'
    """
    root = find_study(path)
    with counting(root, coder):
        return _of_others(root, say) if untrusted else _report(root, fresh, since, say)


def _report(root: Path, fresh: bool, since: str, say: Say) -> Path:
    build = root / "build"
    notebooks = notebook_paths(root)
    bring_back(build)
    now = Now(root)
    wanted = [n for n in notebooks if fresh or stale(n, root, build, now)]
    study = None
    if wanted or not site_is_current(root, build, notebooks, since):
        from qualcode.report.runs import run_notebooks
        from qualcode.report.settled import unsettled_notices
        from qualcode.report.site import build_site, suggestions

        say(f"reading and checking {root.resolve().name}")
        read = digest(root)
        study = open_study(root)
        study.require_sound()
        for notice in unsettled_notices(study):
            say(notice)
        with ThreadPoolExecutor(1) as beside:
            meanwhile = beside.submit(suggestions, study, build)
            run_notebooks(wanted, root, build, say)
        meanwhile.result()
        say("rendering the pages")
        build_site(study, build, notebooks, since, read)
        note_made(root / MADE, study)
    clear(build, notebooks, say, study)
    return build / "site" / "index.html"


def _of_others(root: Path, say: Say) -> Path:
    """Make the pages of a study that somebody else wrote, each time anew; nothing of it is run, git neither."""
    from qualcode.report.site import build_site

    check_links(root, "build")
    notebooks = [root / name for name in notebook_names(root)]
    say(f"reading and checking {root.resolve().name}")
    study = open_study(root)
    study.require_sound()
    say("making the pages; no notebook is run")
    build_site(study, root / "build", notebooks, untrusted=True)
    return root / "build" / "site" / "index.html"


def word(path: Path | None = None, chapter: str = "", *, excerpts: bool = False, say: Say = print) -> Path:
    """
    Run what changed of a study's notebooks and write them for Word, below ``build/word/``; return that file.

    Args:
        chapter: the notebook's name, for ``CHAPTER.docx``; left out: all of them, the codebook, the memos and the
            methods, as ``report.docx``.
        excerpts: below each code of the codebook its excerpts, which may be half of all pages.
        say: is told each step before it begins.

    Raises:
        MissingExtraError: what writes Word is not installed.
        StudyError: the study has problems; nothing is written.
        UsageError: there is no such chapter, or as `report`.

    Example:
        >>> told: list[str] = []
        >>> file = word(study.root, say=told.append)
        >>> file.relative_to(study.root).as_posix()
        'build/word/report.docx'
    """
    try:
        from qualcode.report.wordfile import word as written
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "docx":
            raise
        raise MissingExtraError("write the report for Word", "word") from None
    return written(path, chapter, excerpts=excerpts, say=say)


def store_notebooks(path: Path | None = None, *, coder: str = "", say: Say = print) -> list[Path]:
    """
    Run a study's notebooks and store them where they are, with their outputs.

    The places of the networks that they draw are frozen in ``notebooks/positions.csv``: those there are kept,
    new ones are added, and those that nothing draws any more go.

    Args:
        coder: whose codings count of documents that several coded and nobody settled; left out: nobody's.
        say: is told each step, and of each document on which nothing is agreed.

    Raises:
        StudyError: the study has problems.
        UsageError: there is no study, no such coder, it has no notebooks, or a notebook failed.

    Example:
        >>> told: list[str] = []
        >>> [notebook.name for notebook in store_notebooks(study.root, say=told.append)]
        ['sum.ipynb']
    """
    from qualcode.report.runs import keep_places, run_notebooks
    from qualcode.report.settled import unsettled_notices

    root = find_study(path)
    with counting(root, coder):
        study = open_study(root)
        study.require_sound()
        for notice in unsettled_notices(study):
            say(notice)
        notebooks, build = notebook_paths(root), root / "build"
        noted = build / POSITIONS
        build.mkdir(exist_ok=True)
        run_notebooks(notebooks, root, build, say, store=True, noted=noted)
        keep_places(notebooks, root, build, noted)
    return notebooks
