"""
The files of a study that go into an archive: documents as far as release and consent to archiving allow, their codings,
the codebook, the cases that occur in them, and the memos about what goes.

Of a document that is withheld in part the rest goes (``parted``). A memo that is about or cites what stays, or has
running words of it, stays too. Contacts, consents and what was rejected stay at home. An example in the codebook goes
with its document.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from qualcode.exchange.deposit.parted import parted
from qualcode.exchange.out.released import released
from qualcode.plaintext.folder import read_bytes
from qualcode.plaintext.source import decoded, read_text
from qualcode.study import release
from qualcode.study.case import ACT_COLUMNS, CASE_COLUMNS, TIE_COLUMNS, Act, Case, Tie
from qualcode.study.codebook import Code
from qualcode.study.coderfile import CoderFile
from qualcode.study.consent import ARCHIVE, in_force
from qualcode.study.document import Document, split_front_matter
from qualcode.study.memo import IN_REPORT, Memo
from qualcode.study.study import ACTS, CASES, CODEBOOK, TIES, Study
from qualcode.study.terms import respondents

_LABELS = "labels in it are called otherwise; put others in their place with `qualcode pseudonymise`"
NOT_ON_FILE = "no consent to archiving is on file"


@dataclass
class Contents:
    """
    What goes: files, documents with their texts, coders' files, memos; ``withheld``: documents and why, those of which
    a part is withheld among them; ``left``: counts of the rest.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    coded: list[CoderFile] = field(default_factory=list)
    memos: dict[str, Memo] = field(default_factory=dict)
    withheld: dict[str, str] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)

    def shows(self, code: Code) -> bool:
        """Say whether the words that a code's example quotes go."""
        document, words = code.example
        return words in self.texts.get(document, "")


def contents(study: Study, access: str) -> Contents:
    """Return what of a study goes into an archive to which people have *access* (one of ``consent.ARCHIVE``)."""
    out = released(study)
    done = Contents(withheld=dict(out.withheld))
    files = [*study.coded.values(), *study.agreed.values()]
    for name, document in out.documents.items():
        why = _not_archived(study, document, access)
        if not why and name in out.in_part and _renamed(document):
            why = _LABELS
        if why:
            done.withheld[name] = why
            continue
        done.documents[name] = document
        if name not in out.in_part:
            done.files[document.path], done.texts[name] = read_bytes(study.root, document.path), document.text
            continue
        part = parted(document)
        whole = read_text(study.root / document.path, document.path)
        head = whole[: len(whole) - len(split_front_matter(whole, document.path)[1])]
        done.files[document.path], done.texts[name] = (head + part.text).encode("utf-8"), part.text
        done.withheld[name] = f"{release.verdict(document).reason}; what is withheld says so in its place"
        files = [part.file(f) if f.document == name else f for f in files]
    going = [f for f in files if f.document in done.documents]
    done.files |= {f.path: f.to_text().encode("utf-8") for f in going if f.excerpts or f.readings}
    done.coded = [f for f in going if (f.coder, f.document) in study.coded and f.path.startswith("coding/coders/")]
    done.files[CODEBOOK] = _codebook(study, done)
    cases = _cases(study, done)
    done.files[CASES] = _case_table(cases.values())
    ties = [t for t in study.ties if _goes(t, cases, done.documents)]
    acts = [a for a in study.acts if a.case in cases and (not a.document or a.document in done.documents)]
    done.files[TIES] = _table(TIE_COLUMNS, (_tie(t, cases) for t in ties))
    done.files[ACTS] = _table(ACT_COLUMNS, (_act(a) for a in acts))
    done.memos = _memos(study, done, cases, {e.id for f in going for e in f.excerpts}, out.memos)
    done.files |= {m.path: read_bytes(study.root, m.path) for m in done.memos.values()}
    notes = [*(c.note for c in study.cases.values()), *(t.note for t in ties), *(a.note for a in acts)]
    coded, gone = (sum(len(e.codes) for f in some for e in f.excerpts) for some in (study.coded.values(), done.coded))
    done.left = {
        "codings of what does not go": coded - gone,
        "memos on what does not go": len(study.memos) - len(done.memos),
        "cases that occur in no document that goes": len(study.cases) - len(cases),
        "notes on cases, ties and acts": sum(map(bool, notes)),
        "ties": len(study.ties) - len(ties),
        "acts": len(study.acts) - len(acts),
        "suggestions that were turned down": sum(len(f.excerpts) for f in study.rejected.values()),
        "contacts": len(study.contacts),
        "rows of consent": len(study.consents or ()),
    }
    return done


def _not_archived(study: Study, document: Document, access: str) -> str:
    """Return why a document may not go into an archive by the consent of those in it; ``""`` where it may."""
    if study.consents is None:
        return ""
    needed = respondents(document, study.cases) if document.kind == "interview" else []
    people = dict.fromkeys([*needed, *(s.case for s in document.speakers), document.author, *document.present])
    for case in people:
        if case not in study.cases or study.cases[case].kind != "person":
            continue
        one = in_force(case, document.date, study.consents)
        if one is None and case in needed:
            return NOT_ON_FILE
        if one is not None and ARCHIVE.index(one.granted("archive")) < ARCHIVE.index(access):
            allowed = one.granted("archive")
            return (
                "there is no consent to archiving" if allowed == "none" else f"consent to archiving is {allowed} only"
            )
    return ""


def _renamed(document: Document) -> bool:
    """Say whether a document has a label, or a title, that is shown otherwise than it stands in its file."""
    filed = release.as_filed(document)
    labels = [(t.speaker.label, f.speaker.label) for t, f in zip(document.turns, filed.turns, strict=True)]
    return document.title != filed.title or document.place != filed.place or any(a != b for a, b in labels)


def _memos(
    study: Study, done: Contents, cases: dict[str, Case], excerpts: set[str], released: dict[str, Memo]
) -> dict[str, Memo]:
    """Return the memos that go: about what goes, without running words of what does not."""
    there: dict[str, Iterable[str]] = {"code": study.codebook.codes, "case": cases, "document": done.documents}
    there["excerpt"] = excerpts
    held = [study.documents[n] for n in done.withheld if n in study.documents]
    found = {
        n: m
        for n, m in released.items()
        if all(
            one.id in there[one.kind]
            for one in (*m.about, *m.cites, *m.supersedes)
            if one.kind not in (*IN_REPORT, "memo")
        )
        and not any(release.repeats(d, f"{m.title}\n{m.text}") for d in held)
    }
    while gone := [
        n
        for n, m in found.items()
        if any(one.kind == "memo" and one.id not in found for one in (*m.about, *m.cites, *m.supersedes))
    ]:
        found = {n: m for n, m in found.items() if n not in gone}
    return found


def _codebook(study: Study, done: Contents) -> bytes:
    """Return the codebook without the examples whose documents, or words, do not go."""
    text = decoded(read_bytes(study.root, CODEBOOK), CODEBOOK)
    going = [c for c in study.codebook.codes.values() if c.example[0] and not done.shows(c)]
    if not going:
        return text.encode("utf-8")
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 10_000
    yaml.preserve_quotes = True
    found = yaml.load(text)
    for code in going:
        found["codes"][code.id].pop("example", None)
    made = io.StringIO()
    yaml.dump(found, made)
    return made.getvalue().encode("utf-8")


def _cases(study: Study, done: Contents) -> dict[str, Case]:
    """Return the cases that occur in what goes, and the organisations that they belong to."""
    found: set[str] = {c.id for c in study.cases.values() if c.kind == "researcher"}
    for document in done.documents.values():
        found |= {s.case for s in document.speakers} | {s.organisation for s in document.speakers}
        found |= {t.speaker.case for t in document.turns} | {document.author, *document.present, *document.mentioned}
    agreed = [f for f in study.agreed.values() if f.document in done.documents]
    for file in (*done.coded, *agreed):
        found |= {c for e in file.excerpts for c in (e.case, e.holder) if c}
    left = list(found)
    while left:
        case = study.cases.get(left.pop())
        if case and case.organisation and case.organisation not in found:
            found.add(case.organisation)
            left.append(case.organisation)
    return {name: replace(c, note="") for name, c in study.cases.items() if name in found}


def _goes(tie: Tie, cases: dict[str, Case], documents: dict[str, Document]) -> bool:
    return tie.case in cases and tie.to in cases and (not tie.document or tie.document in documents)


def _tie(tie: Tie, cases: dict[str, Case]) -> list[str]:
    stated = "; ".join(c for c in tie.stated_by if c in cases)
    disputed = "; ".join(c for c in tie.disputed_by if c in cases)
    return [tie.case, tie.tie, tie.to, tie.since, tie.until, stated, disputed, tie.document, ""]


def _act(act: Act) -> list[str]:
    stance = "" if act.stance is None else f"{act.stance:g}"
    told = [act.id, act.date, act.case, act.did, act.what, act.theme, stance, act.document, act.certainty]
    return [*told, ""]


def _case_table(cases: Iterable[Case]) -> bytes:
    cases = list(cases)
    further = sorted({a for c in cases for a in c.attributes})
    rows = []
    for case in cases:
        told = {c: getattr(case, "id" if c == "case" else c) for c in CASE_COLUMNS}
        weight = case.figure_weight
        told["figure_weight"] = "" if weight is None else f"{weight:g}"
        rows.append([*(str(v) for v in told.values()), *(case.attributes.get(a, "") for a in further)])
    return _table((*CASE_COLUMNS, *further), rows)


def _table(columns: Iterable[str], rows: Iterable[list[str]]) -> bytes:
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return made.getvalue().encode("utf-8")
