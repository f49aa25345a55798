"""A manuscript held against a study: every quotation found, with who said it, when, and whether it may stand there."""

from qualcode.manuscript.forms import read_manuscript
from qualcode.manuscript.judged import Judged
from qualcode.manuscript.mended import mend
from qualcode.manuscript.quoted import quotations
from qualcode.manuscript.verdicts import check_manuscript

__all__ = ["Judged", "check_manuscript", "mend", "quotations", "read_manuscript"]
