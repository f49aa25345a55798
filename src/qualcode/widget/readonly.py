"""
Codings to look at: one document with its tags marked, as HTML without a script, for the report and for print.

The words go through ``release``: where a document may not be quoted, the places and names of its tags are
listed, and why the words are not there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from qualcode.plural import number_of
from qualcode.study import release
from qualcode.study.coderfile import Excerpt
from qualcode.study.document import Document
from qualcode.study.study import Study
from qualcode.widget import view

_STYLE = """<style>
.qc-read{max-width:60em;line-height:1.6}.qc-read .qc-row{display:grid;grid-template-columns:8em 1fr 14em;gap:1em;
margin:.5em 0}.qc-read .qc-said{white-space:pre-wrap}.qc-read mark{color:inherit;background:#0072b22e;
border-bottom:2px solid #0072b2}.qc-read mark[data-number]::after{content:attr(data-number);font-size:.7em;
vertical-align:super;font-weight:600;padding-left:.15em}.qc-read .qc-side div{padding-left:1.3em;text-indent:-1.3em}
.qc-read mark mark{background:#d55e0030;border-bottom:4px double #d55e00}
.qc-read .qc-side{font-size:.85em}.qc-read b{font-weight:600}@media(max-width:50em){.qc-read .qc-row{display:block}}
</style>"""


@dataclass(frozen=True)
class ReadOnly:
    """A document with a coder's tags; a notebook shows it, the report keeps it."""

    study: Study
    document: Document
    coder: str
    excerpts: tuple[Excerpt, ...]

    def __repr__(self) -> str:
        """Name the document, and how many excerpts there are."""
        return f"<{self.document.id}, {number_of(len(self.excerpts), 'excerpt')} of {self.coder}>"

    def _repr_html_(self) -> str:
        return self.to_html()

    def to_html(self) -> str:
        """Return one self-contained piece of HTML; the same from run to run."""
        judged = release.verdict(self.document)
        some = any(free for _, _, free in release.parts(self.document))
        numbers = {e.id: n for n, e in enumerate(self.excerpts, 1)}
        rows = []
        for part in view.parts(self.study, self.document):
            here = [e for e in self.excerpts if e.anchor.start < part["end"] and part["words"] < e.anchor.end]
            if some:
                words = self._marked(part["words"], part["end"], here, numbers)
            elif here:
                words = escape(str(judged))
            else:
                continue
            side = "".join(f"<div>{numbers[e.id]} {escape(self._named(e))}</div>" for e in here)
            label = escape(f"{part['label']} {part['time']}".strip())
            rows.append(
                f'<div class="qc-row"><b>{label}</b><div class="qc-said">{words}</div>'
                f'<div class="qc-side">{side}</div></div>'
            )
        head = f"<p><b>{escape(self.document.title)}</b>, coded by {escape(self.coder)}"
        why = "" if judged.quotable else f"; its words are not shown: {escape(judged.reason)}"
        return f'{_STYLE}<div class="qc-read">{head}{why}</p>{"".join(rows)}</div>'

    def _marked(self, start: int, end: int, here: Sequence[Excerpt], numbers: Mapping[str, int]) -> str:
        """Return the words with each excerpt marked; where it ends stands the number it has beside them."""
        own = [p for e in here for p in (e.anchor.start, e.anchor.end)]
        own += [p for a, b, _ in release.parts(self.document) for p in (a, b)]
        cuts = sorted({start, end, *(p for p in own if start < p < end)})
        out = []
        for a, b in pairwise(cuts):
            over = [e for e in here if e.anchor.start <= a and b <= e.anchor.end]
            words = escape(release.show(self.document, a, b))
            for one in reversed(over):
                number = f' data-number="{numbers[one.id]}"' if min(one.anchor.end, end) == b else ""
                words = f'<mark title="{escape(self._named(one))}"{number}>{words}</mark>'
            out.append(words)
        return "".join(out)

    def _named(self, one: Excerpt) -> str:
        book = self.study.codebook
        said = []
        for code, stance in sorted(one.codes.items()):
            label = view.names(self.study, [code])
            said.append(label if stance is None else f"{label} ({book.stance_label(stance)})")
        holder = self.study.cases.get(one.holder or "")
        held = f", view of {holder.label if holder else one.holder}" if one.holder else ""
        return f"{'; '.join(said)}{held}"


def read_only(study: Study, document: str, *, coder: str | None = None) -> ReadOnly:
    """
    Return a document with its tags to look at: *coder*'s; left out, the agreed or the only ones.

    Raises:
        UsageError: an unknown document or coder, or several coders and nothing agreed.

    Example:
        >>> read_only(study, "2024-02-20-mediator")
        <2024-02-20-mediator, 3 excerpts of reader>
    """
    source = study.document(document)
    file = study.settled_on(document, coder)
    placed = tuple(e for e in file.excerpts if e.text == source.hash) if file else ()
    return ReadOnly(study, source, file.coder if file else coder or "nobody", placed)
