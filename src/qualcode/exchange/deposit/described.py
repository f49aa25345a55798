"""
What stands beside a deposit's files: README, list of files, checksums, codebook to read, RO-Crate and PROV.

RO-Crate 1.1 (https://w3id.org/ro/crate/1.1) and PROV-JSON (https://www.w3.org/submissions/prov-json/), written by hand
so that the same study gives the same bytes: nothing in them is of today, of this machine or by chance.
"""

from __future__ import annotations

import csv
import io
import json
from hashlib import sha256
from typing import Any

from qualcode.exchange.deposit.contents import Contents
from qualcode.exchange.out.markup import text
from qualcode.plaintext.spreadsheet import cell
from qualcode.plural import number_of
from qualcode.study.study import Study

CRATE, PROV, LIST, SUMS, PAGE, README = (
    *("ro-crate-metadata.json", "prov.json", "files.csv"),
    *("manifest-sha256.txt", "codebook.html", "README.md"),
)
_KINDS = {
    "md": ("text/markdown", "a document: front matter, then its text"),
    "memo": ("text/markdown", "a memo: what it is about, then its words"),
    "jsonl": ("application/x-ndjson", "a coder's passages of one document, a line each"),
    "yaml": ("application/yaml", "the codebook"),
    "csv": ("text/csv", "a table"),
    "html": ("text/html", "the codebook, to read"),
    "json": ("application/json", "who coded what and when, as PROV"),
}
_WHAT = {
    README: "what this is",
    LIST: "these files",
    "coding/cases.csv": "persons and organisations",
    "coding/ties.csv": "who is tied to whom",
    "coding/acts.csv": "who did what",
}


def described(study: Study, done: Contents, about: dict[str, str]) -> dict[str, bytes]:
    """
    Return the files that describe a deposit's.

    Args:
        study: the study.
        done: what of it goes.
        about: ``on`` (a day), ``licence``, ``access``.
    """
    title = study.codebook.title or "A study"
    files = dict(done.files)
    files[README] = _readme(title, study, done, about).encode("utf-8")
    files[PAGE] = "".join(_page(study, title, done)).encode("utf-8", "replace")
    files[PROV] = _json(_prov(done))
    files[LIST] = _listed(files)
    files[CRATE] = _json(_crate(title, files, done, about))
    sums = [f"{sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items())]
    files[SUMS] = "".join(sums).encode("utf-8")
    return files


def _json(found: Any) -> bytes:
    return (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def what_is(name: str) -> tuple[str, str]:
    """
    Return a file's format and what it is.

    Example:
        >>> what_is("coding/cases.csv")
        ('text/csv', 'persons and organisations')
    """
    form, what = _KINDS["memo" if name.startswith("coding/memos/") else name.rpartition(".")[2]]
    return form, _WHAT.get(name, what)


def _listed(files: dict[str, bytes]) -> bytes:
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(["file", "format", "bytes", "sha256", "what"])
    for name, data in sorted(files.items()):
        form, what = what_is(name)
        writer.writerow([cell(name), form, len(data), sha256(data).hexdigest(), what])
    return made.getvalue().encode("utf-8")


def _readme(title: str, study: Study, done: Contents, about: dict[str, str]) -> str:
    codings = sum(len(e.codes) for f in done.coded for e in f.excerpts)
    counts = [number_of(len(done.documents), "document"), number_of(len(study.codebook.codes), "code")]
    counts += [number_of(codings, "coding"), number_of(len({f.coder for f in done.coded}), "coder")]
    lines = [f"# {' '.join(title.split())}", "", f"{', '.join(counts)}.", ""]
    lines += [f"Access: {about['access']}. Licence: {about['licence'] or 'not stated; ask who deposited it'}.", ""]
    lines += [
        "## What is here",
        "",
        "- `interviews/`, `fieldnotes/`, `documents/`: the texts, UTF-8, with what is known of each at the top",
        "- `coding/codebook.yaml`: the codes with their definitions; `codebook.html`: the same, to read",
        "- `coding/coders/`: who coded which passage how, a line a passage: place in code points, words, codes, time",
        "- `coding/cases.csv`, `coding/ties.csv`, `coding/acts.csv`: persons and organisations, ties, acts",
        "- `coding/memos/`: what was noted about codes, passages, cases and documents",
        "- `files.csv`: every file with its format and size; `manifest-sha256.txt`: checksums (`sha256sum -c`)",
        "- `ro-crate-metadata.json`: the same for machines (RO-Crate 1.1); `prov.json`: who coded what and when",
        "",
        "The folder is a study of the Python package qualcode, and everything in it is plain text.",
        "",
        "## What was left out",
        "",
    ]
    left = [f"- {name}: {why}" for name, why in sorted(done.withheld.items())]
    left += [f"- {what}: {number:,}" for what, number in done.left.items() if number]
    return "\n".join([*lines, *(left or ["Nothing."]), ""])


def _page(study: Study, title: str, done: Contents) -> list[str]:
    book = study.codebook
    counts: dict[str, int] = {}
    for file in done.coded:
        for excerpt in file.excerpts:
            for code in excerpt.codes:
                counts[code] = counts.get(code, 0) + 1
    page = [f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{text(title)}</title>']
    page.append('<meta http-equiv="Content-Security-Policy" content="default-src \'none\'"></head>\n')
    page.append(f"<body><h1>{text(title)}: codebook, version {text(book.version)}</h1>\n")
    for family in book.families.values():
        page.append(f"<h2>{text(family.label)}</h2>\n<dl>\n")
        for one in (c for c in book.codes.values() if c.family == family.id):
            page.append(f"<dt><b>{text(one.label)}</b> ({text(one.id)}; {counts.get(one.id, 0):,} here)</dt>\n")
            told = [("", one.definition), ("Use: ", one.use), ("Not: ", one.not_), ("Stance on: ", one.proposition)]
            if done.shows(one):
                told.append(("Example: ", f"{one.example[1]} ({one.example[0]})"))
            page += [f"<dd>{head}{text(words)}</dd>\n" for head, words in told if words]
        page.append("</dl>\n")
    return [*page, "</body></html>\n"]


def _crate(title: str, files: dict[str, bytes], done: Contents, about: dict[str, str]) -> dict[str, Any]:
    coders = sorted({f.coder for f in done.coded})
    root: dict[str, Any] = {"@id": "./", "@type": "Dataset", "name": title, "datePublished": about["on"]}
    root["description"] = "Documents of a qualitative study, their codings and the codebook, as far as released."
    licence = about["licence"]
    root["license"] = {"@id": licence} if licence.startswith("https://") else licence or "not stated"
    root["conditionsOfAccess"] = about["access"]
    root["hasPart"] = [{"@id": _iri(name)} for name in sorted(files)]
    root["contributor"] = [{"@id": f"#coder-{c}"} for c in coders]
    graph: list[dict[str, Any]] = [
        {
            "@id": CRATE,
            "@type": "CreativeWork",
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
            "about": {"@id": "./"},
        },
        root,
    ]
    if licence.startswith("https://"):
        graph.append({"@id": licence, "@type": "CreativeWork", "name": licence})
    for name, data in sorted(files.items()):
        form, what = what_is(name)
        one = {"@id": _iri(name), "@type": "File", "name": name, "encodingFormat": form, "description": what}
        graph.append(one | {"contentSize": str(len(data)), "sha256": sha256(data).hexdigest()})
    graph += [{"@id": f"#coder-{c}", "@type": "Person", "name": c} for c in coders]
    return {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}


def _iri(name: str) -> str:
    from urllib.parse import quote

    return quote(name)


def _prov(done: Contents) -> dict[str, Any]:
    """Return who coded what and when: a coder's work on a document is an activity, from first to last passage."""
    found: dict[str, Any] = {"prefix": {"study": "urn:qualcode:"}, "entity": {}, "agent": {}, "activity": {}}
    found |= {"used": {}, "wasGeneratedBy": {}, "wasAssociatedWith": {}, "wasAttributedTo": {}}
    for name, document in done.documents.items():
        found["entity"][f"study:{name}"] = {"prov:label": document.path}
    for n, file in enumerate(sorted(done.coded, key=lambda f: (f.coder, f.document)), 1):
        times = sorted(e.made for e in file.excerpts)
        agent, work = f"study:coder-{file.coder}", f"study:coding-{file.coder}-of-{file.document}"
        made = f"study:codings-{file.coder}-of-{file.document}"
        person = {"$": "prov:Person", "type": "prov:QUALIFIED_NAME"}
        found["agent"][agent] = {"prov:type": person, "prov:label": file.coder}
        found["activity"][work] = {"prov:startTime": times[0], "prov:endTime": times[-1]} if times else {}
        found["entity"][made] = {"prov:label": file.path}
        found["used"][f"_:u{n}"] = {"prov:activity": work, "prov:entity": f"study:{file.document}"}
        found["wasGeneratedBy"][f"_:g{n}"] = {"prov:entity": made, "prov:activity": work}
        found["wasAssociatedWith"][f"_:w{n}"] = {"prov:activity": work, "prov:agent": agent}
        found["wasAttributedTo"][f"_:a{n}"] = {"prov:entity": made, "prov:agent": agent}
    return {k: v for k, v in found.items() if v}
