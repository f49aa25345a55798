"""
How the work was done, written from the data: coders, rounds, coverage, agreement, codebook, figures, consent,
and the formula of every number that is computed.
"""

from __future__ import annotations

import pandas as pd

from qualcode import agreement, tables
from qualcode.evidence import FORMULAS, computed, counts, formula
from qualcode.present import table
from qualcode.report.chapters import Tables
from qualcode.report.links import case_link, plain
from qualcode.study.study import Study
from qualcode.suggest import tally

PAGE = "methods"


def methods(study: Study, own: Tables, suggested: pd.DataFrame | None = None) -> str:
    """Say how the work was done, from the data alone; *suggested* is ``suggest.tally``, where it is at hand."""
    lines = ["# How the work was done", "", "Written from the data; nothing on this page is typed by hand.", ""]
    if study.coded:
        lines += ["## Coders and coverage", "", *_coders(study, own), *_agreement(study, own)]
    lines += ["## Suggestions", "", *_suggestions(tally(study) if suggested is None else suggested, own)]
    lines += ["## Codebook", "", *_codebook(study, own), "## Figures", "", *_figures(study)]
    lines += ["## Consent and release", "", *_consent(study, own)]
    lines += ["## How the numbers are computed", ""]
    lines += ["Numbers that count lead to what they count. These are computed:", ""]
    lines += [f'- <a id="formula-{name}"></a>{text}' for name, text in FORMULAS.items()]
    return "\n".join(lines) + "\n"


def _coders(study: Study, own: Tables) -> list[str]:
    every = pd.concat([tables.codings(study, coder) for coder in study.coders], ignore_index=True)
    coverage = tables.coverage(study)
    length = {name: len(document.text) for name, document in study.documents.items()}
    rows = []
    for coder in study.coders:
        made = sorted(e.made[:10] for (name, _), f in study.coded.items() if name == coder for e in f.excerpts)
        mine, read = every[every["coder"] == coder], coverage[coverage["coder"] == coder]
        whole = sum(length[d] for d in read["document"].unique())
        part = (read["end"] - read["start"]).sum() / whole if whole else float("nan")
        documents = sorted(name for who, name in study.coded if who == coder)
        rows.append(
            (
                coder,
                len(documents),
                mine["excerpt"].nunique(),
                len(mine),
                part,
                made[0] if made else "",
                made[-1] if made else "",
            )
        )
    columns = ["coder", "documents", "excerpts", "codings", "read", "from", "to"]
    files = pd.DataFrame(list(study.coded), columns=["coder", "document"])
    behind = {
        "documents": counts(files, "document", "coder"),
        "excerpts": counts(every, "excerpt", "coder"),
        "codings": counts(every, "coding", "coder"),
        "read": computed(files, "document", "coder", how="coverage"),
    }
    shown = table(pd.DataFrame(rows, columns=columns), formats={"read": "{:.0%}"}, behind=behind)
    lines = [own.table(shown, PAGE, "coders"), ""]
    if study.agreed:
        settled = tables.settled(study).assign(coder="agreed")
        told = (
            settled.groupby("by").agg(excerpts=("excerpt", "nunique"), documents=("document", "nunique")).reset_index()
        )
        behind = {"excerpts": counts(settled, "excerpt", "by"), "documents": counts(settled, "document", "by")}
        lines += ["What coders settled on, with a reason for each excerpt:", ""]
        lines += [
            own.table(
                table(told, {"by": "settled by", "excerpts": "excerpts", "documents": "documents"}, behind=behind),
                PAGE,
                "settled",
            ),
            "",
        ]
    counted = pd.DataFrame([(e.id, e.origin["how"]) for _, _, e in study.excerpts()], columns=["excerpt", "origin"])
    if len(counted):
        told = counted.groupby("origin")["excerpt"].nunique().reset_index()
        lines += ["How the excerpts that are counted in the chapters came about:", ""]
        lines += [
            own.table(
                table(
                    told,
                    {"origin": "made by", "excerpt": "excerpts"},
                    behind={"excerpt": counts(counted, "excerpt", "origin")},
                ),
                PAGE,
                "origins",
            ),
            "",
        ]
    return lines


def _agreement(study: Study, own: Tables) -> list[str]:
    coverage, turns = tables.coverage(study), tables.turns(study)
    if coverage.groupby("document")["coder"].nunique().max() < 2:
        return ["Nothing has been read by two coders; how far they would agree is not known.", ""]
    every = pd.concat([tables.codings(study, coder) for coder in study.coders], ignore_index=True)
    found = agreement.agreement(every, coverage, turns=turns, resamples=0).query("scope != 'code'")
    given = agreement.given(every, coverage, turns=turns)
    keys = [*found.loc[found["scope"] == "family", "family"], "all"]
    units = pd.concat(
        agreement.read_by_two(every, coverage, turns=turns, family=key if key != "all" else "").assign(key=key)
        for key in keys
    )
    names = {k: f.label for k, f in study.codebook.families.items()}
    whole = found["scope"] == "overall"
    found = found.assign(
        name=found["family"].map(names).where(~whole, "all codes together"), key=found["family"].where(~whole, "all")
    )
    given = pd.concat([given.assign(key=given["family"]), given.assign(key="all")], ignore_index=True)
    behind = {
        "alpha": computed(given, "given", "key", how="alpha"),
        "units": counts(units, "turn", "key"),
        "given": counts(given, "given", "key"),
    }
    columns = {"name": "family", "alpha": "alpha", "units": "turns read by two", "given": "codes given"}
    lines = ["## Agreement and rounds", "", "Over the turns that at least two coders have read:", ""]
    lines += [own.table(table(found, columns, {"alpha": "{:.2f}"}, behind), PAGE, "agreement"), ""]
    rounds = pd.DataFrame(agreement.rounds(coverage).items(), columns=["document", "round"])
    told = rounds.groupby("round")["document"].nunique().reset_index()
    by_month = {"document": counts(rounds, "document", "round")}
    lines += ["In which month the documents had been read by two:", ""]
    return [
        *lines,
        own.table(table(told, {"round": "month", "document": "documents"}, None, by_month), PAGE, "rounds"),
        "",
    ]


def _suggestions(found: pd.DataFrame, own: Tables) -> list[str]:
    """Count what programs suggested and what people made of it."""
    lines = []
    if not int(found["accepted"].sum()) and not int(found["rejected"].sum()):
        lines += ["No suggestion of a program was accepted or rejected: no coding has its origin in one.", ""]
    if len(found):
        told = (
            "Proposed are those that were decided on, and those that `qualcode suggest` lists now, ten a code at most."
        )
        behind = dict.fromkeys(("proposed", "accepted", "rejected"), formula("suggested"))
        lines += [told, "", own.table(table(found, behind=behind), PAGE, "suggestions"), ""]
    return lines


def _codebook(study: Study, own: Tables) -> list[str]:
    book = study.codebook
    codes = pd.DataFrame([(c.id, c.status) for c in book.codes.values()], columns=["code", "status"])
    told = codes.groupby("status", sort=True)["code"].nunique().reset_index()
    lines = [f"Version {book.version or '1'}.", ""]
    if len(codes):
        lines += [
            own.table(
                table(told, {"status": "status", "code": "codes"}, behind={"code": counts(codes, "code", "status")}),
                PAGE,
                "codes",
            ),
            "",
        ]
    return (
        lines
        + [f"- Version {plain(c.version)}, {c.on}: {plain(c.change)} *{plain(c.why)}*" for c in book.history]
        + [""]
    )


def _figures(study: Study) -> list[str]:
    judged = [c for c in study.cases.values() if c.figure]
    first = min((e.made[:10] for _, _, e in study.excerpts()), default="")
    late = [case_link(study, c.id, ".") for c in sorted(judged, key=lambda c: c.id) if first and c.figure_on > first]
    names = ", ".join(case_link(study, c.id, ".") for c in judged)
    lines = [f"Judged, each with a basis and a date: {names or 'nobody'}.", ""]
    return (
        [*lines, f"Judged after the first coding was made ({first}): {', '.join(late) or 'nobody'}.", ""]
        if first
        else lines
    )


def _consent(study: Study, own: Tables) -> list[str]:
    frame = tables.documents(study)
    if frame.empty:
        return ["There are no documents yet.", ""]
    told = frame.groupby(["consent", "release"])["document"].nunique().reset_index()
    columns = {"consent": "consent", "release": "release", "document": "documents"}
    behind = {"document": counts(frame, "document", ["consent", "release"])}
    return [own.table(table(told, columns, behind=behind), PAGE, "consent-and-release"), ""]
