"""
How the work was done, written from the data: coders, rounds, coverage, agreement, codebook, figures, consent,
and the formula of every number that is computed.
"""

from __future__ import annotations

import pandas as pd

from qualcode import agreement, tables
from qualcode.evidence import FORMULAS, computed, counts, formula
from qualcode.present import table
from qualcode.report.bibliography import Bibliography, Citation, read_bibliography
from qualcode.report.parts import Cited, Heading, Named, Numbers, Part, Points, Stressed, Words, listed, said
from qualcode.report.settled import Settled, settled
from qualcode.study.study import Study
from qualcode.suggest import tally

PAGE = "methods"


TITLE = "How the work was done"


def methods(
    study: Study,
    suggested: pd.DataFrame | None = None,
    counted: Settled | None = None,
    works: Bibliography | None = None,
) -> list[Part]:
    """
    Say how the work was done, from the data alone.

    Args:
        suggested: ``suggest.tally``, where it is at hand.
        counted: the excerpts to count, where they have been looked up.
        works: what the formulas cite; left out, the works that come with the package.
    """
    counted = counted or settled(study)
    parts: list[Part] = [said("Written from the data; nothing on this page is typed by hand.")]
    if study.coded:
        parts += [Heading("Coders and coverage"), *_coders(study, counted), *_agreement(study)]
    parts += [Heading("Suggestions"), *_suggestions(tally(study) if suggested is None else suggested)]
    parts += [Heading("Codebook"), *_codebook(study), Heading("Figures"), *_figures(study, counted)]
    parts += [Heading("Consent and release"), *_consent(study), Heading("How the numbers are computed")]
    parts += [said("Numbers that count lead to what they count. These are computed:")]
    works = works or read_bibliography(study.root)
    return [*parts, Points(tuple((f"formula-{name}", _cited(text, works)) for name, text in FORMULAS.items()))]


def _cited(text: str, works: Bibliography) -> Words:
    """Return a formula's words with its citations."""
    found: list[Citation] = []

    def sign(cited: Citation) -> str:
        found.append(cited)
        return f"\0{len(found) - 1}\0"

    parts = works.replaced(text, sign, PAGE, TITLE).split("\0")
    return tuple(Cited(found[int(part)]) if n % 2 else part for n, part in enumerate(parts) if part)


def _coders(study: Study, counted: Settled) -> list[Part]:
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
    parts: list[Part] = [Numbers(shown, "coders")]
    if study.agreed:
        agreed = tables.settled(study).assign(coder="agreed")
        both = agreed.groupby("by").agg(excerpts=("excerpt", "nunique"), documents=("document", "nunique"))
        behind = {"excerpts": counts(agreed, "excerpt", "by"), "documents": counts(agreed, "document", "by")}
        headings = {"by": "settled by", "excerpts": "excerpts", "documents": "documents"}
        parts += [said("What coders settled on, with a reason for each excerpt:")]
        parts += [Numbers(table(both.reset_index(), headings, behind=behind), "settled")]
    origins = pd.DataFrame([(e.id, e.origin["how"]) for _, _, e in counted.coded], columns=["excerpt", "origin"])
    if len(origins):
        told = origins.groupby("origin")["excerpt"].nunique().reset_index()
        headings = {"origin": "made by", "excerpt": "excerpts"}
        parts += [said("How the excerpts that are counted in the chapters came about:")]
        parts += [Numbers(table(told, headings, behind={"excerpt": counts(origins, "excerpt", "origin")}), "origins")]
    return parts


def _agreement(study: Study) -> list[Part]:
    coverage, turns = tables.coverage(study), tables.turns(study)
    if coverage.groupby("document")["coder"].nunique().max() < 2:
        return [said("Nothing has been read by two coders; how far they would agree is not known.")]
    every = pd.concat([tables.codings(study, coder) for coder in study.coders], ignore_index=True)
    found = agreement.readable(agreement.agreement(every, coverage, turns=turns, resamples=0)).query("scope != 'code'")
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
    columns |= {"reason": "why there is no alpha"} if found["reason"].any() else {}
    rounds = pd.DataFrame(agreement.rounds(coverage).items(), columns=["document", "round"])
    told = rounds.groupby("round")["document"].nunique().reset_index()
    by_month = {"document": counts(rounds, "document", "round")}
    return [
        Heading("Agreement and rounds"),
        said("Over the turns that at least two coders have read:"),
        Numbers(table(found, columns, {"alpha": "{:.2f}"}, behind), "agreement"),
        said("In which month the documents had been read by two:"),
        Numbers(table(told, {"round": "month", "document": "documents"}, None, by_month), "rounds"),
    ]


def _suggestions(found: pd.DataFrame) -> list[Part]:
    """Count what programs suggested and what people made of it."""
    parts: list[Part] = []
    if not int(found["accepted"].sum()) and not int(found["rejected"].sum()):
        parts += [said("No suggestion of a program was accepted or rejected: no coding has its origin in one.")]
    if len(found):
        told = "Proposed are those that were decided on, and those that qualcode suggest lists now, ten a code at most."
        behind = dict.fromkeys(("proposed", "accepted", "rejected"), formula("suggested"))
        parts += [said(told), Numbers(table(found, behind=behind), "suggestions")]
    return parts


def _codebook(study: Study) -> list[Part]:
    book = study.codebook
    codes = pd.DataFrame([(c.id, c.status) for c in book.codes.values()], columns=["code", "status"])
    told = codes.groupby("status", sort=True)["code"].nunique().reset_index()
    parts: list[Part] = [said(f"Version {book.version or '1'}.")]
    if len(codes):
        behind = {"code": counts(codes, "code", "status")}
        parts += [Numbers(table(told, {"status": "status", "code": "codes"}, behind=behind), "codes")]
    return [*parts, *history(study)]


def history(study: Study) -> list[Part]:
    """List how the codebook grew; nothing where nothing is noted."""
    grown = study.codebook.history
    points = tuple(("", (f"Version {c.version}, {c.on}: {c.change} ", Stressed(c.why))) for c in grown)
    return [Points(points)] if points else []


def _figures(study: Study, counted: Settled) -> list[Part]:
    judged = [c for c in study.cases.values() if c.figure]
    first = min((e.made[:10] for _, _, e in counted.coded), default="")
    late = [Named("case", c.id, c.label) for c in sorted(judged, key=lambda c: c.id) if first and c.figure_on > first]
    names = listed((Named("case", c.id, c.label) for c in judged), "nobody")
    parts: list[Part] = [said("Judged, each with a basis and a date: ", *names, ".")]
    if first:
        parts += [said(f"Judged after the first coding was made ({first}): ", *listed(late, "nobody"), ".")]
    return parts


def _consent(study: Study) -> list[Part]:
    frame = tables.documents(study)
    if frame.empty:
        return [said("There are no documents yet.")]
    told = frame.groupby(["consent", "release"])["document"].nunique().reset_index()
    columns = {"consent": "consent", "release": "release", "document": "documents"}
    behind = {"document": counts(frame, "document", ["consent", "release"])}
    return [Numbers(table(told, columns, behind=behind), "consent-and-release")]
