"""Tables as a reader sees them: named columns, plain formats, and every number led to what it counts."""

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

__all__ = ["Table", "computed", "counted", "counts", "excerpts", "formula", "in_context", "in_markdown", "leads_to"]
__all__ += ["need", "number_of", "side_by_side", "table"]
