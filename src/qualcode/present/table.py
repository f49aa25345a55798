"""
Tables as a reader sees them: named columns, plain formats, nothing where nothing is; passages in context.

The same table gives the same bytes, its words are escaped, and no row or word is cut. A number may carry the
ids of what it counts or was computed from (``behind``), for whoever renders the table to lead there.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from itertools import zip_longest
from math import isnan
from typing import Any

import pandas as pd

from qualcode import evidence as _behind
from qualcode.columns import require
from qualcode.errors import NotYetError, UsageError, did_you_mean
from qualcode.evidence import Behind, Lead, computed, counts, formula, leads_to
from qualcode.kept import keep
from qualcode.left_out import sentence
from qualcode.plaintext.spreadsheet import cell, quoting
from qualcode.study import release
from qualcode.study.attribution import OBSERVED, SAID, attributed
from qualcode.study.document import Document, Turn
from qualcode.study.reads import answered
from qualcode.study.study import Study

__all__ = ["Table", "computed", "counted", "counts", "excerpts", "formula", "in_context", "leads_to", "need"]
__all__ += ["side_by_side", "table"]


@dataclass(frozen=True)
class Table:
    """
    A table ready to be read: headings, rows of words, which columns hold numbers, and where those lead.

    ``note``: what the numbers leave out, by reason; it stands below the table.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    leads: Mapping[tuple[int, int], Lead] = field(default_factory=dict)
    note: str = ""

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        made = {"csv": lambda: self.to_csv().encode("utf-8")}
        keep(made | {"data.json": lambda: _behind.as_json(self.leads)} if self.leads else made)
        shown = {"text/html": self.to_html(), "text/plain": self.to_text()}
        return shown | {_behind.MIME: _behind.to_json(self.leads)} if self.leads else shown

    def to_csv(self) -> str:
        """Write the table as CSV, as it is read."""
        out = io.StringIO()
        rows = [[*map(cell, row)] for row in (self.headings, *self.rows)]
        csv.writer(out, lineterminator="\n", quoting=quoting(c for row in rows for c in row)).writerows(rows)
        return out.getvalue()

    def to_html(self) -> str:
        """Write the table as HTML without any style of its own."""
        sides = ["number" if n else "words" for n in self.numeric]
        head = "".join(
            f'<th scope="col" class="{s}">{escape(h)}</th>' for h, s in zip(self.headings, sides, strict=True)
        )
        body = "".join(
            "<tr>" + "".join(f'<td class="{s}">{escape(c)}</td>' for c, s in zip(row, sides, strict=True)) + "</tr>\n"
            for row in self.rows
        )
        below = f'\n<p class="left-out">{escape(self.note)}</p>' if self.note else ""
        return f'<table class="qualcode">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>{below}'

    def to_text(self) -> str:
        """Write the table as plain text, one line a row."""
        lines = [" | ".join(row) for row in (self.headings, *self.rows)]
        return "\n".join([*lines, self.note] if self.note else lines)


def table(
    frame: pd.DataFrame,
    columns: Mapping[str, str] | None = None,
    formats: Mapping[str, str] | None = None,
    behind: Mapping[str, Behind | Sequence[Behind]] | None = None,
) -> Table:
    """
    Make a table for reading.

    Args:
        frame: its index is not shown; reset it first if it should be.
        columns: which columns, in which order, under which heading; left out: all, as they are.
        formats: column to format, such as ``{:.0%}``; others are shown as they are, dates as YYYY-MM-DD.
        behind: column to what its numbers count or were computed from (``counts``, ``computed``, ``formula``);
            of several, the first that has rows for a row of the table.
            The columns by which rows are found must be in *frame*, shown or not. A column ``quote`` beside
            a column ``excerpt`` leads to the excerpts by itself.

    What *frame* says that it leaves out (``attrs["left_out"]``) stands below the table.

    Raises:
        UsageError: a column is not there, or a number counts something else than what lies behind it.

    Example:
        >>> shown = table(codings.head(2), {"case": "Who", "code": "Code", "stance": "Stance"}, {"stance": "{:+.1f}"})
        >>> shown.headings
        ('Who', 'Code', 'Stance')
        >>> shown.rows
        (('city', 'universality/wide-use', '+1.0'), ('city', 'function/identification', '+1.0'))
    """
    wanted = columns or {str(c): str(c) for c in frame.columns}
    missing = [c for c in (*wanted, *(behind or {})) if c not in frame.columns]
    if missing:
        raise UsageError(f"no column {missing[0]!r}; there are {', '.join(map(str, frame.columns))}")
    formats = formats or {}
    shown = [[_word(v, formats.get(c)) for v in frame[c].tolist()] for c in wanted]
    numeric = tuple(pd.api.types.is_numeric_dtype(frame[c]) and frame[c].dtype != bool for c in wanted)
    rows = tuple(zip(*shown, strict=True)) if shown else ()
    return Table(tuple(wanted.values()), rows, numeric, _leads(frame, list(wanted), behind or {}), sentence(frame))


def _leads(
    frame: pd.DataFrame, wanted: Sequence[str], behind: Mapping[str, Behind | Sequence[Behind]]
) -> dict[tuple[int, int], Lead]:
    records: list[dict[str, Any]] = [dict(zip(frame.columns, r, strict=True)) for r in frame.itertuples(index=False)]
    if "quote" in wanted and "excerpt" in frame.columns:
        behind = {"quote": leads_to(frame, "excerpt", "excerpt"), **behind}
    found: dict[tuple[int, int], Lead] = {}
    for column, name in enumerate(wanted):
        told = behind.get(name, ())
        choice = [told] if isinstance(told, Behind) else list(told)
        for row, record in enumerate(records if choice else ()):
            chosen = next((b for b in choice if b.knows(record)), choice[-1])
            lead = chosen.lead(record, record[name], f"column {name!r}")
            if lead and (lead.ids or lead.how):
                found[row, column] = lead
    return dict(sorted(found.items()))


def need(frame: pd.DataFrame, what: str) -> None:
    """
    Go on only if there are rows.

    Raises:
        NotYetError: there are none; *what* names them in the plural.

    Example:
        >>> need(statements, "statements")
        >>> need(statements.head(0), "statements")
        Traceback (most recent call last):
            ...
        qualcode.errors.NotYetError: there are no statements in this study yet
    """
    if frame.empty:
        raise NotYetError(f"there are no {what} in this study yet")


def counted(
    numbers: Mapping[str, object], what: str, number: str = "number", behind: Mapping[str, Behind] | None = None
) -> Table:
    """
    Make a table of two columns from names and numbers.

    Args:
        behind: name to what its number counts or was computed from.

    Raises:
        UsageError: a number counts something else than what lies behind it.

    Example:
        >>> behind = counts(documents, "document")
        >>> shown = counted({"documents": len(documents)}, "what", behind={"documents": behind})
        >>> shown.headings, shown.rows, shown.leads[0, 1].ids[:2]
        (('what', 'number'), (('documents', '5'),), ('2024-01-30-leaflet', '2024-02-12-desk-officer'))
    """
    made = table(pd.DataFrame({what: list(numbers), number: list(numbers.values())}))
    leads = {
        (row, 1): (behind or {})[name].lead({}, value, f"{name!r}")
        for row, (name, value) in enumerate(numbers.items())
        if name in (behind or {})
    }
    return replace(made, leads={cell: lead for cell, lead in leads.items() if lead and (lead.ids or lead.how)})


def side_by_side(chosen: pd.DataFrame, figures: Sequence[str], *, figure: str = "actor_figure") -> Table:
    """
    Set excerpts of two figures side by side, the first of one beside the first of the other.

    Args:
        chosen: one row an excerpt, in the order wanted: the column *figure*, ``quote`` (as released), ``who``
            (beneath the words) and ``why`` (why it was chosen).
        figures: the two, left and right.

    Words that nobody said, which a column ``how`` calls observed, stand without quotation marks.

    Raises:
        UsageError: a column is missing, or an excerpt is of neither figure.

    Example:
        >>> officer = {"actor_figure": "issuer", "quote": "You are somebody", "who": "Officer", "why": "it names"}
        >>> holder = {"actor_figure": "holder", "quote": "My name on something", "who": "Holder", "why": "so does this"}
        >>> side_by_side(pd.DataFrame([officer, holder]), ["issuer", "holder"]).rows[0][0]
        '“You are somebody” — Officer. Chosen: it names.'
    """
    require(chosen, [figure, "quote", "who", "why"], "chosen excerpts")
    strange = sorted(set(map(str, chosen[figure])) - set(figures))
    if strange:
        raise UsageError(f"{strange[0]!r} is none of the two figures: {', '.join(figures)}")
    columns: list[list[str]] = []
    leads: dict[tuple[int, int], Lead] = {}
    for name in figures:
        rows = chosen[chosen[figure] == name]
        how = rows["how"] if "how" in rows else [SAID] * len(rows)
        words = [
            q if h == OBSERVED or q.startswith("[withheld") else f"“{q}”"
            for q, h in zip(rows["quote"].map(_one_line), how, strict=True)
        ]
        if "excerpt" in rows:
            leads |= {(n, len(columns)): Lead("excerpt", (e,), counts=False) for n, e in enumerate(rows["excerpt"])}
        columns.append(
            [f"{q} — {who}. Chosen: {why}." for q, who, why in zip(words, rows["who"], rows["why"], strict=True)]
        )
    return Table(tuple(figures), tuple(zip_longest(*columns, fillvalue="")), (False, False), leads)


def excerpts(study: Study, ids: Iterable[str], coder: str | None = None) -> pd.DataFrame:
    """
    Look up excerpts to be quoted; their words come through ``release`` and nobody types them again.

    Args:
        ids: their ids, in the order wanted.
        coder: whose; left out, as for the tables.

    Returns:
        One row an excerpt: ``excerpt``, ``document``, ``date``, ``who`` (who says it, "of" whom where the view is
        another's, or "observed: " of whom; and the document's date), ``quote``, ``how`` (said, written, observed).

    Raises:
        UsageError: an excerpt is not there.

    Example:
        >>> excerpts(study, ["e5c7d4b953c", "ee76a417add"])["quote"].tolist()
        ['You show it and you are somebody', '[withheld: consent allows paraphrase only]']
    """
    return _excerpts(study, list(ids), coder)


@answered
def _excerpts(study: Study, ids: list[str], coder: str | None) -> pd.DataFrame:
    known = {excerpt.id: (document, excerpt) for document, _, excerpt in study.excerpts(coder)}
    rows = []
    for name in ids:
        if name not in known:
            raise UsageError(f"no excerpt {name!r}{did_you_mean(name, known)}; was it settled otherwise?")
        document, excerpt = known[name]
        told = attributed(document, excerpt, study.cases)
        when = f"{document.date:%d %B %Y}".lstrip("0")
        who = ", ".join(part for part in (told.who(lambda case: study.cases[case].label), when) if part)
        words = f"[{told.mark}] {told.words}" if told.mark else told.words
        rows.append((name, document.id, pd.Timestamp(document.date), who, words, told.how))
    return pd.DataFrame(rows, columns=["excerpt", "document", "date", "who", "quote", "how"])


def in_context(study: Study, passages: pd.DataFrame, around: int = 1) -> pd.DataFrame:
    """
    Add the words of passages, and of the turns before and after, as far as their document is released.

    Args:
        passages: ``document``, ``start``, ``end`` (code points).
        around: how many turns before and after.

    Returns:
        The rows of *passages* with ``words``, ``before`` and ``after``; what is withheld says why.

    Raises:
        UsageError: a column is missing, or a document is unknown.

    Example:
        >>> passages = pd.DataFrame({"document": ["2024-02-20-mediator"], "start": [69], "end": [79]})
        >>> in_context(study, passages)[["words", "before"]]
                words                                  before
        0  four times  Q: You sat at the table with the city.
    """
    require(passages, ["document", "start", "end"], "passages")
    told: list[tuple[str, str, str]] = []
    for name, start, end in zip(passages["document"], passages["start"], passages["end"], strict=True):
        document = study.document(str(name))
        here = document.turns_in(int(start), int(end))
        first, last = (here[0].number - 1, here[-1].number) if here else (0, 0)
        before = document.turns[max(0, first - around) : first]
        after = document.turns[last : last + around] if here else ()
        words = _one_line(release.show(document, int(start), int(end)))
        told.append((words, _shown(document, before), _shown(document, after)))
    columns = list(zip(*told, strict=True)) or [(), (), ()]
    return passages.assign(words=columns[0], before=columns[1], after=columns[2])


def _shown(document: Document, turns: Sequence[Turn]) -> str:
    return _one_line(release.show(document, turns[0].start, turns[-1].end)) if turns else ""


def _one_line(words: str) -> str:
    return " ".join(words.split())


def _word(value: Any, spec: str | None) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if value is None or value is pd.NA or (isinstance(value, float) and isnan(value)):
        return ""
    if spec:
        text = spec.format(value)
        return text if any(d in text for d in "123456789") else text.lstrip("+-")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value)
