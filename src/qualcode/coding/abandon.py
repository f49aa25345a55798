"""
An excerpt whose words are gone is given up: out of every file that has it, with a memo that says what it was.

What a coder wrote is not lost with it: the memo has its codes, its place, and the coder's own words about it. It
never has the document's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from qualcode.coding.hand import check_unchanged
from qualcode.coding.places import Stray, strays
from qualcode.errors import SourceError, UsageError
from qualcode.plaintext.durable import replace_all
from qualcode.study.coderfile import read_coder_file
from qualcode.study.memo import Reference
from qualcode.study.study import Study


def give_up(study: Study, excerpts: Sequence[str], *, on: date) -> tuple[str, ...]:
    """
    Take excerpts that cannot be followed out of every file that has them; return the files written.

    Raises:
        UsageError: an excerpt is none of those that cannot be followed, or a memo speaks about it.
        WriteError: a file changed since the study was opened, or the disk refused.
    """
    gone = [s for s in strays(study) if s.excerpt.id in set(excerpts)]
    _refuse(study, excerpts, {s.excerpt.id for s in gone})
    new: dict[str, bytes] = {}
    seen: dict[str, str] = {}
    for file in study.files:
        mine = {s.excerpt.id for s in gone if s.path == file.path}
        if mine:
            problems = read_coder_file(study.root / file.path, file.path, file.coder)[1]
            if problems:  # a line that cannot be read would not be written again
                raise SourceError(problems)
            check_unchanged(study, study.document(file.document))
            after = file
            for name in sorted(mine):
                after = after.without(name)
            new[file.path], seen[file.path] = after.to_text().encode("utf-8"), file.version
    for document in sorted({s.document for s in gone}):
        name, text = _memo(study, document, [s for s in gone if s.document == document], on)
        new[name], seen[name] = text.encode("utf-8"), ""
    replace_all(study.root, new, seen)
    return tuple(sorted(new))


def _refuse(study: Study, excerpts: Sequence[str], known: set[str]) -> None:
    wrong = [f"excerpt {e!r} is not one that cannot be followed; see `qualcode reanchor`" for e in excerpts]
    wrong = [w for e, w in zip(excerpts, wrong, strict=True) if e not in known]
    for memo in study.memos.values():
        for name in excerpts:
            if Reference("excerpt", name) in (*memo.about, *memo.cites, *memo.supersedes):
                wrong.append(f"{memo.path} speaks of excerpt {name!r}; edit it first, it would point nowhere")
    if wrong:
        raise UsageError("nothing was given up:\n" + "\n".join(wrong))


def _memo(study: Study, document: str, gone: Sequence[Stray], on: date) -> tuple[str, str]:
    lines = []
    for stray in gone:
        e = stray.excerpt
        codes = ", ".join(f"[[code {c}]]" for c in sorted(e.codes))
        said = f" {' '.join(e.memo.split())}" if e.memo else ""
        lines.append(f"- {stray.path}: {e.id}, {e.anchor.start}-{e.anchor.end} of an earlier text, {codes}.{said}")
    name = base = f"{on}-given-up-{document}"
    number = 1
    while name in study.memos or (study.root / f"coding/memos/{name}.md").exists():
        number += 1
        name = f"{base}-{number}"
    who = sorted({s.path.split("/")[2] for s in gone if s.path.startswith("coding/coders/")}) or ["agreed"]
    head = ["---", f'title: "Given up: {document}"', f"on: {on}", f'by: "{", ".join(who)}"']
    head += [f"about: [document {document}]", "kind: method", "---"]
    return f"coding/memos/{name}.md", "\n".join([*head, *lines]) + "\n"
