"""
A ready notebook for one document, under ``build/``, and the command that opens JupyterLab on it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from qualcode.coding.hand import check_coder, coder_path
from qualcode.errors import UsageError, plain
from qualcode.plaintext.durable import put
from qualcode.plaintext.folder import listed
from qualcode.study.coderfile import read_coder_file
from qualcode.study.study import Study
from qualcode.widget import view


def ready_notebook(
    study: Study,
    document: str | None = None,
    coder: str | None = None,
    at: tuple[int, int] | str | None = None,
) -> Path:
    """
    Write ``build/coding/<document>.ipynb``, in which one cell shows the document to be coded.

    Args:
        document: left out, the first that the coder has not read to its end.
        coder: left out, the study's only coder, or ``me`` where there is none yet.
        at: where it opens, as in ``qualcode.widget.coder``; it takes a *document*.

    Raises:
        UsageError: an unknown document, several coders and none named, or everything is read; a place and no document.

    Example:
        >>> path = ready_notebook(study, "2024-02-20-mediator", coder="me")
        >>> path.relative_to(study.root).as_posix()
        'build/coding/2024-02-20-mediator-me.ipynb'
    """
    if coder is None:
        if len(study.coders) > 1:
            raise UsageError(f"say who codes: --coder {' or --coder '.join(study.coders)}, or a new name")
        coder = study.coders[0] if study.coders else "me"
    check_coder(coder)
    if at is not None and document is None:
        raise UsageError("a place is a place in a document; name the document too")
    if document is None:
        document = next((name for name in study.documents if _unread(study, name, coder)), None)
        if document is None:
            raise UsageError(f"{coder} has read every document to its end; name one to see it again")
    study.document(document)
    cells = [
        _cell("markdown", f"# {document}, coded by {coder}\n\nRun the cell below (Shift+Enter). Press ? for the keys."),
        _cell(
            "code",
            "import qualcode\nfrom qualcode.widget import coder\n\nstudy = qualcode.open_study()\n"
            f'coder(study, "{document}", coder="{coder}"{"" if at is None else f", at={at!r}"})',
        ),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    book = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path = study.root / "build" / "coding" / f"{document}-{coder}.ipynb"
    strange = [
        name for name in listed(study.root, "build/coding") if not name.endswith((".ipynb", ".ipynb_checkpoints"))
    ]
    if strange:  # Python in the notebook's folder would be imported by it
        raise UsageError(
            f"build/coding: {plain(strange[0])} is nothing that is laid there; delete build/coding and repeat"
        )
    data = (json.dumps(book, indent=1, ensure_ascii=False) + "\n").encode("utf-8")
    put(study.root, path.relative_to(study.root).as_posix(), data)
    return path


def lab_command(study: Study, notebook: Path) -> list[str]:
    """
    Return the command that opens JupyterLab on *notebook*, with the study as its folder.

    Example:
        >>> path = ready_notebook(study, "2024-02-20-mediator", coder="me")
        >>> lab_command(study, path)[-1]
        '--LabApp.default_url=/lab/tree/build/coding/2024-02-20-mediator-me.ipynb'
    """
    where = notebook.relative_to(study.root).as_posix()
    root = study.root.resolve()
    return [
        *(sys.executable, "-P", "-m", "jupyterlab"),
        *(f"--ServerApp.root_dir={root}", f"--LabApp.default_url=/lab/tree/{where}"),
    ]


def _unread(study: Study, document: str, coder: str) -> int:
    path, name = coder_path(study, coder, document)
    return view.unread(study.documents[document], read_coder_file(path, name, coder)[0])


def _cell(kind: str, source: str) -> dict[str, object]:
    cell: dict[str, object] = {
        "cell_type": kind,
        "id": kind,
        "metadata": {},
        "source": source.splitlines(keepends=True),
    }
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})
