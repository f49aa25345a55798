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
from pathlib import Path
from typing import Any

from qualcode.errors import QualcodeError
from qualcode.exchange.review.comments import own_words
from qualcode.exchange.review.references import heading_id, visible
from qualcode.exchange.review.reviews import NoEarlierError, Review, chosen, earlier_study
from qualcode.plural import number_of
from qualcode.report import differences as diff
from qualcode.report.differences import Allowed, Piece, Shown
from qualcode.report.frame import Page, aside
from qualcode.report.links import link as _a
from qualcode.report.links import slug
from qualcode.report.markup import Html, html, joined, rendered
from qualcode.report.printed import site_place
from qualcode.study import release
from qualcode.study.memo import Memo, Reference
from qualcode.study.opening import open_study
from qualcode.study.study import Study
from qualcode.study.unsettled import NOT_SETTLED, unsettled

PAGE = "changes"
_PICTURES = f"_static/{PAGE}"
_PROMISE = (
    "Words of documents are shown as far as their release allows today. Words that were taken out of a text are "
    "counted and not repeated; an earlier title, definition, table or drawing that had some of them is not shown."
)
_UNREAD = "what could not be read of it counts as not there."
_HOW = Html(
    "Mark what goes to review with <code>qualcode review --mark NAME</code>, or name an earlier state: "
    "<code>qualcode report --since REVISION</code>."
)
TITLE = "What changed since the last review"
_EACH = ("excerpt", "what", "then", "now")


def changes_page(study: Study, executed: Iterable[Path], since: str = "") -> tuple[Page, dict[str, str]]:
    """
    Return the page, and the drawings it shows, by the paths of their files in the site.

    Args:
        executed: the chapters as they were run.
        since: a review's name or a git revision; left out: the latest review that is noted.
    """
    try:
        review = chosen(study.root, since)
        if review is None:
            return _told(html("No review is noted in this study so far. {}", _HOW)), {}
        with earlier_study(study.root, review) as folder:
            old = open_study(folder)
            before = {p.stem: _shown(p) for p in sorted((folder / "notebooks").glob("*.ipynb"))}
            page = _Page(review, old, study, before, {p.stem: _shown(p) for p in executed})
            page.claimed = _claimed(folder)
            return page.write(), page.files
    except (NoEarlierError, QualcodeError) as error:
        why = str(error).splitlines()[0]
        return _told(html("It cannot be told here: {}. The chapters are not touched by this.", why)), {}


def _told(words: Html) -> Page:
    return Page(TITLE, html("<h1>{}</h1>\n<p>{}</p>\n", TITLE, words))


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
        self.texts = diff.texts(old, new, self.allowed)
        self.codings = diff.codings(old, new, self.allowed)
        self.codes = diff.codebook(old, new, self.allowed)
        self.files: dict[str, str] = {}
        self.claimed: Mapping[str, Any] = {}
        self.moved: set[Reference] = {Reference("excerpt", c.excerpt) for c in self.codings}
        self.moved |= {Reference("document", t.document) for t in self.texts}
        self.moved |= {Reference("code", c) for c, *_ in self.codes}
        self.counted = {e.id for _, _, e in new.excerpts()}
        self.unsettled = [
            (file.coder, file.document, excerpt.id, code)
            for file in new.coded.values()
            if file.document in new.agreed
            for excerpt, code in unsettled(file, new.agreed[file.document], new.memos)
        ]

    def write(self) -> Page:
        chapters = [part for name in self.after for part in self._chapter(name)]
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
        now = f"Then: {self.review.on}, revision "
        told = [html("<h1>What changed since “{}”</h1>", self.review.name)]
        told += [html("<p>{}<code>{}</code>. Now: these pages.</p>", now, self.review.revision[:10])]
        told += [html("<p>{}</p>", _PROMISE)]
        if self.old.problems:
            many = number_of(len(self.old.problems), "problem")
            words = f"Read with today's rules, the earlier state has {many}: {_UNREAD}"
            told += [html("<p>{}</p>", words)]
        for title, part in parts:
            told += [html('<h2 id="{}">{}</h2>', heading_id(title), title)]
            told += part or [Html("<p>Nothing changed.</p>")]
        body = joined(told, Html("\n")) + Html("\n")
        return Page(TITLE, body, aside(body))

    def _texts(self) -> list[Html]:
        if not self.texts:
            return []
        rows = [[self._document(t.document), "; ".join(t.what), f"{t.words[0]:,} → {t.words[1]:,}"] for t in self.texts]
        told = [_table(["document", "what", "words then → now"], rows, numeric=(2,))]
        for change in self.texts:
            if change.pairs or (change.withheld and "text" in change.what):
                told += [html("<h3>{}</h3>", change.document)]
                told += _beside(change.pairs) if change.pairs else [html("<p>{}</p>", change.withheld)]
        return told

    def _codings(self) -> list[Html]:
        if not self.codings:
            return self._not_settled()
        total = Counter((c.coder, c.what) for c in self.codings)
        kinds = [
            k
            for k in ("added", "removed", "changed", "other boundaries", "another memo")
            if any(w == k for _, w in total)
        ]
        coders = sorted({c.coder for c in self.codings})
        rows = [[coder, *(str(total[coder, k] or "") for k in kinds)] for coder in coders]
        told = [_table(["coder", *kinds], rows, numeric=range(1, 1 + len(kinds)))]
        for coder in coders:
            mine = [c for c in self.codings if c.coder == coder]
            each = [[self._excerpt(c.document, c.excerpt), self._what(c), _gone(c.then, c.now), c.now] for c in mine]
            title = f"{coder}: {number_of(len(mine), 'excerpt')}, one by one"
            told += [html("<details><summary>{}</summary>\n{}\n</details>", title, _table(_EACH, each))]
        return told + self._not_settled()

    def _what(self, change: diff.CodingChange) -> str:
        """Say what became of an excerpt, and whether what it carries now was never settled."""
        return f"{change.what}, {NOT_SETTLED}" if change.excerpt in {e for *_, e, _ in self.unsettled} else change.what

    def _not_settled(self) -> list[Html]:
        """Tell what coders added to documents since these were settled: theirs, and in no number."""
        if not self.unsettled:
            return []
        many = number_of(len(self.unsettled), "coding is", "codings are")
        words = (
            f"{many} {NOT_SETTLED} and not counted: made since the document was settled. A second round settles them."
        )
        by = Counter((coder, document) for coder, document, *_ in self.unsettled)
        rows = [[coder, self._document(document), str(count)] for (coder, document), count in sorted(by.items())]
        return [html("<p>{}</p>", words), _table(["coder", "document", NOT_SETTLED], rows, numeric=(2,))]

    def _codebook(self) -> list[Html]:
        rows = [[code, what, *map(_pieces, diff.beside(then, now))] for code, what, then, now in self.codes]
        known = {(h.version, h.change) for h in self.old.codebook.history}
        fresh = [h for h in self.new.codebook.history if (h.version, h.change) not in known]
        told = [_table(["code", "what", "then", "now"], rows)] if rows else []
        if fresh:
            each = (html("<li>Version {}, {}: {} <em>{}</em></li>", h.version, h.on, h.change, h.why) for h in fresh)
            told += [html("<ul>\n{}\n</ul>", joined(each, Html("\n")))]
        return told

    def _memos(self) -> list[Html]:
        """Tell the researcher's memos by title: their words stand on their own pages, as far as they are shown."""
        then, now = self.old.memos, {n: m for n, m in self.new.memos.items() if m.kind != "review"}
        rows = [[str(m.on), self._title(m), m.by, "new"] for n, m in now.items() if n not in then]
        rows += [
            [str(m.on), self._title(m), m.by, "rewritten"]
            for n, m in now.items()
            if n in then and then[n].text != m.text
        ]
        rows += [[str(m.on), "", m.by, "gone"] for n, m in then.items() if n not in self.new.memos]
        return [_table(["day", "memo", "by", "what"], rows)] if rows else []

    def _title(self, memo: Memo) -> Html:
        return Html.escape(memo.title)

    def _comments(self) -> list[Html]:
        memos = [m for m in self.new.memos.values() if m.kind == "review"]
        if not memos:
            how = "<p>No comments have come in. <code>qualcode import REVIEW.docx --comments</code> brings them.</p>"
            return [Html(how)]
        rows: list[list[Html | str]] = []
        for memo in memos:
            at = [r for r in memo.about if r.kind != "memo"]
            where = joined((self._link(r) for r in at), ", ") or "without a place"
            rows.append([f"{memo.on}, {memo.by}", where, self._said(memo), self._state(at), self._answers(memo)])
        return [_table(["comment", "on", "what it says", "since then", "answered in"], rows)]

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
            return "[not shown: it is on words that are withheld]"
        said = " ".join(own_words(memo.text).split()) or "(words changed in the file)"
        return self.allowed.prose(said)

    def _state(self, at: Sequence[Reference]) -> str:
        moved = [r for r in at if r in self.moved]
        return "changed" if moved else "as it was" if at else ""

    def _answers(self, memo: Memo) -> Html:
        mine = Reference("memo", memo.id)
        later = [m for m in self.new.memos.values() if mine in (*m.about, *m.cites, *m.supersedes)]
        return joined((self._title(m) for m in later), ", ")

    def _chapter(self, name: str) -> list[Html]:
        now, then = self.after[name], self.before.get(name)
        if then is None:
            return []
        for section in {*then.sections, *now.sections}:
            if then.sections.get(section) != now.sections.get(section):
                self.moved |= {Reference("section", f"{name}#{section}"), Reference("chapter", name)}
        told = _beside(diff.passages(then.prose, now.prose, self.allowed))
        if not then.outputs:
            why = "The notebook was stored without its outputs then: its numbers and plots cannot be compared."
            return [html("<h3>{}</h3>", now.title), *told, html("<p>{}</p>", why)]
        told += self._tables(name, then, now) + self._plots(name, then, now)
        return [html("<h3>{}</h3>", now.title), *told] if told else []

    def _tables(self, name: str, then: Shown, now: Shown) -> list[Html]:
        told: list[Html] = []
        pairs = diff.paired(then.tables, now.tables)
        for cell, table in now.tables.items():
            at = Reference("table", f"{name}/{cell}")
            rows = diff.numbers(then.tables[pairs[cell]], table, self.allowed) if cell in pairs else []
            if rows:
                self.moved.add(at)
                told += [html("<p>{}: {}</p>", self._link(at), _rows_differ(rows))]
                told += [_table([_then_now(*h) for h in rows[0]], [[_then_now(*c) for c in row] for row in rows[1:]])]
        told += _named("New tables", [c for c in now.tables if c not in pairs])
        return told + _named("Tables that went", [c for c in then.tables if c not in pairs.values()])

    def _plots(self, name: str, then: Shown, now: Shown) -> list[Html]:
        told: list[Html] = []
        for cell, svg in now.plots.items():
            at = Reference("plot", f"{name}/{cell}")
            if cell in then.plots and then.plots[cell] != svg and not self._same_data(name, cell):
                self.moved.add(at)
                told += [html("<p>{}: {}</p>", self._link(at), now.captions.get(cell, ""))]
                sides: list[Html | str] = []
                for side, drawing in (("then", then.plots[cell]), ("now", svg)):
                    file = f"{_PICTURES}/{name}-{cell}-{side}.svg"
                    if side == "then" and not self.allowed.drawing(drawing):
                        sides.append(Html("<p>[not shown any more]</p>"))
                        continue
                    self.files[file] = drawing
                    alt = f"The plot {cell.removeprefix('plot-')} as it {'was' if side == 'then' else 'is'}"
                    sides.append(html('<img src="{}" alt="{}">', file, alt))
                told += [_table(["then", "now"], [sides], kind="beside plots")]
        told += _named("New plots", [c for c in now.plots if c not in then.plots])
        return told + _named("Plots that went", [c for c in then.plots if c not in now.plots])

    def _same_data(self, name: str, cell: str) -> bool:
        """Say whether a plot draws the same data as then: another drawing library draws them otherwise."""
        claimed = self.claimed.get(f"{name}/{cell}.data.json", {}).get("sha256")
        kept = self.new.root / "build" / "plots" / name / f"{cell}.data.json"
        return bool(claimed) and kept.is_file() and sha256(kept.read_bytes()).hexdigest() == claimed

    def _link(self, at: Reference) -> Html:
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
            return _a(f"codes/{slug(at.id)}.html", said)
        if at.kind == "document":
            return self._document(at.id)
        if at.kind == "excerpt":
            return self._excerpt(said.strip("[]").split(" ", maxsplit=1)[0], at.id)
        return Html.escape(said)

    def _document(self, name: str) -> Html:
        return _a(f"documents/{name}.html", name) if name in self.new.documents else Html.escape(name)

    def _excerpt(self, document: str, name: str) -> Html:
        said = f"{document} {name}"
        if document not in self.new.documents:
            return Html.escape(said)
        here = name in self.counted and release.verdict(self.new.documents[document]).quotable
        return _a(f"documents/{document}.html{f'#{name}' if here else ''}", said)


def _rows_differ(rows: list[list[diff.Cell]]) -> str:
    number = len(rows) - 1
    return number_of(number, "row differs", "rows differ") if number else "the order of its rows"


def _then_now(then: str, now: str) -> Html:
    if then == now:
        return Html.escape(now)
    gone = html("<del>{}</del>", then) if then else ""
    return html("{}{}{}", gone, " → " if then and now else "", html("<ins>{}</ins>", now) if now else "")


def _gone(then: str, now: str) -> Html:
    return html("<del>{}</del>", then) if then and then != now else Html.escape(then)


def _beside(pairs: Iterable[tuple[list[Piece], list[Piece]]]) -> list[Html]:
    rows = [[_pieces(left), _pieces(right)] for left, right in pairs]
    return [_table(["then", "now"], rows, kind="beside")] if rows else []


def _pieces(pieces: Iterable[Piece]) -> Html:
    tags = {"same": "{}", "new": "<ins>{}</ins>", "gone": "<del>{}</del>"}
    told = joined(html(tags[kind], words) for kind, words in pieces)
    return told.replace("\n\n", Html("<br><br>"))


def _table(
    headings: Sequence[Html | str],
    rows: Iterable[Sequence[Html | str]],
    *,
    numeric: Iterable[int] = (),
    kind: str = "qualcode",
) -> Html:
    right = set(numeric)
    sides = ["number" if n in right else "words" for n in range(len(headings))]
    return rendered("table.html", headings=headings, rows=list(rows), sides=sides, kind=kind)


def _named(what: str, names: Sequence[str]) -> list[Html]:
    each = joined((html("<code>{}</code>", n) for n in names), ", ")
    return [html("<p>{}: {}.</p>", what, each)] if names else []
