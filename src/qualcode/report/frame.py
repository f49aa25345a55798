"""
The frame of every page: head, policy, side of the page, and what stands around its body.

All pages have the same one, in the look of the theme furo, whose style and script it uses; chapters bring their body
from Sphinx. The policy lets a page run the scripts that lie beside it and nothing else, and ask no host for anything:
where words became markup by some mistake of ours, they still would do nothing.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.resources import files

from qualcode.report.markup import NOTHING, Html, rendered
from qualcode.report.printed import citable

STATIC = ("shards.js", "telling.js", "lists.js", "search.js", "network.js", "around.js")
QUOTED = ("shards.js", "telling.js", "quoted.js", "back.js")
"""What the pages of documents, codes and cases load, as one file."""
STYLES = ("report.css", "review.css", "icons.css")
_POLICY = Html(
    "default-src 'none'; script-src 'self'; style-src 'self'{styles}; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'none'; form-action 'self'; base-uri 'none'"
)


@dataclass(frozen=True)
class Page:
    """A page's title, its body, and what stands at its side: the headings on it, if it has several."""

    title: str
    body: Html
    aside: Html = NOTHING
    styled: bool = False
    """Whether the body holds styles of its own, as a notebook's outputs may."""


@dataclass(frozen=True)
class Frame:
    """What all pages of a site have in common."""

    study: str
    chapters: Sequence[tuple[str, str]]
    """The chapters, in their order: page and title."""
    parts: Sequence[tuple[str, str]] = field(default=())
    """The lists of the study: page and title."""

    def page(self, name: str, page: Page) -> str:
        """Return a whole page of HTML; *name* is its path without ending."""
        up = "../" * name.count("/") or "./"
        return rendered(
            "frame.html",
            study=self.study,
            policy=policy(page),
            up=up,
            title=page.title,
            body=Html(citable(page.body, name)),
            aside=page.aside,
            name=name,
        )

    def navigation(self) -> str:
        """Return the script that lists all pages at the side of each."""
        groups = [("Chapters", self.chapters), ("The study", self.parts)]
        listed = json.dumps([[caption, list(pages)] for caption, pages in groups if pages], ensure_ascii=False)
        folder = files("qualcode.report") / "static"
        script = "\n".join((folder / name).read_text("utf-8") for name in ("theme.js", "nav.js"))
        told = {"STUDY": json.dumps(self.study, ensure_ascii=False), "PAGES": listed}
        return re.sub(r"\b(STUDY|PAGES)\b", lambda m: told[m[1]].replace("<", "\\u003c"), script)


def policy(page: Page) -> Html:
    """Return the page's Content-Security-Policy."""
    return _POLICY.format(styles=Html(" 'unsafe-inline'") if page.styled else "")


def script_hash(script: str) -> str:
    """Return a script's hash as a policy names it."""
    return f"'sha256-{b64encode(sha256(script.encode('utf-8')).digest()).decode()}'"


def static() -> dict[str, str]:
    """Return our scripts and styles by their names."""
    folder = files("qualcode.report") / "static"
    told = {name: (folder / name).read_text("utf-8") for name in (*STATIC, *STYLES)}
    return told | {"quoted.js": "\n".join((folder / name).read_text("utf-8") for name in QUOTED)}


_HEADING = re.compile(r"<(h[23]) id=\"([^\"]+)\"[^>]*>(.*?)</\1>", re.DOTALL)


def aside(body: Html) -> Html:
    """Return the list of a page's headings that have a place, for its side; of fewer than two, nothing."""
    found = [(m[2], Html(re.sub(r"<a class=\"headerlink\".*?</a>|<[^>]+>", "", m[3]))) for m in _HEADING.finditer(body)]
    return rendered("aside.html", headings=found) if len(found) > 1 else NOTHING
