"""
The network to explore: who takes the same side, to zoom, filter and open, beside the chapters' drawings.

The page computes the ties itself, from the statements that lie beside it, by the formula of `network.discourse_network`
(subtract, average), so that sign, support and period can be chosen. It is drawn by vis-network, whose file comes with
the package pyvis; nothing of pyvis is run. Words come from the register, and so only as far as they may be shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from qualcode import tables
from qualcode.columns import Flags, own_views
from qualcode.left_out import LEFT_OUT, told
from qualcode.plural import number_of
from qualcode.report.frame import Page
from qualcode.report.markup import rendered
from qualcode.report.register import FOLDER, Register
from qualcode.study.study import Study

PAGE, TITLE = "network", "The network, to explore"
_LIBRARY = "lib/vis-9.1.2/vis-network.min.js"


class Explored:
    """The statements that tie, and the page that ties them."""

    def __init__(self, study: Study, register: Register) -> None:
        statements = tables.statements(study)
        kinds = {case.id: case.kind for case in study.cases.values()}
        reasons: dict[str, Flags] = {
            "reported": ~own_views(statements),
            "of organisations and texts": ~np.asarray(statements["actor"].map(kinds).eq("person"), dtype=np.bool_),
            "on themes by which the figures are told": np.asarray(
                statements["definitional"].isin([True]), dtype=np.bool_
            ),
            "without stance": np.asarray(statements["stance"].isna(), dtype=np.bool_),
        }
        keep = np.ones(len(statements), dtype=np.bool_)
        self.left_out: dict[str, int] = dict(statements.attrs.get(LEFT_OUT, {}))
        for reason, out in reasons.items():
            self.left_out[reason] = self.left_out.get(reason, 0) + int((keep & out).sum())
            keep &= ~out
        self.study, self.register, self.statements = study, register, statements[keep]

    def page(self) -> Page:
        """Return the page; without scripts it says where the ties stand."""
        many = number_of(len(self.statements), "stance")
        about = f"{many} of {number_of(self.statements['actor'].nunique(), 'person', 'persons')}"
        return Page(TITLE, rendered("network.html", title=TITLE, about=about, left_out=told(self.left_out)))

    def files(self) -> Iterator[tuple[str, str]]:
        """Yield the statements, and the library that draws, by their paths in the site."""
        actors = sorted(set(self.statements["actor"].astype(str)))
        at = {name: n for n, name in enumerate(actors)}
        figures = {case.id: case.figure for case in self.study.cases.values()}
        rows = []
        for who, theme, stance, day, excerpt, coder in zip(
            *(self.statements[name] for name in ("actor", "theme", "stance", "date", "excerpt", "coder")), strict=True
        ):
            place = self.register.excerpt(str(excerpt), str(coder))
            rows.append([at[str(who)], self.register.code[str(theme)], float(stance), str(day)[:10], place])
        told_ = {
            "contrast": list(self.study.codebook.contrast),
            "actors": [[self.register.case[name], figures.get(name, "")] for name in actors],
            "statements": sorted(rows),
        }
        data = json.dumps(told_, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
        yield f"{FOLDER}/ties.js", f"qualcode.take('ties', {data});\n"
        yield "_static/vis-network.min.js", library()


def library() -> str:
    """Return the library's script, as the package that carries it has it."""
    found = find_spec("pyvis")
    assert found is not None
    assert found.submodule_search_locations
    return (Path(found.submodule_search_locations[0]) / _LIBRARY).read_text("utf-8")
