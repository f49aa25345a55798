"""
What must hold between the files of a study: every id points somewhere, every place holds its words.

Each function takes parts of a study and yields problems; none reads a file.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from qualcode.errors import Problem, did_you_mean
from qualcode.study import release
from qualcode.study.case import OPEN_FIGURES, Act, Case, Tie
from qualcode.study.codebook import Codebook
from qualcode.study.coderfile import CoderFile, Excerpt, Reading
from qualcode.study.contact import Contact
from qualcode.study.document import PENDING_ON, Document
from qualcode.study.memo import IN_REPORT, Memo, Reference


@dataclass(frozen=True)
class Known:
    """
    What references may point to.

    A file that could not be read at all has its own problem; what points into it is not held against
    it: ``unreadable`` are such documents, ``cases_read`` and ``folders_read`` say whether there are cases and
    folders of documents to look in.
    """

    documents: Mapping[str, Document]
    cases: Mapping[str, Case]
    codebook: Codebook | None
    unreadable: frozenset[str] = frozenset()
    cases_read: bool = True
    folders_read: bool = True

    def lacks_case(self, case: str) -> bool:
        """Say whether there is no such case."""
        return self.cases_read and case not in self.cases

    def lacks_document(self, document: str) -> bool:
        """Say whether there is no such document."""
        return self.folders_read and document not in self.documents and document not in self.unreadable


def check_documents(known: Known) -> Iterator[Problem]:
    """Every case a document names is in ``cases.csv``; organisations are organisations."""
    cases = known.cases
    for document in known.documents.values():
        named = [s.case for s in document.speakers] + list(document.present) + list(document.mentioned)
        named += [document.pending_on] if document.pending_on not in PENDING_ON else []
        for case in sorted({*named, document.author} - {""}):
            if known.lacks_case(case):
                line = document.case_lines.get(case, 2)
                yield Problem(document.path, line, _unknown("case", case, cases, "coding/cases.csv"))
        for organisation in sorted({s.organisation for s in document.speakers} - {""}):
            line = document.case_lines.get(organisation, 2)
            if known.lacks_case(organisation):
                yield Problem(document.path, line, _unknown("organisation", organisation, cases, "coding/cases.csv"))
            elif organisation in cases and cases[organisation].kind != "organisation":
                yield Problem(document.path, line, f"{organisation!r} is a {cases[organisation].kind}, no organisation")


def check_cases(cases: Mapping[str, Case], path: str, codebook: Codebook) -> Iterator[Problem]:
    """Organisations exist; figures are the codebook's."""
    for case in cases.values():
        if case.organisation and case.organisation not in cases:
            yield Problem(path, case.line, _unknown("organisation", case.organisation, cases, "its own line"))
        elif case.organisation and cases[case.organisation].kind != "organisation":
            yield Problem(
                path, case.line, f"{case.organisation!r} is a {cases[case.organisation].kind}, no organisation"
            )
        known = (*codebook.figures, *OPEN_FIGURES)
        if case.figure and case.figure not in known:
            hint = did_you_mean(case.figure, known) or f"; it takes {', '.join(known)}, or nothing where not judged"
            yield Problem(path, case.line, f"unknown figure {case.figure!r}{hint}")


def check_ties(ties: Iterable[Tie], path: str, known: Known) -> Iterator[Problem]:
    """Both ends of a tie, and who states or disputes it, are cases; its source is a document."""
    for tie in ties:
        for case in (tie.case, tie.to, *tie.stated_by, *tie.disputed_by):
            if known.lacks_case(case):
                yield Problem(path, tie.line, _unknown("case", case, known.cases, "coding/cases.csv"))
        if tie.document and known.lacks_document(tie.document):
            yield Problem(path, tie.line, _unknown("document", tie.document, known.documents))
        if tie.case == tie.to:
            yield Problem(path, tie.line, f"{tie.case!r} is tied to itself")


def check_acts(acts: Iterable[Act], path: str, known: Known) -> Iterator[Problem]:
    """Who acted is a case, the theme a code, the source a document."""
    codes = known.codebook.codes if known.codebook else {}
    for act in acts:
        if known.lacks_case(act.case):
            yield Problem(path, act.line, _unknown("case", act.case, known.cases, "coding/cases.csv"))
        if known.lacks_document(act.document):
            yield Problem(path, act.line, _unknown("document", act.document, known.documents))
        if known.codebook and act.theme and act.theme not in codes:
            yield Problem(path, act.line, _unknown("code", act.theme, codes))
        elif known.codebook and act.stance is not None and (not act.theme or not codes[act.theme].proposition):
            yield Problem(
                path, act.line, f"a stance needs a theme with a proposition; {act.theme or 'none'!r} has none"
            )


def check_codebook(codebook: Codebook, known: Known) -> Iterator[Problem]:
    """Check that a code's example stands literally in a document that may be quoted."""
    for code in codebook.codes.values():
        name, quote = code.example
        document = known.documents.get(name)
        wrong = ""
        if document is None:
            wrong = (
                _unknown("document", name, known.documents) if (name or quote) and known.lacks_document(name) else ""
            )
        elif not quote or quote not in document.text:
            wrong = f"these words are not in {name!r}"
        elif not any(release.verdict(document, a, a + len(quote)).quotable for a in _all_places(quote, document.text)):
            wrong = f"{name!r} may not be quoted; choose another"
        if wrong:
            yield Problem(codebook.path, code.line, f"example of {code.id!r}: {wrong}")


def check_counts(codebook: Codebook, coders: Collection[str]) -> Iterator[Problem]:
    """Whose codings count where nothing is agreed has coded something."""
    if codebook.counts and coders and codebook.counts not in coders:
        told = f"counts names {codebook.counts!r}, of whom there are no codings"
        yield Problem(codebook.path, codebook.counts_line, f"{told}{did_you_mean(codebook.counts, coders)}")


def _all_places(quote: str, text: str) -> Iterator[int]:
    at = text.find(quote)
    while at >= 0:
        yield at
        at = text.find(quote, at + 1)


def check_contacts(contacts: Iterable[Contact], path: str, known: Known) -> Iterator[Problem]:
    """Who was approached, and through whom, is a case; the outcome's document is there."""
    for contact in contacts:
        for case in (contact.case, contact.through):
            if case and known.lacks_case(case):
                yield Problem(path, contact.line, _unknown("case", case, known.cases, "coding/cases.csv"))
        if contact.document and known.lacks_document(contact.document):
            yield Problem(path, contact.line, _unknown("document", contact.document, known.documents))


def check_coder_files(files: Iterable[CoderFile], known: Known) -> Iterator[Problem]:
    """Codes, stances, cases and places of coders' files."""
    sound: set[tuple[tuple[str, float | None], ...]] = set()
    for file in files:
        yield from _coder_file(file, known, sound, _codes_wrong)


def check_rejected(files: Iterable[CoderFile], known: Known) -> Iterator[Problem]:
    """Codes and places of suggestions that were rejected; a code given up since may stay, as a judgement on it."""
    sound: set[tuple[tuple[str, float | None], ...]] = set()
    for file in files:
        yield from _coder_file(file, known, sound, _rejection_wrong)
        for excerpt in file.excerpts:
            if excerpt.origin["how"] != "suggestion" or excerpt.case or excerpt.holder or excerpt.settled:
                what = "no rejected suggestion, which has the origin 'suggestion' and no case, holder or 'settled'"
                yield Problem(file.path, excerpt.line, f"{what}; codings belong in coding/coders/")
        for reading in file.readings:
            yield Problem(file.path, reading.line, "what was read belongs in coding/coders/; move the line there")


def _coder_file(
    file: CoderFile,
    known: Known,
    sound: set[tuple[tuple[str, float | None], ...]],
    codes_wrong: Callable[[Excerpt, Codebook], Iterable[str]],
) -> Iterator[Problem]:
    """Check one coder's file; *sound* are codes of an excerpt that were judged sound before."""
    document = known.documents.get(file.document)
    if known.lacks_document(file.document):
        what = _unknown("document", file.document, known.documents)
        yield Problem(file.path, 0, f"{what}; the excerpts are kept as they are")
    if file.disorder:
        what = "this line belongs further up (start, end, id; then what was read); a merge or a hand moved it"
        yield Problem(
            file.path, file.disorder, f"{what}; see that nothing is missing, then `qualcode reanchor --write`"
        )
    seen: dict[str, int] = {}
    hash_, text = (document.hash, document.text) if document else ("", "")
    for excerpt in file.excerpts:
        codes = tuple(excerpt.codes.items())
        wrong: list[str] = []
        if codes not in sound:
            wrong += codes_wrong(excerpt, known.codebook) if known.codebook else ()
            if not wrong:
                sound.add(codes)
        if excerpt.case is not None or excerpt.holder is not None:
            wrong += _people_wrong(excerpt, known)
        if document and not (excerpt.text == hash_ and excerpt.anchor.right_in(text)):
            wrong += _place_wrong(excerpt, document)
        if excerpt.id in seen:
            wrong.append(f"excerpt {excerpt.id} stands here twice (line {seen[excerpt.id]}); keep one")
        seen[excerpt.id] = seen.get(excerpt.id, excerpt.line)
        for what in wrong:
            yield Problem(file.path, excerpt.line, what)
    if document:
        for reading in file.readings:
            yield from (Problem(file.path, reading.line, w) for w in _reading_wrong(reading, document))


def _people_wrong(excerpt: Excerpt, known: Known) -> list[str]:
    people = [case for case in (excerpt.case, excerpt.holder) if case is not None and known.lacks_case(case)]
    return [_unknown("case", case, known.cases, "coding/cases.csv") for case in people]


def check_excerpt_ids(files: Sequence[CoderFile]) -> Iterator[Problem]:
    """Check that an excerpt's id is in one coder's file only."""
    ids: set[str] = set()
    for file in files:
        mine = {e.id for e in file.excerpts}
        if not ids.isdisjoint(mine):
            break
        ids |= mine
    else:
        return
    homes: dict[str, tuple[str, int]] = {}
    for file in files:
        for excerpt in file.excerpts:
            path, line = homes.setdefault(excerpt.id, (file.path, excerpt.line))
            if path != file.path:
                yield Problem(
                    file.path,
                    excerpt.line,
                    f"excerpt {excerpt.id} is also in {path}:{line}; one of them needs a new id",
                )


def check_memos(memos: Mapping[str, Memo], excerpts: Iterable[str], known: Known) -> Iterator[Problem]:
    """
    Check that what a memo speaks about exists; *excerpts* are the ids of all of them.

    What it says of the report is not looked up: a plot may go after it was commented on.
    """
    there: dict[str, Iterable[str]] = {
        "code": set(known.codebook.codes if known.codebook else ()),
        "excerpt": set(excerpts),
        "case": known.cases,
        "document": known.documents,
        "memo": memos,
    }
    for memo in memos.values():
        for reference in (*memo.about, *memo.cites, *memo.supersedes):
            if _dangles(reference, there, known):
                yield Problem(memo.path, reference.line, _unknown(reference.kind, reference.id, there[reference.kind]))
        for reference in memo.supersedes:
            older = memos.get(reference.id)
            if older and older.on > memo.on:
                yield Problem(
                    memo.path,
                    reference.line,
                    f"memo {older.id!r} is of {older.on}, after this one; it cannot be superseded",
                )
            if reference == Reference("memo", memo.id):
                yield Problem(memo.path, reference.line, "a memo cannot supersede itself")


def _dangles(reference: Reference, there: Mapping[str, Iterable[str]], known: Known) -> bool:
    if reference.kind in IN_REPORT or (reference.kind == "code" and not known.codebook):
        return False
    if reference.kind == "case":
        return known.lacks_case(reference.id)
    if reference.kind == "document":
        return known.lacks_document(reference.id)
    return reference.id not in there[reference.kind]


def _codes_wrong(excerpt: Excerpt, codebook: Codebook) -> Iterator[str]:
    families: dict[str, list[str]] = {}
    for name, stance in excerpt.codes.items():
        code = codebook.codes.get(name)
        if code is None:
            yield _unknown("code", name, codebook.codes)
            continue
        families.setdefault(code.family, []).append(name)
        if code.status == "retired":
            yield f"code {name!r} is retired; recode the excerpt, or take the code back into use"
        if stance is not None and not code.proposition:
            yield f"code {name!r} takes no stance (it has no proposition); write null"
    for family, names in families.items():
        if codebook.families[family].exclusive and len(names) > 1:
            yield f"family {family!r} is exclusive; the excerpt has {' and '.join(sorted(names))}"


def _rejection_wrong(excerpt: Excerpt, codebook: Codebook) -> Iterator[str]:
    for name, stance in excerpt.codes.items():
        if name not in codebook.codes:
            yield _unknown("code", name, codebook.codes)
        if stance is not None:
            yield f"code {name!r} was rejected and takes no stance; write null"


def _place_wrong(excerpt: Excerpt, document: Document) -> list[str]:
    anchor, text = excerpt.anchor, document.text
    place = f"{anchor.start}-{anchor.end}"
    if excerpt.text == document.hash:
        if not anchor.stands_in(text):
            return [f"the quote is not the text at {place} of {document.path}; restore the line from its history"]
        if not anchor.surrounded_in(text):
            return [f"'before' or 'after' is not what stands around {place} of {document.path}"]
        return []
    found = anchor.find(text)
    changed = f"{document.path} has changed since the excerpt was made"
    if found.how == "same":
        return []
    if found.how == "moved" and found.anchor:
        by = found.anchor.start - anchor.start
        line = document.line(found.anchor.start)
        return [f"{changed}; its words moved by {by:+d} to line {line}; run `qualcode reanchor`"]
    if found.how == "lost":
        return [f"{changed}; its words are no longer there; the excerpt is kept, restore the words or code again"]
    lines = ", ".join(str(document.line(c.start)) for c in found.candidates[:3])
    exact = sum(document.text[c.start : c.end] == anchor.quote for c in found.candidates)
    look = "look there; `qualcode reanchor` lists each place and takes the one you name"
    if found.how == "several" and exact == len(found.candidates):
        return [f"{changed}; its words stand at {exact} places (lines {lines}); {look}"]
    if found.how == "several":
        return [f"{changed}; it may be one of {len(found.candidates)} places (lines {lines}); {look}"]
    if exact:
        return [f"{changed}; its words stand at line {lines} among other words; {look}"]
    return [f"{changed}; words like its own stand at line {lines}; {look}"]


def _reading_wrong(reading: Reading, document: Document) -> list[str]:
    if reading.text == document.hash and reading.end > len(document.text):
        return [f"read place {reading.start}-{reading.end} goes past the end of {document.path} ({len(document.text)})"]
    return []


def _unknown(kind: str, name: str, known: Iterable[str], home: str = "") -> str:
    return f"unknown {kind} {name!r}" + (did_you_mean(name, known) or (f"; add it to {home}" if home else ""))
