"""Tables as a reader sees them: named columns, plain formats, and every number led to what it counts."""

from qualcode.claims.names import cited, named
from qualcode.claims.sentences import claim, in_words, listed, paragraph
from qualcode.plural import number_of
from qualcode.present.escaping import in_markdown
from qualcode.present.table import (
    Table,
    computed,
    counted,
    counts,
    excerpts,
    formula,
    in_context,
    leads_to,
    need,
    side_by_side,
    table,
)

__all__ = [
    "Table",
    "cited",
    "claim",
    "computed",
    "counted",
    "counts",
    "excerpts",
    "formula",
    "in_context",
    "in_markdown",
]
__all__ += ["in_words", "leads_to", "listed", "named", "need", "number_of", "paragraph", "side_by_side", "table"]
