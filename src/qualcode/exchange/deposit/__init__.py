"""
A study as a data archive takes it: what may go out, described, with checksums; it opens again as a study.
"""

from qualcode.exchange.deposit.laid import Deposit, deposit

__all__ = ["Deposit", "deposit"]
