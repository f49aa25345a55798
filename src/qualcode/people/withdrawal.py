"""
A withdrawal: one person takes back what she agreed to, and the study follows, whole or not at all.

It is recorded in ``consent.csv``, from which on nothing shows or counts her words. With ``remove`` they also go from
the files: a word stands where they stood, so that ids and everybody else's codings stay. What others said of her, and
what was observed, is theirs, and is told. Nothing is written before it has been told what would be.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from qualcode.errors import Problem, SourceError, UsageError, did_you_mean
from qualcode.gate.pseudonyms import Replaced
from qualcode.people import copies
from qualcode.people.consents import taken_back
from qualcode.people.copies import Words
from qualcode.plaintext.anchor import Anchor, text_hash
from qualcode.plaintext.durable import put, replace_all, version_of
from qualcode.plaintext.folder import bytes_of, listed
from qualcode.plaintext.source import decoded
from qualcode.plaintext.traces import trace
from qualcode.plural import number_of
from qualcode.study import release
from qualcode.study.case import read_cases
from qualcode.study.codebook import Code, codebook_from
from qualcode.study.coderfile import CoderFile
from qualcode.study.consent import ALL, SCOPES, read_consents
from qualcode.study.document import Document, Held, document_of
from qualcode.study.memo import Memo
from qualcode.study.release import as_filed
from qualcode.study.study import ACTS, CASES, CONSENT, TIES, Study
from qualcode.study.terms import WITHDRAWN, on_terms

GONE = "[withdrawn]"
"""What stands where somebody's words stood."""


@dataclass(frozen=True)
class Withdrawal:
    """
    A planned withdrawal.

    ``done``: by file or folder, what becomes of it; ``stays``: what is kept, or left to a person; ``history``: what
    git and states sent to be read still hold. ``files`` is what will be written, ``seen`` the versions it was planned
    on, ``built`` what will be removed from ``build/``.
    """

    case: str
    scopes: tuple[str, ...]
    on: date
    done: dict[str, str]
    stays: tuple[str, ...]
    history: tuple[str, ...]
    files: dict[str, bytes]
    seen: dict[str, str]
    built: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"{name}: {what}" for name, what in sorted(self.done.items())]
        lines += [f"stays: {what}" for what in self.stays]
        return "\n".join([*lines, *self.history])


def withdraw(
    study: Study, case: str, scopes: Sequence[str] = (ALL,), *, on: date, remove: bool = False, write: bool = False
) -> Withdrawal:
    """
    Withdraw what a person agreed to: all, or some scopes; plan it, and with *write* do it in one step.

    Args:
        case: whose.
        scopes: ``all``, or names of scopes as in ``consent.csv``.
        on: the day.
        remove: take the words out of the study's files too; only with ``all``.
        write: else nothing is written.

    Raises:
        UsageError: no such case, the researcher, an unknown scope; or codings stand at places of another text.
        SourceError: the study has problems that stand in the way, or a document would not be read afterwards.
        WriteError: a file changed meanwhile; nothing was written.

    Example:
        >>> from datetime import date
        >>> plan = withdraw(study, "mediator", on=date(2024, 6, 1))
        >>> plan.done["coding/consent.csv"]
        'withdrawn: all, on 2024-06-01; begun, with a row for each of 3 people as their documents have it'
    """
    _check(study, case, scopes, remove)
    text, what = taken_back(study, case, scopes, on)
    files = {CONSENT: text.encode("utf-8")}
    seen = {CONSENT: version_of(bytes_of(study.root, CONSENT))}
    done = {CONSENT: what}
    after = _after(study, text, case)
    words = _words(study, after)
    if remove:
        change = _Removal(study, case, after, words)
        files |= change.files
        seen |= change.seen
        done |= change.done
    stored = list(copies.cleared(study.root, words))
    for name, data, outputs, _ in stored:
        if outputs:
            files[name], seen[name] = data, version_of(bytes_of(study.root, name))
            done[name] = f"{number_of(outputs, 'stored output')} taken out; `qualcode notebooks` stores them anew"
    goes, left = copies.built(study.root)
    done |= dict.fromkeys(goes, "removed; `qualcode report` makes anew what may be shown")
    stays = [*_stays(study, case, after, remove), *_by_hand(study, after, words, files.get(study.codebook.path))]
    stays += [f"{name}: {number_of(n, 'cell')} with running words of hers; edit them" for name, _, _, n in stored if n]
    stays += [f"{name}: somebody wrote in it since; take its comments in, then delete it" for name in left]
    paths = {d.path for d in study.documents.values() if _hers(after[d.id])}
    paths |= {f.path for f in study.files if study.documents.get(f.document) and _hers(after[f.document])}
    past = copies.history(study.root, paths) if paths else []
    plan = Withdrawal(case, tuple(scopes), on, done, tuple(stays), tuple(past), files, seen, tuple(goes))
    if write:
        replace_all(study.root, files, seen)
        copies.remove(study.root, goes)
    return plan


def _check(study: Study, case: str, scopes: Sequence[str], remove: bool) -> None:
    if case not in study.cases:
        raise UsageError(f"unknown case {case!r}{did_you_mean(case, study.cases) or '; see `qualcode table cases`'}")
    if study.cases[case].kind == "researcher":
        raise UsageError(f"{case!r} is the researcher, who agreed to nothing here")
    for scope in scopes:
        if scope not in (*SCOPES, ALL):
            hint = did_you_mean(scope, (*SCOPES, ALL)) or f"; it is all, or one of {', '.join(SCOPES)}"
            raise UsageError(f"unknown scope {scope!r}{hint}")
    if not scopes:
        raise UsageError(f"name what is withdrawn: all, or some of {', '.join(SCOPES)}")
    if remove and ALL not in scopes:
        raise UsageError("to remove somebody's words everything has to be withdrawn; leave out --scope, or --remove")
    study.require_sound()


def _after(study: Study, text: str, case: str) -> dict[str, Document]:
    """Return the documents on the terms of afterwards, as if nobody but *case* had withdrawn anything."""
    with TemporaryDirectory() as folder:
        put(Path(folder), CONSENT, text.encode("utf-8"))
        consents, problems = read_consents(Path(folder) / CONSENT, CONSENT)
    if problems:
        raise SourceError(problems)
    consents = tuple(c if c.case == case else replace(c, withdrawn_on=None, withdrawn=()) for c in consents)
    filed = {name: as_filed(d) for name, d in study.documents.items()}
    return on_terms(filed, study.cases, consents, study.files)


def _hers(document: Document) -> list[Held]:
    """Return the stretches that are not to be seen any more since consent to them was withdrawn."""
    return [h for h in document.held if h.reason in (WITHDRAWN, "consent to quote was withdrawn")]


def _words(study: Study, after: Mapping[str, Document]) -> Words:
    theirs, others, quotes = [], [], []
    for name, document in after.items():
        held = _hers(document)
        at = 0
        for h in held:
            others.append(document.text[at : h.start])
            theirs.append(document.text[h.start : h.end])
            at = h.end
        others.append(document.text[at:])
        for file in study.files:
            if file.document == name and held:
                quotes += [e.anchor.quote for e in file.excerpts if _over(held, e.anchor.start, e.anchor.end)]
    return Words.of(theirs, quotes, others)


def _over(held: Iterable[Held], start: int, end: int) -> bool:
    return any(h.start < end and start < h.end for h in held)


def _stays(study: Study, case: str, after: Mapping[str, Document], remove: bool) -> list[str]:
    """Tell what others said of the person and what was observed: it is not hers to take, and a person's to weigh."""
    acts = [a.id for a in study.acts if a.case == case]
    ties = sum(case in (t.case, t.to) for t in study.ties)
    there = [d.id for d in study.documents.values() if case in (*d.present, *d.mentioned)]
    held = {e.id for f in study.files for e in f.excerpts if e.holder == case}
    told = [f"{number_of(len(held), 'excerpt')} in which others tell her view"] if held else []
    told += [f"{number_of(len(acts), 'act')} of hers, as told ({', '.join(acts)}), in {ACTS}"] if acts else []
    told += [f"{number_of(ties, 'tie')} of hers in {TIES}"] if ties else []
    told += [f"her presence, or her name, in {', '.join(there)}"] if there else []
    public = [
        d.id for d in study.documents.values() if d.author == case and d.kind == "document" and d.sort != "e-mail"
    ]
    told += [
        f"{name}, which she wrote for others to read; `release: closed` in its front matter closes it"
        for name in public
    ]
    for document in after.values():
        folder = study.root / document.path.rpartition("/")[0]
        names = listed(study.root, document.path.rpartition("/")[0]) if _hers(document) and folder.is_dir() else []
        kept = [n for n in names if n.rpartition(".")[0] == document.id and not n.endswith(".md")]
        told += [f"{document.path.rpartition('/')[0]}/{n}, beside the text; delete it" for n in kept]
    if not remove:
        told += ["her words in the study's own files, shown and counted nowhere; --remove takes them out"]
    told += ["what went out before: deposits, exports, sites and Word files that somebody has; ask for them back"]
    return told


def _examples_of(study: Study, after: Mapping[str, Document]) -> list[Code]:
    """Return the codes whose example may not be quoted any more."""
    found = []
    for code in study.codebook.codes.values():
        document = after.get(code.example[0])
        at = document.text.find(code.example[1]) if document and code.example[1] else -1
        if document and at >= 0 and not release.verdict(document, at, at + len(code.example[1])).quotable:
            found.append(code)
    return found


def _by_hand(study: Study, after: Mapping[str, Document], words: Words, removed: bytes | None) -> Iterator[str]:
    """Tell what of the codebook is a person's to mend: examples that stay, and what is told in words of hers."""
    path = study.codebook.path
    book = codebook_from(removed.decode("utf-8"), path)[0] if removed else study.codebook
    for code in _examples_of(study, after):
        if book and book.codes[code.id].example == code.example:
            yield f"{path}:{code.line}: the example of {code.id!r} is hers; choose another"
    for code in study.codebook.codes.values():
        if words.quoted_in(f"{code.definition}\n{code.use}\n{code.not_}\n{code.proposition}"):
            yield f"{path}:{code.line}: what is said of {code.id!r} has running words of hers; say it otherwise"


class _Removal:
    """What becomes of each file of the study when somebody's words go."""

    def __init__(self, study: Study, case: str, after: Mapping[str, Document], words: Words) -> None:
        self.study, self.case, self.words = study, case, words
        self.files: dict[str, bytes] = {}
        self.seen: dict[str, str] = {}
        self.done: dict[str, str] = {}
        self.excerpts: set[str] = set()
        for name, document in after.items():
            held = [h for h in document.held if h.reason == WITHDRAWN]
            if held:
                self._document(study.documents[name], document, held)
        self._memos()
        self._examples(after)
        self._row(CASES, lambda r: r["case"].strip() == case, self._case)
        hers = {a.id for a in study.acts if a.case == case or self.words.in_text(f"{a.what}\n{a.note}")}
        self._row(
            ACTS, lambda r: r["act"].strip() in hers, lambda r: r | {"what": "", "note": ""} if "note" in r else r
        )
        self._row(
            TIES,
            lambda r: case in (r["case"].strip(), r["to"].strip()),
            lambda r: r | {"note": ""} if "note" in r else r,
        )

    def _put(self, name: str, text: str, what: str) -> None:
        raw = bytes_of(self.study.root, name)
        if raw is not None and decoded(raw, name) == text:
            return
        self.files[name], self.seen[name], self.done[name] = text.encode("utf-8"), version_of(raw), what

    def _document(self, document: Document, after: Document, held: Sequence[Held]) -> None:
        filed = as_filed(document)
        changes = _stretches(filed, held)
        raw = bytes_of(self.study.root, filed.path)
        whole = decoded(raw or b"", filed.path)
        if not whole.endswith(filed.text):
            raise UsageError(f"{filed.path}: the file changed since the study was opened; open it again")
        done = _replaced(filed.text, changes)
        head = whole[: len(whole) - len(filed.text)]
        if after.state == "withdrawn":
            head = _blank_front(head)
        made, problems = document_of(head + done.text, filed.path, filed.kind)
        if made is None or problems or [t.number for t in made.turns] != [t.number for t in filed.turns]:
            what = "its words would not be read as they are once hers are out; take them out by hand"
            raise SourceError([Problem(filed.path, 0, what), *problems])
        self._put(filed.path, head + done.text, f"{number_of(len(changes), 'stretch', 'stretches')} taken out")
        for file in self.study.files:
            if file.document == filed.id:
                self._coder_file(file, filed, done, held)

    def _coder_file(self, file: CoderFile, filed: Document, done: Replaced, held: Sequence[Held]) -> None:
        stale = [e.id for e in file.excerpts if e.text != filed.hash]
        if stale:
            told = f"{', '.join(stale)} are at places of another text; `qualcode reanchor` first"
            raise UsageError(f"{file.path}: {told}")
        stamp, kept, gone = text_hash(done.text), [], []
        for e in file.excerpts:
            if _over(held, e.anchor.start, e.anchor.end) or e.case == self.case:
                gone.append(e.id)
                continue
            place = Anchor.take(done.text, done.moved(e.anchor.start), done.moved(e.anchor.end))
            memo = None if e.memo and self.words.in_text(e.memo) else e.memo
            settled = e.settled
            if settled and self.words.in_text(settled["why"]):
                settled = settled | {"why": GONE}
            kept.append(replace(e, anchor=place, text=stamp, memo=memo, settled=settled))
        readings = []
        for r in file.readings:
            a, b = done.moved(r.start), done.moved(r.end)
            if r.text == filed.hash and a < b:
                readings.append(replace(r, start=a, end=b, text=stamp, words=trace(done.text, a, b)))
        self.excerpts |= set(gone)
        after = replace(file, excerpts=tuple(kept), readings=tuple(readings))
        what = (
            f"{number_of(len(gone), 'excerpt')} of hers taken out, {number_of(len(kept), 'other')} kept at their words"
        )
        self._put(file.path, after.to_text(), what)

    def _memos(self) -> None:
        for memo in self.study.memos.values():
            about = {(r.kind, r.id) for r in memo.about}
            hers = ("case", self.case) in about or any(k == "excerpt" and i in self.excerpts for k, i in about)
            if hers or self.words.quoted_in(f"{memo.title}\n{memo.text}"):
                self._put(memo.path, self._tombstone(memo), "a memo on her, or with her words: its text taken out")
                continue
            cited = {r.id for r in memo.cites if r.kind == "excerpt"} & self.excerpts
            if cited:
                text = decoded(bytes_of(self.study.root, memo.path) or b"", memo.path)
                for name in sorted(cited):
                    text = re.sub(rf"\[\[excerpt {name}\s*\]\]", GONE, text)
                self._put(memo.path, text, f"{number_of(len(cited), 'reference')} to excerpts of hers taken out")

    def _examples(self, after: Mapping[str, Document]) -> None:
        """Take examples of hers out of the codebook, each written on lines of its own; others are told and stay."""
        path = self.study.codebook.path
        lines = decoded(bytes_of(self.study.root, path) or b"", path).splitlines(keepends=True)
        gone, expected = 0, dict(self.study.codebook.codes)
        for code in sorted(_examples_of(self.study, after), key=lambda c: -c.line):
            first = next((n for n in range(code.line, len(lines)) if lines[n].lstrip().startswith("example:")), -1)
            last = next((n for n in range(max(first, 0), len(lines)) if lines[n].rstrip().endswith("}")), -1)
            fewer = [*lines[: max(first, 0)], *lines[last + 1 :]]
            book = codebook_from("".join(fewer), path)[0] if first >= 0 else None
            without = expected | {code.id: replace(code, example=("", ""))}
            if book and book.codes == without:
                lines, expected, gone = fewer, without, gone + 1
        if gone:
            self._put(path, "".join(lines), f"{number_of(gone, 'example')} of hers taken out")

    def _tombstone(self, memo: Memo) -> str:
        kept = [f"{r.kind} {r.id}" for r in memo.about if not (r.kind == "excerpt" and r.id in self.excerpts)]
        head = [f"title: {json.dumps(GONE)}", f"on: {memo.on}", f"by: {json.dumps(memo.by, ensure_ascii=False)}"]
        head += [f"about: [{', '.join(kept)}]"] if kept else []
        head += [f"supersedes: [{', '.join(r.id for r in memo.supersedes)}]"] if memo.supersedes else []
        head += [f"kind: {memo.kind}"] if memo.kind else []
        return "\n".join(["---", *head, "---", GONE, ""])

    def _case(self, row: dict[str, str]) -> dict[str, str]:
        filed = read_cases(self.study.root / CASES, CASES)[0]
        taken = {c.label.casefold() for c in filed.values()}
        number = 1
        while f"withdrawn person {number}" in taken:
            number += 1
        kept = {"case": row["case"], "kind": row["kind"], "label": f"Withdrawn person {number}"}
        return dict.fromkeys(row, "") | kept

    def _row(
        self, name: str, which: Callable[[dict[str, str]], bool], change: Callable[[dict[str, str]], dict[str, str]]
    ) -> None:
        """Change some rows of a table; all others stand as they stood."""
        raw = bytes_of(self.study.root, name)
        if raw is None:
            return
        text = decoded(raw, name)
        lines = text.splitlines(keepends=True)
        reader = csv.reader(lines)
        header = [c.strip() for c in next(reader, [])]
        out, last, changed = lines[: reader.line_num], reader.line_num, 0
        for cells in reader:
            block, last = lines[last : reader.line_num], reader.line_num
            row = dict(zip(header, cells, strict=False))
            new = change(row) if len(cells) == len(header) and which(row) else row
            if new != row:
                written = io.StringIO()
                csv.writer(written, lineterminator="\n").writerow([new[c] for c in header])
                block, changed = [written.getvalue()], changed + 1
            out += block
        if changed:
            self._put(name, "".join(out), f"what is told of her in {number_of(changed, 'row')} taken out")


def _stretches(document: Document, held: Sequence[Held]) -> list[tuple[int, int, str]]:
    """Return what is replaced: of each turn the words that are held, its label kept; places in a note as they are."""
    found = []
    for h in held:
        for turn in document.turns:
            start, end = max(h.start, turn.words_start), min(h.end, turn.end)
            if start < end and document.text[start:end].strip():
                found.append((start, end, GONE))
    return found


def _replaced(text: str, changes: Sequence[tuple[int, int, str]]) -> Replaced:
    pieces, at = [], 0
    for start, end, now in changes:
        pieces += [text[at:start], now]
        at = end
    return Replaced("".join([*pieces, text[at:]]), tuple(changes), {})


_OF_WORDS = re.compile(r"^(title|place|note|source):.*\n(?:[ \t]+.*\n)*", re.MULTILINE)
_RELEASE = re.compile(r"^release:.*$", re.MULTILINE)


def _blank_front(head: str) -> str:
    """Return front matter without the words in it, closed."""
    bare = _OF_WORDS.sub(lambda m: f"title: {json.dumps(GONE)}\n" if m[1] == "title" else "", head)
    return re.sub(r"^pending_on:.*\n", "", _RELEASE.sub("release: closed", bare), flags=re.MULTILINE)
