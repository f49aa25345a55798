"""
Codings as W3C Web Annotations (.jsonld): a page of them, a passage each, its codes as tags.

A target is a document's file, the place in code points of its text and the words, with words before and after as far
as they may be shown.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from qualcode.exchange.out.formats import Exported, For
from qualcode.exchange.out.passages import Passage, passages
from qualcode.plaintext.durable import put
from qualcode.study import release
from qualcode.study.study import Study

_AROUND = 32


def write(study: Study, path: Path, asked: For) -> Exported:
    """Write the annotations; see ``out.export_study``."""
    found = passages(study, asked.coder)
    items = [_annotation(one) for one in found.found]
    page = {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "type": "AnnotationPage",
        "generator": {"type": "Software", "name": "qualcode"},
        "items": items,
    }
    put(path.absolute().parent, path.name, (json.dumps(page, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))
    lost = {"passages whose text is another now": found.astray}
    lost["who speaks, where the place does not tell"] = sum(bool(p.excerpt.case) for p in found.found)
    return Exported((path.name,), {"annotation": len(items), "coding": found.codings}, found.withheld, lost)


def _annotation(one: Passage) -> dict[str, Any]:
    anchor, document = one.excerpt.anchor, one.document
    low, high = release.reach(document, anchor.start, anchor.end, _AROUND)
    quote = {"type": "TextQuoteSelector", "exact": one.words}
    quote |= {"prefix": release.show(document, low, anchor.start) if low < anchor.start else ""}
    quote |= {"suffix": release.show(document, anchor.end, high) if anchor.end < high else ""}
    place = {"type": "TextPositionSelector", "start": anchor.start, "end": anchor.end}
    body = [{"type": "TextualBody", "purpose": "tagging", "value": code} for code in sorted(one.excerpt.codes)]
    for code, stance in sorted(one.excerpt.codes.items()):
        if stance is not None:
            body.append({"type": "TextualBody", "purpose": "assessing", "value": f"{code}: {stance:g}"})
    memo = release.about(document, one.excerpt.memo or "", anchor.start, anchor.end)
    if memo:
        body.append({"type": "TextualBody", "purpose": "commenting", "value": memo})
    return {
        "id": f"urn:qualcode:{one.excerpt.id}",
        "type": "Annotation",
        "motivation": "tagging",
        "created": one.excerpt.made,
        "creator": {"type": "Person", "nickname": one.coder},
        "body": body,
        "target": {"source": document.path, "selector": [place, quote]},
    }
