"""
How the text of each kind of file follows when a code's id changes: only what names the code is touched.

Order, comments, quotes and spacing of everything else stay byte for byte. A mention in running prose is
never rewritten; ``mentions`` finds it, for a person to look at.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from qualcode.plaintext.bookedit import edited

Ids = Mapping[str, str]
"""Old code ids to new ones."""


class CodebookText:
    """
    A codebook as it is written, comments and all; changed entry by entry.

    What is asked for is kept until it is written: a code renamed in a plain book needs no more than its lines.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._steps: list[tuple[str, tuple[Any, ...]]] = []

    def to_text(self) -> str:
        """Write the codebook."""
        asked = [name for name, _ in self._steps]
        if asked and asked[-1] == "record" and set(asked[:-1]) <= {"rename"}:
            quick = edited(self._text, dict(what for _, what in self._steps[:-1]), *self._steps[-1][1])
            if quick is not None:
                return quick
        return round_trip(self._text, self._steps)

    def rename(self, old: str, new: str) -> None:
        """Give a code another id, in its place; children and the contrast follow."""
        self._steps.append(("rename", (old, new)))

    def add(self, code: str, about: Mapping[str, str], behind: str) -> None:
        """Add a code behind another."""
        self._steps.append(("add", (code, dict(about), behind)))

    def take(self, families: Mapping[str, Any], codes: Mapping[str, Any], stances: Any = None) -> None:
        """Add families and codes behind all others, as another codebook has them, and stances where there are none."""
        self._steps.append(("take", (families, codes, stances)))

    def put(self, code: str, entry: str, value: str) -> None:
        """Write one entry of a code; an empty value takes it out."""
        self._steps.append(("put", (code, entry, value)))

    def record(self, on: date, change: str, why: str) -> None:
        """Add a line to the history, and count the version on where it is a whole number."""
        self._steps.append(("record", (on, change, why)))


def round_trip(text: str, steps: Sequence[tuple[str, tuple[Any, ...]]]) -> str:
    """Take steps (``rename``, ``add``, ``put``, ``record``, with what they take) on a codebook of any shape."""
    book = _RoundTrip(text)
    for name, what in steps:
        getattr(book, name)(*what)
    return book.to_text()


class _RoundTrip:
    """A codebook read and written through YAML with its comments; its steps are those of ``CodebookText``."""

    def __init__(self, text: str) -> None:
        from ruamel.yaml import YAML

        ways: list[tuple[int, int, Any, Any]] = []
        for sequence, offset in ((4, 2), (2, 0)):
            yaml = YAML(typ="rt")
            yaml.preserve_quotes, yaml.width = True, 10**6
            yaml.indent(mapping=2, sequence=sequence, offset=offset)
            data = yaml.load(text)
            again = _dumped(yaml, data).split("\n")
            ways.append((sum(a != b for a, b in zip(again, text.split("\n"), strict=False)), len(ways), yaml, data))
        _, _, self._yaml, self._data = min(ways)

    def to_text(self) -> str:
        return _dumped(self._yaml, self._data)

    def rename(self, old: str, new: str) -> None:
        codes = self._data["codes"]
        place, about = list(codes).index(old), codes[old]
        comment = codes.ca.items.pop(old, None)
        del codes[old]
        codes.insert(place, new, about)
        if comment is not None:
            codes.ca.items[new] = comment
        for other in codes.values():
            if other is not None and other.get("parent") == old:
                other["parent"] = new
        contrast = self._data.get("contrast") or []
        for n, figure in enumerate(contrast):
            if figure == old.split("/")[1] and old.split("/", maxsplit=1)[0] in self._figures():
                contrast[n] = new.split("/")[1]

    def add(self, code: str, about: Mapping[str, str], behind: str) -> None:
        from ruamel.yaml.comments import CommentedMap

        codes = self._data["codes"]
        entry = CommentedMap(about)
        last = codes[behind]
        if last is not None and len(last) and list(last)[-1] in last.ca.items:  # blank lines below stay below
            entry.ca.items[list(entry)[-1]] = last.ca.items.pop(list(last)[-1])
        codes.insert(list(codes).index(behind) + 1, code, entry)

    def take(self, families: Mapping[str, Any], codes: Mapping[str, Any], stances: Any) -> None:
        for held, further in ((self._data["families"], families), (self._data["codes"], codes)):
            last = next(reversed(held), None)
            behind = held[last] if last is not None else None
            below = (
                behind.ca.items.pop(list(behind)[-1], None) if behind is not None and hasattr(behind, "ca") else None
            )
            held.update(further)
            if below is not None and further:  # blank lines below stay below
                new = held[next(reversed(held))]
                new.ca.items[list(new)[-1]] = below
        if stances is not None and not self._data.get("stances"):
            self._data.insert(list(self._data).index("families"), "stances", stances)

    def put(self, code: str, entry: str, value: str) -> None:
        about = self._data["codes"][code]
        if about is None:
            from ruamel.yaml.comments import CommentedMap

            about = self._data["codes"][code] = CommentedMap()
        if not value:
            about.pop(entry, None)
        elif entry in about:
            about[entry] = value
        else:
            about.insert(0 if not len(about) else 1, entry, value)

    def record(self, on: date, change: str, why: str) -> None:
        from ruamel.yaml.comments import CommentedMap
        from ruamel.yaml.scalarstring import DoubleQuotedScalarString

        version = self._data.get("version", 1)
        if isinstance(version, int):
            version += 1
            self._data["version"] = version
        line = CommentedMap({"version": version, "on": on})
        line["change"], line["why"] = DoubleQuotedScalarString(change), DoubleQuotedScalarString(why)
        history = self._data.get("history")
        if not history:
            kept = self._data.ca.items.get("history")
            self._data["history"] = [line]
            if kept is not None:
                self._data.ca.items["history"] = kept
            return
        if not isinstance(history[-1], CommentedMap) or history[-1].fa.flow_style():
            line.fa.set_flow_style()
        history.append(line)

    def _figures(self) -> frozenset[str]:
        return frozenset(
            name for name, about in self._data["families"].items() if about and about.get("role") == "figure"
        )


def _dumped(yaml: Any, data: Any) -> str:
    out = io.StringIO()
    yaml.dump(data, out)
    return out.getvalue()


def lines_of(text: str) -> list[str]:
    """Part a text behind every LF."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def csv_cells(text: str, columns: Mapping[str, Mapping[str, str]] | Ids) -> tuple[str, int]:
    """
    Replace whole cells of a CSV file; return the new text and how many cells were replaced.

    *columns* maps a column to what is replaced in it; or is itself what is replaced, in any column.
    """
    lines = lines_of(text)
    reader = csv.reader(lines)
    header = [c.strip() for c in next(reader, [])]
    anywhere = all(isinstance(v, str) for v in columns.values())
    out, done, last, changed = lines[: reader.line_num], 0, reader.line_num, 0
    for cells in reader:
        raw = lines[last : reader.line_num]
        last = reader.line_num
        new = []
        for n, cell in enumerate(cells):
            swaps: Any = columns if anywhere else columns.get(header[n] if n < len(header) else "", {})
            new.append(swaps.get(cell.strip(), cell))
        changed = sum(a != b for a, b in zip(cells, new, strict=True))
        if changed:
            row = io.StringIO()
            end = raw[-1][len(raw[-1].rstrip("\r\n")) :]
            csv.writer(row, lineterminator=end).writerow(new)
            raw = [row.getvalue()]
            done += changed
        out += raw
    return "".join(out), done


def memo_references(text: str, ids: Ids) -> tuple[str, int]:
    """Replace what a memo declares to be about, and ``[[code ...]]`` in its text; return text and number."""
    head = re.match(r"---\n.*?^---[ \t]*$", text, re.DOTALL | re.MULTILINE)
    end = head.end() if head else 0
    done = 0

    def follow(match: re.Match[str]) -> str:
        nonlocal done
        new = ids.get(match["id"])
        done += new is not None
        return match[0] if new is None else match[0].replace(match["id"], new)

    about = re.sub(
        r"^about:.*?(?=^\S|\Z)",
        lambda block: re.sub(r"\bcode +(?P<id>[a-z0-9-]+/[a-z0-9-]+)(?![\w/-])", follow, block[0]),
        text[:end],
        flags=re.DOTALL | re.MULTILINE,
    )
    body = re.sub(r"\[\[code +(?P<id>[a-z0-9-]+/[a-z0-9-]+) *\]\]", follow, text[end:])
    return about + body, done


def notebook_literals(text: str, ids: Ids) -> tuple[str, int]:
    """Replace string literals that are exactly a code's id in a notebook's code cells; return text and number."""
    book = json.loads(text)
    done = 0

    def follow(match: re.Match[str]) -> str:
        nonlocal done
        new = ids.get(match["id"])
        done += new is not None
        return match[0] if new is None else f"{match['q']}{new}{match['q']}"

    for cell in book.get("cells", ()):
        if cell.get("cell_type") == "code":
            source = cell.get("source", "")
            lines = [source] if isinstance(source, str) else source
            lines = [re.sub(r"(?P<q>['\"])(?P<id>[a-z0-9-]+/[a-z0-9-]+)(?P=q)", follow, line) for line in lines]
            cell["source"] = lines[0] if isinstance(source, str) else lines
    return (_as_written(book, text) if done else text), done


def _as_written(book: Any, like: str) -> str:
    """Write a notebook the way *like* is written."""
    was = json.loads(like)
    end = "\n" if like.endswith("\n") else ""
    ways = [
        {"indent": indent, "ensure_ascii": ascii_only, "separators": apart}
        for indent in (1, 2, 4, None)
        for ascii_only in (False, True)
        for apart in (None, (",", ":"))
    ]
    way = next((w for w in ways if json.dumps(was, **w) + end == like), ways[0])  # type: ignore[arg-type]
    return json.dumps(book, **way) + end  # type: ignore[arg-type]


def mentions(text: str, ids: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines on which a code is named, with its id."""
    pattern = re.compile(r"(?<![\w/-])(" + "|".join(re.escape(i) for i in ids) + r")(?![\w/-])")
    for number, line in enumerate(text.split("\n"), start=1):
        for match in pattern.finditer(line):
            yield number, match[1]
