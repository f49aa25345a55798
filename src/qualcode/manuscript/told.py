"""
What was found in a manuscript, told to people and to programs: lines, SARIF for code hosts, JUnit for CI, a table.

No word of a document stands in what is told beyond what release allows, and none of the manuscript's that is withheld.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from qualcode.manuscript.judged import WRONG, Judged
from qualcode.plural import number_of

if TYPE_CHECKING:
    import pandas as pd

FORMATS = ("text", "sarif", "junit")
COLUMNS = (
    *("file", "where", "words", "wording", "wrong", "attributed", "speaker", "holder", "document", "turn", "date"),
    *("consent", "release", "why", "instead"),
)


def lines(judged: Sequence[Judged]) -> list[str]:
    """
    Return what is wrong, a line a quotation, then how many there are of each kind.

    Example:
        >>> lines([Judged("x.md", "line 3", 3, 9, "verbatim")])
        ['1 quotation: 1 verbatim; nothing is wrong']
    """
    told = [str(one) for one in judged if one.wrong]
    kinds = Counter(one.wording for one in judged)
    many = ", ".join(f"{kinds[k]} {k}" for k in sorted(kinds, key=lambda k: (-kinds[k], k)))
    wrong = Counter(kind for one in judged for kind in one.wrong)
    bad = ", ".join(f"{wrong[k]} {k}" for k in WRONG if wrong[k])
    end = f"{len(told)} wrong ({bad})" if bad else "nothing is wrong"
    return [*told, f"{number_of(len(judged), 'quotation')}{': ' if many else ''}{many}; {end}"]


def sarif(judged: Sequence[Judged]) -> str:
    """
    Return what is wrong as SARIF 2.1.0, one result a kind and quotation.

    Example:
        >>> json.loads(sarif([]))["runs"][0]["results"]
        []
    """
    results = [
        {
            "ruleId": kind.replace(" ", "-").replace("'", ""),
            "level": "error",
            "message": {"text": f"{one.where}: {'; '.join(one.why)}{_instead(one)}"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": one.file},
                        "region": {"startLine": max(1, one.line)},
                    }
                }
            ],
        }
        for one in judged
        for kind in one.wrong
    ]
    rules = [{"id": kind.replace(" ", "-").replace("'", ""), "shortDescription": {"text": kind}} for kind in WRONG]
    driver = {"name": "qualcode manuscript", "rules": rules}
    whole = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def junit(judged: Sequence[Judged]) -> str:
    """
    Return every quotation as a test of JUnit's format; what is wrong fails.

    Example:
        >>> print(junit([Judged("x.md", "line 3", 3, 9, "verbatim")]), end="")
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuite name="qualcode manuscript" tests="1" failures="0">
        <testcase classname="x.md" name="quotation 1, line 3"/>
        </testsuite>
    """
    failed = sum(bool(one.wrong) for one in judged)
    told = ['<?xml version="1.0" encoding="UTF-8"?>']
    told.append(f'<testsuite name="qualcode manuscript" tests="{len(judged)}" failures="{failed}">')
    for number, one in enumerate(judged, 1):
        case = f"<testcase classname={_quoted(one.file)} name={_quoted(f'quotation {number}, {one.where}')}"
        if one.wrong:
            why = _quoted("; ".join(one.why) + _instead(one))
            told.append(f"{case}><failure type={_quoted(one.wrong[0])} message={why}/></testcase>")
        else:
            told.append(f"{case}/>")
    return "\n".join([*told, "</testsuite>"]) + "\n"


def _instead(one: Judged) -> str:
    return f"; write instead: {one.instead}" if one.instead else ""


def _quoted(words: str) -> str:
    """Return words as an attribute of XML, without the signs that XML may not have."""
    return quoteattr(
        "".join(s for s in words if s >= " " and s not in "\ufffe\uffff" and not "\ud800" <= s <= "\udfff")
    )


def table(judged: Sequence[Judged]) -> pd.DataFrame:
    """
    Return one row a quotation: ``COLUMNS``, all text but ``words`` and ``turn``.

    Example:
        >>> table([Judged("x.md", "line 3", 3, 9, "verbatim")])[["file", "where", "wording"]]
           file   where   wording
        0  x.md  line 3  verbatim
    """
    import pandas as pd

    rows = [
        [
            ", ".join(v)
            if isinstance(v := getattr(one, c), tuple) and c == "wrong"
            else "; ".join(v)
            if isinstance(v, tuple)
            else v
            for c in COLUMNS
        ]
        for one in judged
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
