"""Published texts: their block quotations laid down as a study, and codings of them kept without the text."""

from qualcode.exchange.published.codings import attach, find_published, publish
from qualcode.exchange.published.quotations import import_quotations

__all__ = ["attach", "find_published", "import_quotations", "publish"]
