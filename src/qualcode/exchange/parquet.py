"""
Tables as Parquet, a file a document, for programs and machines that read many at once.

Words are in them as far as they are released. The same study gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from qualcode import tables
from qualcode.errors import MissingExtraError, UsageError, WriteError
from qualcode.plaintext.folder import check_given
from qualcode.study.study import Study
from qualcode.tables.several import together

WRITTEN = ("codings", "statements", "turns")
"""The tables that are written: those whose rows belong to a document."""


def write_parquet(studies: Study | Sequence[Study], folder: Path) -> list[Path]:
    """
    Write the tables of one study, or of several, below *folder*: ``TABLE/DOCUMENT.parquet``; return the files, sorted.

    A document without rows has no file. With several studies ids are by study (see ``tables.several.together``), and a
    file is ``TABLE/STUDY/DOCUMENT.parquet``.

    Raises:
        MissingExtraError: what writes Parquet is not installed.
        UsageError: the folder is there and not empty.
        WriteError: a file cannot be written.
        StudyError: a study has problems.

    Example:
        >>> [p.as_posix() for p in write_parquet(study, Path("out"))][:2]
        ['out/codings/2024-01-30-leaflet.parquet', 'out/codings/2024-02-12-desk-officer.parquet']
    """
    try:
        import_module("pyarrow.parquet")
    except ModuleNotFoundError:
        raise MissingExtraError("write Parquet", "dask") from None
    check_given(folder)
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is there and not empty; name a new folder")
    made = []
    for name in WRITTEN:
        one = tables.TABLES[name]
        table = one(studies) if isinstance(studies, Study) else together(one, studies)
        for document, rows in table.groupby("document", sort=True):
            path = folder / name / f"{document}.parquet"
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                rows.reset_index(drop=True).to_parquet(path, engine="pyarrow", index=False)
            except OSError as error:
                raise WriteError(f"{path} cannot be written: {error.strerror or error}") from None
            made.append(path)
    return sorted(made)
