"""
A planned change of the codebook: what it does to each file that names its codes, and what is in its way.

Nothing is written here. All problems of all files are gathered before one is raised.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from qualcode.coding.tidy import redundant, tidied
from qualcode.errors import Problem, SourceError, UsageError
from qualcode.plaintext.durable import version_of
from qualcode.plaintext.folder import bytes_of, listed
from qualcode.plaintext.rewrite import (
    CodebookText,
    Ids,
    csv_cells,
    lines_of,
    memo_references,
    mentions,
    notebook_literals,
)
from qualcode.plaintext.source import decoded
from qualcode.plural import number_of
from qualcode.study.codebook import codebook_from
from qualcode.study.coderfile import CoderFile, as_text, read_coder_file
from qualcode.study.excerpt import Excerpt
from qualcode.study.study import ACTS, CASES, CODEBOOK, Study

KEEP, REVERSE = "keep", "reverse"


@dataclass(frozen=True)
class Recoding:
    """
    A planned change of the codebook.

    ``change`` and ``why`` go into its history under ``on``. ``done`` says for each file, by name, what
    changes in it; ``mentions`` are places that name the code and stay; ``files`` is what will be written,
    ``seen`` the versions it was planned on. ``united``: excerpts made one, since they would say the same twice;
    ``left``: those that would and cannot be, such as for opposed stances.
    """

    change: str
    why: str
    on: date
    done: dict[str, str]
    mentions: tuple[Problem, ...]
    files: dict[str, bytes]
    seen: dict[str, str]
    united: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"{name}: {what}" for name, what in sorted(self.done.items())]
        lines += [f"{m} (stays as it is)" for m in self.mentions]
        lines += [f"united: {what}" for what in self.united] + [f"said twice: {what}" for what in self.left]
        return "\n".join([*lines, f"history: {self.change}"])


class Plan:
    """Gather what a change does to each file, and all that stands in its way."""

    def __init__(
        self,
        study: Study,
        why: str,
        on: date,
        *,
        stances: str | None = None,
        added: Mapping[str, bool] | None = None,
    ) -> None:
        if not why.strip():
            raise UsageError("say why; the reason goes into the codebook's history")
        self.study, self.why, self.on, self.stances = study, " ".join(why.split()), on, stances
        self.added = added or {}
        self.problems: list[Problem] = []
        self.files: dict[str, bytes] = {}
        self.seen: dict[str, str] = {}
        self.done: dict[str, str] = {}
        self.counts = {"excerpt": 0, "act": 0, "memo": 0, "notebook": 0}
        self.open_stances: list[str] = []
        self.united: list[str] = []
        self.left: list[str] = []

    def follow(self, ids: Ids, edit: Callable[[CodebookText], None], change: str, *, retired: bool = False) -> Recoding:
        """Plan a change in which every old id has one new one; with *retired*, the old ones stay in the book."""

        def retag(excerpt: Excerpt) -> dict[str, float | None] | str:
            codes: dict[str, float | None] = {}
            for code, stance in sorted(excerpt.codes.items(), key=lambda c: c[0] in ids):
                target = ids.get(code, code)
                if code in ids and retired and stance is not None:
                    if self.stances is None:
                        self.open_stances.append(excerpt.id)
                    stance = -stance if self.stances == REVERSE else stance
                if codes.get(target) is not None and stance is not None and codes[target] != stance:
                    return f"excerpt {excerpt.id} takes two stances that would meet on {target!r}; settle on one first"
                codes[target] = stance if codes.get(target) is None else codes[target]
            return codes

        self._coder_files(retag, ids)
        if not retired:  # what is not the one code may be the other, so a merger takes no rejection along
            self._rejected(lambda codes: {ids.get(c, c) for c in codes})
        self._table(ACTS, {"theme": ids}, "act")
        if not retired:
            figures = {c.id for c in self.study.codebook.with_role("figure")}
            short = {o.split("/")[1]: n.split("/")[1] for o, n in ids.items() if o in figures}
            self._table(CASES, {"figure": {o: n for o, n in short.items() if o != n}}, "case")
        self._memos_and_notebooks(ids, tables=not retired)
        return self._finished(edit, change, ids)

    def decide(
        self, code: str, decisions: Mapping[str, Sequence[str]], edit: Callable[[CodebookText], None], change: str
    ) -> Recoding:
        """Plan a change in which every excerpt and act has its own decision."""

        def retag(excerpt: Excerpt) -> dict[str, float | None] | str:
            codes = {c: s for c, s in excerpt.codes.items() if c != code}
            for new in decisions[excerpt.id]:
                if codes.get(new) is None:
                    codes[new] = excerpt.codes[code]
            return codes

        self._coder_files(retag, (code,))
        self._rejected(lambda codes: {*codes, *self.added} if code in codes else set(codes))
        text = self._read(ACTS)
        for act in self.study.acts if text is not None else ():
            if act.theme == code and len(decisions[act.id]) != 1:
                self.problems.append(Problem(ACTS, act.line, f"act {act.id!r} takes one theme"))
        if text is not None and not self.problems:
            swaps = {a.line: decisions[a.id][0] for a in self.study.acts if a.theme == code}
            self._write(ACTS, _themes(text, code, swaps), len(swaps), "act")
        return self._finished(edit, change, {code: code})

    def _coder_files(self, retag: Callable[[Excerpt], dict[str, float | None] | str], old: Collection[str]) -> None:
        """Retag the excerpts that carry one of the *old* codes; files that name none stay as they are."""
        meant = frozenset(old)
        for file in coder_files(self.study):
            again, text = self._again(file)
            excerpts, touched = [], 0
            for excerpt in again.excerpts:
                if meant.isdisjoint(excerpt.codes):
                    excerpts.append(excerpt)
                    continue
                codes = retag(excerpt)
                if isinstance(codes, str):
                    self.problems.append(Problem(file.path, excerpt.line, codes))
                    continue
                if codes != excerpt.codes:
                    touched += 1
                    self._judge(file, excerpt, codes)
                    excerpt = replace(excerpt, codes=codes)
                excerpts.append(excerpt)
            if touched:
                after = self._once_only(again, replace(again, excerpts=tuple(excerpts)))
                self._write(file.path, as_text(again, after, text), touched, "excerpt")

    def _once_only(self, before: CoderFile, after: CoderFile) -> CoderFile:
        """Unite the excerpts that say the same since their codes are one."""
        was = {e.id: e for e in before.excerpts}
        given = {c for e in after.excerpts if e is not was[e.id] for c in e.codes if c not in was[e.id].codes}
        if not redundant(after.excerpts, given):
            return after
        memos = (*self.study.memos.values(),)
        about = {r.id for m in memos for r in (*m.about, *m.cites, *m.supersedes) if r.kind == "excerpt"}
        done = tidied(
            after, keep=about, codes=given, only=lambda code, group: any(code not in was[e.id].codes for e in group)
        )
        self.united += done.united
        self.left += done.left
        return done.after

    def _again(self, file: CoderFile) -> tuple[CoderFile, str]:
        """Return a coder's file as it is on the disk, with its text; what the study has read is not read again."""
        try:
            data = bytes_of(self.study.root, file.path)
            text = decoded(data or b"", file.path)
        except SourceError as error:
            self.problems += error.problems
            return file, ""
        self.seen[file.path] = version_of(data)
        again = file
        if not file.whole or file.version != self.seen[file.path]:
            again, problems = read_coder_file(self.study.root / file.path, file.path, file.coder)
            self.problems += problems
        return again, text

    def _rejected(self, follow: Callable[[Iterable[str]], set[str]]) -> None:
        """Let suggestions that were rejected follow."""
        for file in self.study.rejected.values():
            again, _ = self._again(file)
            new = [replace(e, codes=dict.fromkeys(sorted(follow(e.codes)))) for e in again.excerpts]
            touched = sum(a.codes != b.codes for a, b in zip(new, again.excerpts, strict=True))
            if touched:
                self._write(file.path, replace(again, excerpts=tuple(new)).to_text(), touched, "rejected suggestion")

    def _judge(self, file: CoderFile, excerpt: Excerpt, codes: Mapping[str, float | None]) -> None:
        """Complain where the new codes cannot stand on one excerpt."""
        book = self.study.codebook
        families: dict[str, list[str]] = {}
        for code, stance in codes.items():
            families.setdefault(code.split("/")[0], []).append(code)
            takes = self.added.get(code, bool(book.codes[code].proposition) if code in book.codes else True)
            if stance is not None and not takes:
                what = f"excerpt {excerpt.id} takes a stance, and {code!r} has no proposition"
                self.problems.append(Problem(file.path, excerpt.line, f"{what}; write one, or take the stance off"))
        for family, names in families.items():
            if book.families[family].exclusive and len(names) > 1:
                what = (
                    f"excerpt {excerpt.id} would have {' and '.join(sorted(names))} of the exclusive family {family!r}"
                )
                self.problems.append(Problem(file.path, excerpt.line, f"{what}; choose first"))

    def _table(self, name: str, columns: Mapping[str, Ids], what: str) -> None:
        text = self._read(name)
        if text is not None and any(columns.values()):
            new, done = csv_cells(text, columns)
            self._write(name, new, done, what)

    def _memos_and_notebooks(self, ids: Ids, *, tables: bool) -> None:
        if not ids:
            return
        kinds: list[tuple[str, str, Callable[[str, Ids], tuple[str, int]], str]]
        kinds = [("coding/memos", ".md", memo_references, "reference")]
        kinds += [("notebooks", ".ipynb", notebook_literals, "literal")]
        kinds += [("notebooks", ".csv", csv_cells, "cell")] if tables else []
        for folder, pattern, rewrite, what in kinds:
            for path in self._listed(folder, pattern):
                name = f"{folder}/{path}"
                text = self._read(name)
                try:
                    new, done = rewrite(text or "", ids)
                except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
                    self.problems.append(Problem(name, 0, "cannot be read, so its references cannot follow"))
                    continue
                self._write(name, new, done, what)

    def _listed(self, folder: str, ending: str) -> list[str]:
        return [n for n in listed(self.study.root, folder) if n.endswith(ending) and not n.startswith(".")]

    def _read(self, name: str) -> str | None:
        try:
            data = bytes_of(self.study.root, name)
        except SourceError as error:
            self.problems += error.problems
            return None
        self.seen[name] = version_of(data)
        try:
            return None if data is None else data.decode("utf-8")
        except UnicodeDecodeError:
            self.problems.append(Problem(name, 0, "not UTF-8; save it again as UTF-8"))
            return None

    def _write(self, name: str, text: str, done: int, what: str) -> None:
        if done:
            self.files[name] = text.encode("utf-8")
            self.done[name] = number_of(done, what)
            kind = {"reference": "memo", "literal": "notebook"}.get(what, what)
            self.counts[kind] = self.counts.get(kind, 0) + (1 if kind in ("memo", "notebook") else done)

    def _finished(self, edit: Callable[[CodebookText], None], change: str, ids: Ids) -> Recoding:
        if self.open_stances:
            raise UsageError(
                f"{number_of(len(self.open_stances), 'excerpt takes', 'excerpts take')} a stance on codes given up; "
                "say --stances keep where the propositions say the same, --stances reverse where they say the opposite"
            )
        text = self._read(CODEBOOK) or ""
        self.problems += codebook_from(text, CODEBOOK)[1]
        if self.problems:
            raise SourceError(set(self.problems))
        if self.united:
            self.counts["united excerpt"] = len(self.united)
        counted = [number_of(n, w) for w, n in self.counts.items() if n]
        change = f"{change}{': ' + ', '.join(counted) if counted else ''}."
        book = CodebookText(text)
        edit(book)
        book.record(self.on, change, self.why)
        new = book.to_text()
        wrong = codebook_from(new, CODEBOOK)[1]
        if wrong:
            raise SourceError(wrong)
        self.files[CODEBOOK] = new.encode("utf-8")
        self.done[CODEBOOK] = "the code, and a line in the history"
        return Recoding(
            change, self.why, self.on, self.done, self._mentions(ids), self.files, self.seen, *self._twice()
        )

    def _twice(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return tuple(self.united), tuple(self.left)

    def _mentions(self, ids: Ids) -> tuple[Problem, ...]:
        found = []
        root = self.study.root
        memos = [f"coding/memos/{n}" for n in self._listed("coding/memos", ".md")]
        notebooks = [f"notebooks/{n}" for n in self._listed("notebooks", ".ipynb")]
        for name in (CODEBOOK, *memos, *notebooks):
            text = (self.files[name] if name in self.files else bytes_of(root, name) or b"").decode("utf-8")
            if name == CODEBOOK:  # what the history says of older days, and the code's own entry, are meant
                text = text[: text.index("\nhistory:")] if "\nhistory:" in text else text
            lines = text.split("\n")
            for number, code in mentions(text, list(ids)) if ids else ():
                own = name == CODEBOOK and lines[number - 1].strip() in (f"{code}:", f"parent: {code}")
                if not own:
                    found.append(Problem(name, number, f"names {code}"))
        return tuple(sorted(set(found)))


def _themes(text: str, code: str, swaps: Mapping[int, str]) -> str:
    """Replace the theme of single rows of ``acts.csv``, by line."""
    lines = lines_of(text)
    for line, new in swaps.items():
        end = line
        while end < len(lines) and "".join(lines[line - 1 : end]).count('"') % 2:
            end += 1
        row = csv_cells(lines[0] + "".join(lines[line - 1 : end]), {"theme": {code: new}})[0]
        lines[line - 1 : end] = [row[len(lines[0]) :], *[""] * (end - line)]
    return "".join(lines)


def coder_files(study: Study) -> list[CoderFile]:
    """Return the files of all coders, then what was agreed."""
    return [*study.coded.values(), *study.agreed.values()]
