"""
On what terms each document's words stand: its front matter, the consent of who speaks, and what an excerpt says itself.

The strictest holds. In an interview everybody but the researcher needs a consent that covers its day; a question is
as its answers are. In fieldnotes and e-mails a consent holds for the words of whoever has one. What stands instead of
a title, a place or a label is made here, so that nobody who looks at a study's document has the words themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from qualcode.errors import Notice
from qualcode.study.case import Case
from qualcode.study.coderfile import CoderFile
from qualcode.study.consent import Consent, identity_of, in_force
from qualcode.study.document import Document, Held, Speaker, Turn
from qualcode.study.excerpt import Excerpt
from qualcode.study.voice import asks

WITHDRAWN = "consent was withdrawn"
UNSEEN = "the person has not read it over yet"
"""Why words are not shown of somebody who sees her quotations first, until she let one stand."""
NOT_ON_FILE = "no consent is on file for its day"
NOT_ANALYSED = "of people who did not agree to be analysed"
"""Why codings are not counted, where consent does not cover it."""
BY_QUOTE = {"paraphrase": "consent allows paraphrase only", "none": "there is no consent to quote"}
BY_EXCERPT = {
    "paraphrase": "this excerpt may be paraphrased only",
    "amended": "the person asked for other words",
    "pending": "the release of this excerpt is pending",
    "closed": "this excerpt is closed",
    "withdrawn": "this excerpt was withdrawn",
}
_STRICTNESS = (
    *("this excerpt may be paraphrased only", "consent allows paraphrase only"),
    *(
        "the release of this excerpt is pending",
        UNSEEN,
        "the person asked for other words",
        NOT_ON_FILE,
        "there is no consent to quote",
    ),
    *("consent to quote was withdrawn", "this excerpt was withdrawn", "this excerpt is closed", WITHDRAWN),
)
_TITLES = {
    "closed": "a closed {kind}",
    "pending": "a {kind} whose release is pending",
    "none": "a {kind} without consent",
    "informal": "an informal talk",
    "withdrawn": "a withdrawn {kind}",
}
"""What stands instead of the title; documents that may be quoted or paraphrased keep theirs."""


def on_terms(
    documents: Mapping[str, Document],
    cases: Mapping[str, Case],
    consents: Sequence[Consent] | None,
    files: Iterable[CoderFile],
) -> dict[str, Document]:
    """
    Return the documents with what may not be shown of them, or not be counted.

    Args:
        consents: the rows of ``consent.csv``; ``None``: there is no such file, and the front matter alone holds.
        files: every file with excerpts.
    """
    own: dict[str, list[Excerpt]] = {}
    for file in files:
        mine = [e for e in file.excerpts if e.release is not None or (consents and e.case)]
        if mine:
            own.setdefault(file.document, []).extend(mine)
    return {name: _on_terms(d, cases, consents, own.get(name, ())) for name, d in documents.items()}


def _on_terms(
    document: Document, cases: Mapping[str, Case], consents: Sequence[Consent] | None, excerpts: Sequence[Excerpt]
) -> Document:
    stretches = list(_by_excerpt(document, excerpts))
    uncounted: list[tuple[int, int]] = []
    if consents is not None:
        told = [*_by_turn(document, cases, consents), *_by_case(document, excerpts, consents)]
        seen = [p for e in excerpts if is_confirmed(e) for p in _places(document, e)]
        for a, b, why, _ in told:
            stretches += [Held(c, d, why) for c, d in (without(a, b, seen) if why == UNSEEN else [(a, b)]) if why]
        uncounted = _united((a, b) for a, b, _, counts in told if not counts)
    held = tuple(_flat(stretches))
    state = _state(document, held)
    changed = replace(document, held=held, uncounted=tuple(uncounted), state=state, filed=document)
    labels = _labels(document, cases, consents or (), state)
    hidden = state in _TITLES
    if hidden or any(labels[s.label] != s.label for s in _speakers(document)):
        changed = _relabelled(changed, labels)
    if hidden:
        kept = {k: v for k, v in document.attributes.items() if k in ("minutes", "head_count", "written")}
        changed = replace(changed, title=title(document, state), place="", attributes=kept)
    elif consents is not None and document.kind == "interview":
        roles = [c for c in respondents(document, cases) if identity_of(c, consents) == "role"]
        if roles:
            who = " and ".join(role_of(cases[c]) for c in roles if c in cases)
            changed = replace(changed, title=f"Interview with {who}, {document.date:%Y-%m}", place="")
    return changed if changed != replace(document, state=state) else replace(document, state=state)


def title(document: Document, state: str) -> str:
    """Return what stands instead of a document's title: what it is, its state, its month."""
    kind = document.kind if document.kind != "document" else document.sort or "document"
    told = _TITLES[state].format(kind=kind)
    if kind[0] in "aeiou" and told.startswith(f"a {kind}"):
        told = f"an {told[2:]}"
    return f"{told}, {document.date:%Y-%m}"


def _state(document: Document, held: Sequence[Held]) -> str:
    """Return the state of the whole: ``open``, ``paraphrase``, or one of those in which the title is not shown."""
    if document.release in ("closed", "pending"):
        return document.release
    reasons = {h.reason for h in held}
    whole = bool(held) and all(_covered(t, held) for t in document.turns)
    if whole and reasons == {WITHDRAWN}:
        return "withdrawn"
    if document.consent in ("none", "informal"):
        return document.consent
    if whole and reasons & {NOT_ON_FILE, BY_QUOTE["none"], WITHDRAWN, "consent to quote was withdrawn"}:
        return "none"
    return "paraphrase" if document.consent == "paraphrase" or whole else "open"


def _covered(turn: Turn, held: Sequence[Held]) -> bool:
    at = turn.start
    for one in held:
        if one.start <= at < one.end:
            at = one.end
    return at >= turn.end


def _by_excerpt(document: Document, excerpts: Iterable[Excerpt]) -> Iterator[Held]:
    for excerpt in excerpts:
        why = BY_EXCERPT.get(excerpt.release["state"]) if excerpt.release else None
        if why:
            yield from (Held(a, b, why) for a, b in _places(document, excerpt))


def _places(document: Document, excerpt: Excerpt) -> list[tuple[int, int]]:
    """Return where an excerpt's words stand; where that cannot be told, the whole document."""
    anchor = excerpt.anchor
    if excerpt.text == document.hash and anchor.stands_in(document.text):
        return [(anchor.start, anchor.end)]
    found: list[tuple[int, int]] = []
    at = document.text.find(anchor.quote)
    while at >= 0:
        found.append((at, at + len(anchor.quote)))
        at = document.text.find(anchor.quote, at + 1)
    return found or [(0, len(document.text))]


def _by_turn(
    document: Document, cases: Mapping[str, Case], consents: Sequence[Consent]
) -> Iterator[tuple[int, int, str, bool]]:
    """Yield the turns of people with terms of their own: from where, to where, why not shown, whether counted."""
    if document.kind == "document" and document.sort != "e-mail":
        return
    told = [_terms(document, t.speaker.case, cases, consents) for t in document.turns]
    ends = [*(t.start for t in document.turns[1:]), len(document.text)]
    for n, (turn, end) in enumerate(zip(document.turns, ends, strict=True)):
        why, counts = told[n] or ("", True)
        if asks(cases, turn.speaker.case):  # a question is as what it is put between
            beside = [_next(told, cases, document, n, step) for step in (1, -1)]
            why = max((b[0] for b in beside if b), key=strictness, default="")
        yield (turn.start if n else 0), end, why, counts


def _next(
    told: Sequence[tuple[str, bool] | None], cases: Mapping[str, Case], document: Document, n: int, step: int
) -> tuple[str, bool] | None:
    n += step
    while 0 <= n < len(told) and asks(cases, document.turns[n].speaker.case):
        n += step
    return told[n] if 0 <= n < len(told) else None


def _terms(
    document: Document, case: str, cases: Mapping[str, Case], consents: Sequence[Consent]
) -> tuple[str, bool] | None:
    """Return why somebody's words in a document may not be shown (``""``: they may), and whether they count."""
    if asks(cases, case):
        return None
    mine = [c for c in consents if c.case == case]
    person = case in cases and cases[case].kind == "person"
    if not mine and not (document.kind == "interview" and person):
        return None
    one = in_force(case, document.date, mine)
    if one is None:
        if any(c.gone for c in mine):
            return WITHDRAWN, False
        return (NOT_ON_FILE, False) if document.kind == "interview" else None
    counts = one.granted("analyse") == "yes"
    if one.gone:
        return WITHDRAWN, False
    if one.took_back("quote"):
        return "consent to quote was withdrawn", counts
    unseen = UNSEEN if one.review == "before-publication" and one.quote == "verbatim" else ""
    return BY_QUOTE.get(one.quote, unseen), counts


def _by_case(
    document: Document, excerpts: Iterable[Excerpt], consents: Sequence[Consent]
) -> Iterator[tuple[int, int, str, bool]]:
    """Yield the stretches that an excerpt says are somebody's, as that person's consent has it."""
    for excerpt in excerpts:
        told = _terms(document, excerpt.case, {}, consents) if excerpt.case else None
        if told:
            yield from ((a, b, *told) for a, b in _places(document, excerpt))


def strictness(reason: str) -> int:
    """Return how strict a reason is, by its place among all; what has none is the mildest."""
    return _STRICTNESS.index(reason) if reason in _STRICTNESS else -1


def _flat(stretches: Sequence[Held]) -> Iterator[Held]:
    """Yield stretches that do not overlap, each with its strictest reason; those alike that touch are one."""
    edges = sorted({p for h in stretches for p in (h.start, h.end)})
    last: Held | None = None
    for a, b in pairwise(edges):
        over = [h.reason for h in stretches if h.start <= a and b <= h.end]
        if not over:
            continue
        why = max(over, key=strictness)
        if last and last.end == a and last.reason == why:
            last = Held(last.start, b, why)
            continue
        if last:
            yield last
        last = Held(a, b, why)
    if last:
        yield last


def is_confirmed(excerpt: Excerpt) -> bool:
    """Say whether the person let an excerpt stand when she read it over."""
    return excerpt.release is not None and (excerpt.release["state"], excerpt.release["by"]) == ("open", "participant")


def without(start: int, end: int, seen: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield what is left of a stretch when others are taken out of it."""
    at = start
    for a, b in _united(seen):
        if a < end and at < b:
            if at < a:
                yield at, a
            at = max(at, b)
    if at < end:
        yield at, end


def _united(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    whole: list[tuple[int, int]] = []
    for a, b in sorted(places):
        if whole and a <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(b, whole[-1][1])
        else:
            whole.append((a, b))
    return whole


def respondents(document: Document, cases: Mapping[str, Case]) -> list[str]:
    """Return the cases that speak in a document, but for the researcher."""
    return list(dict.fromkeys(s.case for s in document.speakers if not asks(cases, s.case)))


def _speakers(document: Document) -> list[Speaker]:
    return list(dict.fromkeys((*document.speakers, *(t.speaker for t in document.turns))))


def _labels(document: Document, cases: Mapping[str, Case], consents: Sequence[Consent], state: str) -> dict[str, str]:
    """Return what each label of a speaker is shown as: itself, a number where the document is hidden, or the role."""
    shown: dict[str, str] = {}
    for number, speaker in enumerate(_speakers(document), 1):
        identity = identity_of(speaker.case, consents)
        if not speaker.label:
            shown[speaker.label] = ""
        elif asks(cases, speaker.case):
            shown[speaker.label] = speaker.label
        elif state in _TITLES:
            shown[speaker.label] = f"speaker {number}"
        elif identity == "role" and speaker.case in cases:
            shown[speaker.label] = role_of(cases[speaker.case]).upper()
        else:
            shown[speaker.label] = speaker.label
    return shown


def _relabelled(document: Document, labels: Mapping[str, str]) -> Document:
    anew = {s: replace(s, label=labels[s.label]) for s in _speakers(document)}
    turns = tuple(replace(t, speaker=anew[t.speaker]) for t in document.turns)
    return replace(document, speakers=tuple(anew[s] for s in document.speakers), turns=turns)


def role_of(case: Case) -> str:
    """Return what a person is called by the role."""
    return case.position.replace("-", " ") or "a person"


def called(cases: Mapping[str, Case], consents: Sequence[Consent] | None) -> dict[str, Case]:
    """
    Return the cases under the names that consent allows: by the role where it is ``role``, with a number for a second.

    A note on somebody who withdrew is not kept in sight.
    """
    if consents is None:
        return dict(cases)
    taken = {c.label.casefold() for c in cases.values() if identity_of(c.id, consents) != "role"}
    shown: dict[str, Case] = {}
    for name, case in cases.items():
        if identity_of(name, consents) != "role":
            shown[name] = case
            continue
        gone = any(c.case == name and c.gone for c in consents)
        role, number = "somebody who withdrew" if gone else role_of(case), 1
        role = role[:1].upper() + role[1:]
        label = role
        while label.casefold() in taken:
            number += 1
            label = f"{role} {number}"
        taken.add(label.casefold())
        case = replace(case, label=label)
        shown[name] = replace(case, note="", figure_basis=WITHDRAWN) if gone else case
    return shown


def notices_on_terms(
    documents: Mapping[str, Document], cases: Mapping[str, Case], consents: Sequence[Consent] | None, path: str
) -> Iterator[Notice]:
    """Tell which interviews nobody's form covers, and whose words are therefore withheld and not counted."""
    if consents is None:
        return
    for document in documents.values():
        if document.kind != "interview":
            continue
        for case in respondents(document, cases):
            person = case in cases and cases[case].kind == "person"
            if person and in_force(case, document.date, consents) is None:
                what = f"no consent of {case!r} covers {document.date}: the words are withheld, the codings not counted"
                yield Notice(document.path, 2, f"{what}; write the version of the form into {path}")
