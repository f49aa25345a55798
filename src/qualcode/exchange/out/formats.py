"""
Which writer makes which file: by its ending.

To add a writer: a module here with ``write(study, path, asked) -> Exported``, and a row in ``WRITERS``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from qualcode.errors import UsageError, did_you_mean
from qualcode.plaintext.folder import check_given
from qualcode.plural import number_of
from qualcode.study.study import Study


@dataclass(frozen=True, slots=True)
class For:
    """Whom a file is for: ``receiver``, one of its writer's; ``coder``: whose codings (left out: everybody's)."""

    receiver: str = ""
    coder: str = ""


@dataclass(frozen=True)
class Exported:
    """
    What was written: the files; ``counts`` of what is in them; ``withheld``: documents and why; ``lost``: what the
    format has no place for, with how many.
    """

    files: tuple[str, ...]
    counts: dict[str, int] = field(default_factory=dict)
    withheld: dict[str, str] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        counts = ", ".join(number_of(n, what) for what, n in self.counts.items())
        lines = [f"{', '.join(self.files)}: {counts}" if counts else ", ".join(self.files)]
        lines += [f"withheld: {name}: {why}" for name, why in sorted(self.withheld.items())]
        return "\n".join([*lines, *(f"not in it: {what} ({n:,})" for what, n in self.lost.items() if n)])


@dataclass(frozen=True, slots=True)
class Writer:
    """A format that is written: name, endings (``.csv``, or longer: ``.codings.csv``), module, receivers."""

    name: str
    endings: tuple[str, ...]
    module: str
    receivers: tuple[str, ...] = ()


WRITERS: tuple[Writer, ...] = (
    Writer("REFI-QDA project", (".qdpx",), "refi", ("nvivo", "maxqda", "atlas.ti", "qualcoder")),
    Writer("REFI-QDA codebook", (".qdc",), "refi", ("nvivo", "maxqda", "atlas.ti", "qualcoder")),
    Writer("QualCoder project", (".qda",), "qualcoder"),
    Writer("list of highlights", (".highlights.html", ".highlights.csv"), "highlights"),
    Writer("page of Web Annotations", (".jsonld",), "annotations"),
    Writer("table for statistics", (".matrix.csv", ".long.csv", ".sps"), "statistics"),
    Writer("corpus for IRaMuTeQ", (".iramuteq.txt",), "iramuteq"),
    Writer("list of statements", (".statements.csv",), "statements"),
)


def export_study(study: Study, path: Path, asked: For | None = None) -> Exported:
    """
    Write a study as the file *path*, in the format of its ending; the longest ending that fits decides.

    Raises:
        UsageError: no format has this ending, or not this receiver.
        StudyError: the study has problems.
        WriteError: the disk refused; what was there before is still there.
    """
    asked = asked or For()
    study.require_sound()
    name = path.name.lower()
    fitting = sorted((-len(e), n, w) for n, w in enumerate(WRITERS) for e in w.endings if name.endswith(e))
    if not fitting:
        known = ", ".join(sorted({e for w in WRITERS for e in w.endings}))
        raise UsageError(f"{path.name}: no format has this ending; it takes {known}")
    writer = fitting[0][2]
    if asked.receiver and asked.receiver not in writer.receivers:
        takes = f"it takes {', '.join(writer.receivers)}" if writer.receivers else "leave out --for"
        hint = did_you_mean(asked.receiver, writer.receivers) or f"; {takes}"
        raise UsageError(f"a {writer.name} is not written for {asked.receiver!r}{hint}")
    if asked.coder and asked.coder not in study.coders:
        raise UsageError(f"unknown coder {asked.coder!r}{did_you_mean(asked.coder, study.coders)}")
    check_given(path)
    exported: Exported = import_module(f"qualcode.exchange.out.{writer.module}").write(study, path, asked)
    return exported
