"""
A page of the site: what changed since a review, side by side: comments, texts, codings, codebook, chapters.

The earlier state comes from git and is read like any study; where it is not at hand the page says why. The same two
states give the same page. What may be shown of the earlier one is ``differences.Allowed``'s to say.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

from qualcode.errors import QualcodeError
from qualcode.exchange.review.comments import own_words
from qualcode.exchange.review.references import visible
from qualcode.exchange.review.reviews import NoEarlierError, Review, chosen, earlier_study, is_here
from qualcode.report import differences as diff
from qualcode.report.differences import Allowed, Piece, Shown
from qualcode.report.printed import site_place
from qualcode.study import release
from qualcode.study.memo import Memo, Reference
from qualcode.study.study import Study, open_study

PAGE = "changes"
_PICTURES = f"_static/{PAGE}"
_PROMISE = (
    "Words of documents are shown as far as their release allows today. Words that were taken out of a text are "
    "counted and not repeated; an earlier table or drawing that had some of them is not shown."
)
_UNREAD = "what could not be read of it counts as not there."
_HOW = (
    "Mark what goes to review with `qualcode review --mark NAME`, or name an earlier state: "
    "`qualcode report --since REVISION`."
)


def changes_page(study: Study, executed: Iterable[Path], since: str = "") -> dict[str, str]:
    """
    Return the page as Markdown, and the drawings it shows, by the names of their files in the site's source.

    Args:
        executed: the chapters as they were run.
        since: a review's name or a git revision; left out: the latest review that is noted.
    """
    title = "# What changed since the last review\n\n"
    try:
        review = chosen(study.root, since)
        if review is None:
            return {f"{PAGE}.md": f"{title}No review is noted in this study so far. {_HOW}\n"}
        with earlier_study(study.root, review) as folder:
            old = open_study(folder)
            before = {p.stem: _shown(p) for p in sorted((folder / "notebooks").glob("*.ipynb"))}
            page = _Page(review, old, study, before, {p.stem: _shown(p) for p in executed})
            page.claimed = _claimed(folder)
            return page.write()
    except (NoEarlierError, QualcodeError) as error:
        why = str(error).splitlines()[0]
        return {f"{PAGE}.md": f"{title}It cannot be told here: {_safe(why)}. The chapters are not touched by this.\n"}


def since_key(root: Path, since: str = "") -> str:
    """Return what the page's other state is known by: its revision, or why there is none."""
    try:
        review = chosen(root, since)
        return f"{review} {is_here(root, review)}" if review else ""
    except QualcodeError as error:
        return str(error)


def _shown(path: Path) -> Shown:
    return diff.shown(json.loads(path.read_text("utf-8")))


def _claimed(folder: Path) -> dict[str, Any]:
    path = folder / "notebooks" / "manifest.json"
    try:
        return dict(json.loads(path.read_text("utf-8"))["outputs"]) if path.exists() else {}
    except (ValueError, KeyError, TypeError):
        return {}


class _Page:
    """The page in the making; ``files`` are its drawings, ``claimed`` what the earlier manifest said of outputs."""

    def __init__(
        self, review: Review, old: Study, new: Study, before: Mapping[str, Shown], after: Mapping[str, Shown]
    ) -> None:
        self.review, self.old, self.new, self.before, self.after = review, old, new, before, after
        self.allowed = Allowed(old, new)
        self.texts = diff.texts(old, new)
        self.codings = diff.codings(old, new)
        self.codes = diff.codebook(old, new)
        self.files: dict[str, str] = {}
        self.claimed: Mapping[str, Any] = {}
        self.moved: set[Reference] = {Reference("excerpt", c.excerpt) for c in self.codings}
        self.moved |= {Reference("document", t.document) for t in self.texts}
        self.moved |= {Reference("code", c) for c, *_ in self.codes}
        self.counted = {e.id for _, _, e in new.excerpts()}

    def write(self) -> dict[str, str]:
        chapters = [line for name in self.after for line in self._chapter(name)]
        gone = [n for n in self.before if n not in self.after]
        added = [n for n in self.after if n not in self.before]
        parts = [
            ("Comments, and what became of them", self._comments()),
            ("Texts", self._texts()),
            ("Codings", self._codings()),
            ("The codebook", self._codebook()),
            ("Memos", self._memos()),
            ("Chapters", [*_named("New chapters", added), *_named("Chapters that went", gone), *chapters]),
        ]
        lines = [f"# What changed since “{_safe(self.review.name)}”", ""]
        lines += [f"Then: {self.review.on}, revision `{self.review.revision[:10]}`. Now: these pages.", ""]
        lines += [_PROMISE, ""]
        if self.old.problems:
            number = len(self.old.problems)
            lines += [f"Read with today's rules, the earlier state has {number} problems: {_UNREAD}", ""]
        for title, part in parts:
            lines += [f"## {title}", "", *(part or ["Nothing changed.", ""])]
        return {f"{PAGE}.md": "\n".join(lines) + "\n", **self.files}

    def _texts(self) -> list[str]:
        if not self.texts:
            return []
        rows = [
            [self._document(t.document), "; ".join(map(_html, t.what)), f"{t.words[0]:,} → {t.words[1]:,}"]
            for t in self.texts
        ]
        lines = _table(["document", "what", "words then → now"], rows, numeric=(2,))
        for change in self.texts:
            if change.pairs or (change.withheld and "text" in change.what):
                lines += [f"### {change.document}", ""]
                lines += _beside(change.pairs) if change.pairs else [_safe(change.withheld), ""]
        return lines

    def _codings(self) -> list[str]:
        if not self.codings:
            return []
        total = Counter((c.coder, c.what) for c in self.codings)
        kinds = [
            k
            for k in ("added", "removed", "changed", "other boundaries", "another memo")
            if any(w == k for _, w in total)
        ]
        coders = sorted({c.coder for c in self.codings})
        lines = _table(
            ["coder", *kinds],
            [[_html(coder), *(str(total[coder, k] or "") for k in kinds)] for coder in coders],
            numeric=range(1, 1 + len(kinds)),
        )
        for coder in coders:
            mine = [c for c in self.codings if c.coder == coder]
            rows = [
                [self._excerpt(c.document, c.excerpt), _html(c.what), _gone(c.then, c.now), _html(c.now)] for c in mine
            ]
            inner = _table(["excerpt", "what", "then", "now"], rows)
            lines += _folded(f"{coder}: {len(mine)} excerpt{'s' if len(mine) != 1 else ''}, one by one", inner)
        return lines

    def _codebook(self) -> list[str]:
        rows = [
            [_html(code), _html(what), *map(_pieces, diff.beside(then, now))] for code, what, then, now in self.codes
        ]
        known = {(h.version, h.change) for h in self.old.codebook.history}
        fresh = [h for h in self.new.codebook.history if (h.version, h.change) not in known]
        lines = _table(["code", "what", "then", "now"], rows) if rows else []
        for entry in fresh:
            lines += [f"- Version {_safe(entry.version)}, {entry.on}: {_safe(entry.change)} *{_safe(entry.why)}*"]
        return [*lines, ""] if lines else []

    def _memos(self) -> list[str]:
        """Tell the researcher's memos by title: their words are notes, and not meant for a page."""
        then, now = self.old.memos, {n: m for n, m in self.new.memos.items() if m.kind != "review"}
        rows = [[str(m.on), _html(m.title), _html(m.by), "new"] for n, m in now.items() if n not in then]
        rows += [
            [str(m.on), _html(m.title), _html(m.by), "rewritten"]
            for n, m in now.items()
            if n in then and then[n].text != m.text
        ]
        rows += [[str(m.on), "", _html(m.by), "gone"] for n, m in then.items() if n not in self.new.memos]
        return _table(["day", "memo", "by", "what"], rows) if rows else []

    def _comments(self) -> list[str]:
        memos = [m for m in self.new.memos.values() if m.kind == "review"]
        if not memos:
            return ["No comments have come in. `qualcode import REVIEW.docx --comments` brings them.", ""]
        rows = []
        for memo in memos:
            at = [r for r in memo.about if r.kind != "memo"]
            where = ", ".join(self._link(r) for r in at) or "without a place"
            rows.append([f"{memo.on}, {_html(memo.by)}", where, self._said(memo), self._state(at), self._answers(memo)])
        return _table(["comment", "on", "what it says", "since then", "answered in"], rows)

    def _said(self, memo: Memo) -> str:
        """Tell a comment's own words, unless what it stands on may not be shown now."""
        documents = {d: [e.id for e in f.excerpts] for (_, d), f in self.new.coded.items()}
        excerpts = {r.id for r in memo.about if r.kind == "excerpt"}
        closed = [
            d
            for d, ids in documents.items()
            if excerpts & set(ids) and not release.verdict(self.new.documents[d]).quotable
        ]
        if closed:
            return _html("[not shown: it is on words that are withheld]")
        said = " ".join(own_words(memo.text).split()) or "(words changed in the file)"
        return _html(self.allowed.prose(said))

    def _state(self, at: Sequence[Reference]) -> str:
        moved = [r for r in at if r in self.moved]
        return "changed" if moved else "as it was" if at else ""

    def _answers(self, memo: Memo) -> str:
        mine = Reference("memo", memo.id)
        later = [m for m in self.new.memos.values() if mine in (*m.about, *m.cites, *m.supersedes)]
        return ", ".join(_html(m.title) for m in later)

    def _chapter(self, name: str) -> list[str]:
        now, then = self.after[name], self.before.get(name)
        if then is None:
            return []
        for section in {*then.sections, *now.sections}:
            if then.sections.get(section) != now.sections.get(section):
                self.moved |= {Reference("section", f"{name}#{section}"), Reference("chapter", name)}
        lines = _beside(diff.passages(then.prose, now.prose, self.allowed))
        if not then.outputs:
            lines += ["The notebook was stored without its outputs then: its numbers and plots cannot be compared.", ""]
            return [f"### {_safe(now.title)}", "", *lines]
        lines += self._tables(name, then, now) + self._plots(name, then, now)
        return [f"### {_safe(now.title)}", "", *lines] if lines else []

    def _tables(self, name: str, then: Shown, now: Shown) -> list[str]:
        lines: list[str] = []
        pairs = diff.paired(then.tables, now.tables)
        for cell, table in now.tables.items():
            at = Reference("table", f"{name}/{cell}")
            rows = diff.numbers(then.tables[pairs[cell]], table, self.allowed) if cell in pairs else []
            if rows:
                self.moved.add(at)
                lines += [f"{self._link(at)}: {_rows_differ(rows)}", ""]
                lines += _table([_then_now(*h) for h in rows[0]], [[_then_now(*c) for c in row] for row in rows[1:]])
        lines += _named("New tables", [c for c in now.tables if c not in pairs])
        return lines + _named("Tables that went", [c for c in then.tables if c not in pairs.values()])

    def _plots(self, name: str, then: Shown, now: Shown) -> list[str]:
        lines: list[str] = []
        for cell, svg in now.plots.items():
            at = Reference("plot", f"{name}/{cell}")
            if cell in then.plots and then.plots[cell] != svg and not self._same_data(name, cell):
                self.moved.add(at)
                lines += [f"{self._link(at)}: {_safe(now.captions.get(cell, ''))}", ""]
                sides = []
                for side, drawing in (("then", then.plots[cell]), ("now", svg)):
                    file = f"{_PICTURES}/{name}-{cell}-{side}.svg"
                    if side == "then" and not self.allowed.drawing(drawing):
                        sides.append("<p>[not shown any more]</p>")
                        continue
                    self.files[file] = drawing
                    alt = _html(f"The plot {cell.removeprefix('plot-')} as it {'was' if side == 'then' else 'is'}")
                    sides.append(f'<img src="{file}" alt="{alt}">')
                lines += _table(["then", "now"], [sides], kind="beside plots")
        lines += _named("New plots", [c for c in now.plots if c not in then.plots])
        return lines + _named("Plots that went", [c for c in then.plots if c not in now.plots])

    def _same_data(self, name: str, cell: str) -> bool:
        """Say whether a plot draws the same data as then: another drawing library draws them otherwise."""
        claimed = self.claimed.get(f"{name}/{cell}.data.json", {}).get("sha256")
        kept = self.new.root / "build" / "plots" / name / f"{cell}.data.json"
        return bool(claimed) and kept.is_file() and sha256(kept.read_bytes()).hexdigest() == claimed

    def _link(self, at: Reference) -> str:
        """Return a reference as a link to its place on the site, where it has one."""
        said = visible(at, next((d for (_, d), f in self.new.coded.items() if at.id in {e.id for e in f.excerpts}), ""))
        chapter, _, rest = at.id.partition("#" if at.kind == "section" else "/")
        if at.kind in ("chapter", "section") and chapter in self.after:
            here = rest in self.after[chapter].sections and not rest[:1].isdigit()
            return _a(f"{chapter}.html{f'#{rest}' if here else ''}", said)
        if at.kind == "plot" and rest in self.after.get(chapter, Shown()).plots:
            return _a(f"{chapter}.html#{rest}", said)
        if at.kind == "table" and rest in self.after.get(chapter, Shown()).tables:
            return _a(f"{chapter}.html#{site_place(rest, self.after[chapter].tables)}", said)
        if at.kind == "code" and at.id in self.new.codebook.codes:
            return _a(f"codes/{at.id.replace('/', '--')}.html", said)
        if at.kind == "document":
            return self._document(at.id)
        if at.kind == "excerpt":
            return self._excerpt(said.strip("[]").split(" ", maxsplit=1)[0], at.id)
        return _html(said)

    def _document(self, name: str) -> str:
        return _a(f"documents/{name}.html", name) if name in self.new.documents else _html(name)

    def _excerpt(self, document: str, name: str) -> str:
        said = f"{document} {name}"
        if document not in self.new.documents:
            return _html(said)
        here = name in self.counted and release.verdict(self.new.documents[document]).quotable
        return _a(f"documents/{document}.html{f'#{name}' if here else ''}", said)


def _rows_differ(rows: list[list[diff.Cell]]) -> str:
    number = len(rows) - 1
    return f"{number} row{'s differ' if number != 1 else ' differs'}" if number else "the order of its rows"


def _then_now(then: str, now: str) -> str:
    if then == now:
        return _html(now)
    gone = f"<del>{_html(then)}</del>" if then else ""
    return f"{gone}{' → ' if then and now else ''}{f'<ins>{_html(now)}</ins>' if now else ''}"


def _gone(then: str, now: str) -> str:
    return f"<del>{_html(then)}</del>" if then and then != now else _html(then)


def _beside(pairs: Iterable[tuple[list[Piece], list[Piece]]]) -> list[str]:
    rows = [[_pieces(left), _pieces(right)] for left, right in pairs]
    return _table(["then", "now"], rows, kind="beside") if rows else []


def _pieces(pieces: Iterable[Piece]) -> str:
    tags = {"same": "{}", "new": "<ins>{}</ins>", "gone": "<del>{}</del>"}
    return "".join(tags[kind].format(_html(words)) for kind, words in pieces).replace("\n\n", "<br><br>")


def _table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], *, numeric: Iterable[int] = (), kind: str = "qualcode"
) -> list[str]:
    """Return a table of cells that are HTML already, as a block the renderer takes as it is."""
    right = set(numeric)
    sides = ["number" if n in right else "words" for n in range(len(headings))]
    head = "".join(f'<th scope="col" class="{s}">{h}</th>' for h, s in zip(headings, sides, strict=True))
    body = "".join(
        "<tr>" + "".join(f'<td class="{s}">{c}</td>' for c, s in zip(row, sides, strict=True)) + "</tr>\n"
        for row in rows
    )
    table = f'<table class="{kind} changes">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>'
    return ["```{raw} html", f'<div class="wide" tabindex="0">{table}</div>', "```", ""]


def _folded(title: str, lines: list[str]) -> list[str]:
    inner = [line for line in lines if not line.startswith("```")]
    return ["```{raw} html", f"<details><summary>{_html(title)}</summary>", *inner, "</details>", "```", ""]


def _named(what: str, names: Sequence[str]) -> list[str]:
    return [f"{what}: {', '.join(f'`{n}`' for n in names)}.", ""] if names else []


def _a(href: str, words: str) -> str:
    return f'<a href="{href}">{_html(words)}</a>'


def _html(words: str) -> str:
    return escape(words.replace("```", "'''"))


def _safe(words: str) -> str:
    """Return words that Markdown shows as they stand."""
    return "".join(f"\\{c}" if c in r"\`*_{}[]<>#|$~" else c for c in " ".join(words.split()))
