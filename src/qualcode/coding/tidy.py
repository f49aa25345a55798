"""
Excerpts of one coder that say the same twice are made one: the same code, speaker and holder at one place.

United are excerpts that overlap and do not contradict each other. The code stays on one excerpt with the union of
their places and goes from the others; one that has no code left goes, and its memo to the one that stays. Opposed
stances are left for a person, and so is an excerpt that a memo speaks about.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from qualcode.errors import SourceError, UsageError
from qualcode.plaintext.anchor import Anchor
from qualcode.plaintext.durable import replace_all
from qualcode.study.coderfile import CoderFile, Excerpt, excerpt_id, now, read_coder_file
from qualcode.study.study import Study

Group = tuple[Excerpt, ...]


@dataclass(frozen=True)
class Tidied:
    """A file as it would be, and in words what was united in it and what was not."""

    before: CoderFile
    after: CoderFile
    united: tuple[str, ...]
    left: tuple[str, ...]


def redundant(excerpts: Collection[Excerpt], codes: Collection[str] | None = None) -> list[tuple[str, Group]]:
    """Return code and excerpts wherever one coder's excerpts say one of *codes* twice, by place, then code."""
    found: list[tuple[str, list[Excerpt]]] = []
    last: dict[tuple[str, str, str | None, str | None], tuple[int, int]] = {}
    meant = excerpts if codes is None else [e for e in excerpts if not e.codes.keys().isdisjoint(codes)]
    for excerpt in sorted(meant, key=lambda e: e.place):
        for code in sorted(excerpt.codes):
            if codes is not None and code not in codes:
                continue
            key = (code, excerpt.text, excerpt.case, excerpt.holder)
            at, end = last.get(key, (-1, 0))
            if at < 0 or excerpt.anchor.start >= end:
                last[key] = len(found), excerpt.anchor.end
                found.append((code, [excerpt]))
            else:
                found[at][1].append(excerpt)
                last[key] = at, max(end, excerpt.anchor.end)
    return [(code, tuple(group)) for code, group in found if len(group) > 1]


def tidied(
    file: CoderFile,
    *,
    keep: Collection[str] = (),
    only: Callable[[str, Group], bool] | None = None,
    codes: Collection[str] | None = None,
    anew: bool = True,
) -> Tidied:
    """
    Unite what a file says twice.

    Args:
        keep: ids of excerpts that may not go, since something else names them.
        only: which codes and groups of excerpts are united; left out, all.
        codes: which codes are looked at; left out, all.
        anew: whether a new excerpt may be made where each of them carries other codes too.
    """
    after, united, left = file, list[str](), list[str]()
    done: set[tuple[str, ...]] = set()
    while True:
        groups = [(c, g) for c, g in redundant(after.excerpts, codes) if only is None or only(c, g)]
        todo = [(c, g) for c, g in groups if (c, *(e.id for e in g)) not in done]
        if not todo:
            return Tidied(file, after, tuple(united), tuple(left))
        code, group = todo[0]
        done.add((code, *(e.id for e in group)))
        named = " and ".join(e.id for e in group)
        why = _why_not(code, group, keep) or ("" if anew or _fit(group) else "each carries other codes too")
        if why:
            left.append(f"{file.path}:{group[-1].line}: {code} on {named}: {why}; left as it is")
            continue
        one, others = _united(after, code, group)
        for excerpt in others:
            after = after.with_excerpt(excerpt) if excerpt.codes else after.without(excerpt.id)
        after = after.with_excerpt(one)
        place = f"{one.anchor.start}-{one.anchor.end}"
        united.append(f"{file.path}:{group[-1].line}: {code} on {named}: one excerpt, {one.id}, {place}")


def tidy(study: Study, *, write: bool = False) -> tuple[Tidied, ...]:
    """
    Unite what coders' files, and what was agreed, say twice; nothing is written unless *write* is true.

    Returns:
        What was or would be united and what was left, one for every file that says something twice.

    Raises:
        StudyError: the study has problems.
        WriteError: a file changed since the study was opened, or the disk refused.
    """
    study.require_sound()
    about = {r.id for m in study.memos.values() for r in (*m.about, *m.cites, *m.supersedes) if r.kind == "excerpt"}
    files = (*study.coded.values(), *study.agreed.values())
    found = [t for t in (tidied(f, keep=about) for f in files) if t.united or t.left]
    if write:
        changed = [t for t in found if t.united]
        wrong = [p for t in changed for p in read_coder_file(study.root / t.before.path, t.before.path, "")[1]]
        if wrong:
            raise SourceError(wrong)
        new = {t.before.path: t.after.to_text().encode("utf-8") for t in changed}
        replace_all(study.root, new, {t.before.path: t.before.version for t in changed})
    return tuple(found)


def standing_already(file: CoderFile, new: Excerpt) -> Excerpt | None:
    """Return the excerpt of a coder's file that says all that *new* says."""
    for e in file.excerpts:
        same = (e.anchor.start, e.anchor.end) == (new.anchor.start, new.anchor.end) and _meet(e, new)
        says = all(code in e.codes and e.codes[code] == stance for code, stance in new.codes.items())
        if same and says and new.memo in (None, e.memo):
            return e
    return None


def refuse_twice(file: CoderFile, new: Excerpt, was: Excerpt | None = None) -> None:
    """
    Refuse what would tag words with a code that they carry already, of the same speaker and holder.

    Args:
        new: the excerpt that would be written.
        was: what it was before; what stood there twice already may stay so.

    Raises:
        UsageError: the coder tagged some of the words with one of the codes; the message names the excerpt.
    """
    for e in file.excerpts:
        for code in sorted(set(e.codes) & set(new.codes)):
            if e.id != new.id and _meet(e, new) and not (was is not None and code in was.codes and _meet(e, was)):
                where = f"{e.anchor.start}-{e.anchor.end} (excerpt {e.id})"
                raise UsageError(
                    f"{file.path}: {code!r} stands on {where} already, and one statement would stand there twice; "
                    "move that excerpt's boundaries, change its stance, or choose another code"
                )


def _meet(one: Excerpt, other: Excerpt) -> bool:
    """Say whether two excerpts of one text overlap, with the same speaker and holder."""
    whose = (one.text, one.case, one.holder) == (other.text, other.case, other.holder)
    return whose and one.anchor.start < other.anchor.end and other.anchor.start < one.anchor.end


def _why_not(code: str, group: Group, keep: Collection[str]) -> str:
    stances = {e.codes[code] for e in group} - {None}
    if len(stances) > 1:
        return "their stances differ"
    settled = {repr(e.settled) for e in group if e.settled}
    if len(settled) > 1:
        return "they were settled apart, for different reasons"
    alone = [e.id for e in group if e.id in keep and len(e.codes) == 1]
    if len(alone) > 1 or (alone and len({e.id for e in group if e.id in keep}) > 1):
        return "memos speak about more than one of them"
    return ""


def _united(file: CoderFile, code: str, group: Group) -> tuple[Excerpt, list[Excerpt]]:
    """Return the excerpt that has the code now, and the others as they are without it."""
    place = _whole(group)
    stance = next((e.codes[code] for e in group if e.codes[code] is not None), None)
    fit = _fit(group)
    if fit:
        same = (fit[0].anchor.start, fit[0].anchor.end) == (place.start, place.end)
        one = replace(fit[0], anchor=fit[0].anchor if same else place, codes={**fit[0].codes, code: stance})
    else:
        made = now()
        taken = {e.id for e in file.excerpts}
        name = excerpt_id(file.coder, file.document, place, made, taken)
        one = replace(group[0], id=name, anchor=place, codes={code: stance}, memo=None, made=made)
    others = [replace(e, codes={c: s for c, s in e.codes.items() if c != code}) for e in group if e.id != one.id]
    memos = [m for m in dict.fromkeys([one.memo, *(e.memo for e in others if not e.codes)]) if m]
    return replace(one, memo="\n\n".join(memos) or None), others


def _fit(group: Group) -> list[Excerpt]:
    """Return the excerpts that can have the code alone: those of the whole place, else those with no other code."""
    place = _whole(group)
    whole = [e for e in group if (e.anchor.start, e.anchor.end) == (place.start, place.end)]
    return sorted(whole, key=lambda e: (-len(e.codes), e.made, e.id)) + [e for e in group if len(e.codes) == 1]


def _whole(group: Group) -> Anchor:
    place = group[0].anchor
    for excerpt in group[1:]:
        place = _joined(place, excerpt.anchor)
    return place


def _joined(one: Anchor, other: Anchor) -> Anchor:
    """Return the union of two places that overlap; *one* begins first, or where the other does."""
    if other.end <= one.end:
        return one
    before = other.before if other.start == one.start and len(other.before) > len(one.before) else one.before
    return Anchor(one.start, other.end, one.quote + other.quote[one.end - other.start :], before, other.after)
