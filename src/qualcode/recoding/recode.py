"""
The codebook changes and everything that names its codes follows, in one step that happens whole or not.

Each function plans a change and writes nothing; ``carry_out`` writes a plan. A plan names every file it
would change, and every place in running prose that names the code and stays as it is. No tag is ever
taken off an excerpt, and no code's definition leaves the book: what is given up is retired.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from qualcode.errors import UsageError, did_you_mean
from qualcode.plaintext.durable import replace_all
from qualcode.plaintext.rewrite import CodebookText
from qualcode.plural import number_of
from qualcode.recoding.plan import Plan, Recoding, coder_files
from qualcode.study.codebook import CODE, Code
from qualcode.study.study import ACTS, Study

__all__ = ["Recoding", "carriers", "carry_out", "merge", "move", "rename", "retire", "split"]


def carry_out(study: Study, plan: Recoding) -> None:
    """
    Write a plan: all of its files or none.

    Raises:
        WriteError: a file changed since the study was opened, or the disk refused.

    Example:
        >>> plan = rename(study, "governance/co-design", "governance/designed", why="Shorter.", on=date(2024, 4, 2))
        >>> carry_out(study, plan)
        >>> open_study(study.root).codebook.history[-1].change
        'governance/co-design renamed governance/designed: 1 excerpt.'
    """
    replace_all(study.root, plan.files, plan.seen)


def rename(study: Study, old: str, new: str, *, why: str, on: date, label: str = "") -> Recoding:
    """
    Give a code another id in its family, and another label where one is given.

    Raises:
        UsageError: no such code, *new* is taken or no id, or lies in another family (then ``move``).
        SourceError: a file that would change has problems.

    Example:
        >>> plan = rename(study, "governance/co-design", "governance/designed", why="Shorter.", on=date(2024, 4, 2))
        >>> print(plan)
        coding/codebook.yaml: the code, and a line in the history
        coding/coders/reader/2024-02-20-mediator.jsonl: 1 excerpt
        history: governance/co-design renamed governance/designed: 1 excerpt.
    """
    _known(study, old)
    _free(study, new)
    if old.split("/", maxsplit=1)[0] != new.split("/", maxsplit=1)[0]:
        raise UsageError(f"{new!r} is in another family than {old!r}; use `qualcode codebook move`")

    def edit(book: CodebookText) -> None:
        book.rename(old, new)
        if label:
            book.put(new, "label", label)

    return Plan(study, why, on).follow({old: new}, edit, f"{old} renamed {new}")


def move(study: Study, code: str, *, why: str, on: date, family: str = "", under: str = "") -> Recoding:
    """
    Put a code, with the codes below it, into another family, or under another parent.

    Raises:
        UsageError: unknown, an id is taken there, or it would be its own ancestor.
        SourceError: excerpts would have two codes of an exclusive family, or a stance where none is taken.

    Example:
        >>> plan = move(study, "universality/stigma", family="function", why="It is an effect.", on=date(2024, 4, 2))
        >>> plan.change
        'universality/stigma moved to the family function: 4 excerpts, 1 memo.'
    """
    moved = _known(study, code)
    if bool(family) == bool(under):
        raise UsageError("say either the family it goes to, or the code it goes under")
    if under:
        _known(study, under)
        family = under.split("/", maxsplit=1)[0]
    if family not in study.codebook.families:
        raise UsageError(f"unknown family {family!r}{did_you_mean(family, study.codebook.families)}")
    subtree = _subtree(study, code)
    if under in subtree:
        raise UsageError(f"{under!r} lies below {code!r}; a code cannot be its own ancestor")
    ids = {c: f"{family}/{c.split('/')[1]}" for c in subtree} if family != moved.family else {}
    for new in ids.values():
        _free(study, new)

    def edit(book: CodebookText) -> None:
        for old, new in ids.items():
            book.rename(old, new)
        book.put(ids.get(code, code), "parent", under)

    where = f"under {under}" if under else f"to the family {family}"
    with_it = f" with the {len(subtree) - 1} below it" if len(subtree) > 1 else ""
    return Plan(study, why, on).follow(ids, edit, f"{code} moved {where}{with_it}")


def merge(study: Study, codes: Sequence[str], into: str, *, why: str, on: date, stances: str | None = None) -> Recoding:
    """
    Make several codes one: their excerpts, acts and memos get the code *into*; the codes are retired.

    Args:
        stances: ``keep`` where the propositions say the same, ``reverse`` where being for one is being
            against the other; needed where excerpts carry stances on the codes given up.

    Raises:
        UsageError: unknown codes, or stances that nobody said what to do with.
        SourceError: an excerpt has both codes with different stances; all are listed.

    Example:
        >>> codes = ["universality/stigma"]
        >>> plan = merge(study, codes, "universality/wide-use", stances="keep", why="One view.", on=date(2024, 4, 2))
        >>> plan.change, plan.done["coding/coders/second/2024-02-12-desk-officer.jsonl"]
        ('universality/stigma merged into universality/wide-use: 4 excerpts, 1 memo.', '1 excerpt')
    """
    for code in (*codes, into):
        _known(study, code)
    if into in codes:
        raise UsageError(f"{into!r} cannot be merged into itself")
    ids = dict.fromkeys(codes, into)

    def edit(book: CodebookText) -> None:
        for code in codes:
            book.put(code, "status", "retired")
            book.put(code, "note", f"Merged into {into} on {on}.")
            for child in study.codebook.codes.values():
                if child.parent == code and child.family == into.split("/", maxsplit=1)[0] and child.id != into:
                    book.put(child.id, "parent", into)

    plan = Plan(study, why, on, stances=stances)
    return plan.follow(ids, edit, f"{', '.join(codes)} merged into {into}", retired=True)


def split(study: Study, code: str, decisions: Mapping[str, Sequence[str]], *, why: str, on: date) -> Recoding:
    """
    Part a code: every excerpt and act that carries it gets the codes decided for it.

    The code is retired, unless some keep it: then a part is taken out of it, and its definition wants another look.

    Args:
        decisions: excerpt or act id to one or more codes, *code* itself among them where it stays; those not in the
            book yet are added to it, provisional, with the definition and proposition of *code* to be rewritten.

    Raises:
        UsageError: no such code, or an excerpt or act without a decision; all are listed.
        SourceError: a stance where none is taken, or two codes of an exclusive family.

    Example:
        >>> decisions = {row["what"]: ["function/library"] for row in carriers(study, "function/access")}
        >>> decisions["e376c19c51d"] = ["function/sorting"]
        >>> plan = split(study, "function/access", decisions, why="Two meanings.", on=date(2024, 4, 2))
        >>> plan.change
        'function/access split into function/library, function/sorting: 3 excerpts.'
    """
    parted = _known(study, code)
    carried = {e.id for f in coder_files(study) for e in f.excerpts if code in e.codes}
    carried |= {a.id for a in study.acts if a.theme == code}
    open_ = sorted(carried - set(decisions))
    if open_:
        raise UsageError(f"{len(open_)} of {len(carried)} undecided: {', '.join(open_)}")
    new = sorted({c for what in carried for c in decisions[what]})
    if not set(new) - {code}:
        raise UsageError(f"say into which other codes {code!r} is split")
    added = [c for c in new if c not in study.codebook.codes]
    for name in added:
        _free(study, name)
        if name.split("/")[0] not in study.codebook.families:
            raise UsageError(f"unknown family of {name!r}{did_you_mean(name.split('/')[0], study.codebook.families)}")

    def edit(book: CodebookText) -> None:
        behind = code
        for name in added:
            about = {"label": name.split("/")[1].replace("-", " ").capitalize(), "definition": parted.definition}
            about |= {"stance": parted.proposition, "status": "provisional"}
            if name.split("/")[0] == parted.family:
                about |= {"parent": parted.parent}
            book.add(name, {k: v for k, v in about.items() if v}, behind)
            behind = name
        if code not in new:
            book.put(code, "status", "retired")
        others = ", ".join(c for c in new if c != code)
        book.put(code, "note", f"{'A part taken out as' if code in new else 'Split into'} {others} on {on}.")

    plan = Plan(study, why, on, added=dict.fromkeys(added, bool(parted.proposition)))
    return plan.decide(code, decisions, edit, f"{code} split into {', '.join(new)}")


def carriers(study: Study, code: str) -> list[dict[str, str]]:
    """
    Return what carries a code, for a split to be decided: what, file, line, document, coder.

    Example:
        >>> [(row["what"], row["document"], row["line"]) for row in carriers(study, "governance/co-design")]
        [('e9aa4d72059', '2024-02-20-mediator', '1')]
    """
    _known(study, code)
    rows = [
        {"what": e.id, "into": "", "file": f.path, "line": str(e.line), "document": f.document, "coder": f.coder}
        | {"start": str(e.anchor.start), "end": str(e.anchor.end)}
        for f in coder_files(study)
        for e in f.excerpts
        if code in e.codes
    ]
    rows += [
        {"what": a.id, "into": "", "file": ACTS, "line": str(a.line), "document": a.document, "coder": ""}
        | {"start": "", "end": ""}
        for a in study.acts
        if a.theme == code
    ]
    return rows


def retire(study: Study, code: str, *, why: str, on: date) -> Recoding:
    """
    Take a code out of use; it stays in the book with its definition.

    Raises:
        UsageError: excerpts or acts carry it (merge or split it), or it is retired already.

    Example:
        >>> from qualcode.coding.amend import add_code
        >>> code = add_code(study, "Who pays", "governance", why="Nobody asked so far.")
        >>> plan = retire(open_study(study.root), code.id, why="Nobody spoke of it.", on=date(2024, 4, 2))
        >>> plan.change
        'governance/who-pays retired.'
    """
    if _known(study, code).status == "retired":
        raise UsageError(f"{code!r} is retired already")
    carried = carriers(study, code)
    if carried:
        files = sorted({r["file"] for r in carried})
        raise UsageError(
            f"{number_of(len(carried), 'excerpt or act carries', 'excerpts or acts carry')} {code!r} "
            f"({', '.join(files)}); "
            "merge it into another code, or split it: no tag is taken off"
        )
    return Plan(study, why, on).follow({}, lambda book: book.put(code, "status", "retired"), f"{code} retired")


def _known(study: Study, code: str) -> Code:
    if code not in study.codebook.codes:
        hint = did_you_mean(code, study.codebook.codes) or "; codes are written family/code"
        raise UsageError(f"unknown code {code!r}{hint}")
    return study.codebook.codes[code]


def _free(study: Study, code: str) -> None:
    if not CODE.fullmatch(code):
        raise UsageError(f"code {code!r} is not written family/code in a-z, 0-9 and hyphens")
    if code in study.codebook.codes:
        raise UsageError(f"code {code!r} is there already; to make two codes one, use `qualcode codebook merge`")


def _subtree(study: Study, code: str) -> list[str]:
    found = [code]
    for one in found:
        found += [c.id for c in study.codebook.codes.values() if c.parent == one and c.id not in found]
    return found
