"""Claims: sentences that stand on data, numbers by name, tables of what is stated; each held against the data."""

from qualcode.claims.counting import CannotTellError, Share, Tables, compute, computed_from, written
from qualcode.claims.language import ExpressionError, parse, printed
from qualcode.claims.names import number, numbers
from qualcode.claims.prose import quantities, unguarded
from qualcode.claims.stated import Stated, holds, read_stated
from qualcode.claims.table import behind, claims, differences, store

__all__ = ["CannotTellError", "ExpressionError", "Share", "Stated", "Tables", "behind", "claims", "compute"]
__all__ += ["computed_from", "differences", "holds", "number", "numbers", "parse", "printed", "quantities"]
__all__ += ["read_stated", "store", "unguarded", "written"]
