"""
What people are owed: to take back what they agreed to, to see how they are quoted, and an account of it all.
"""

from qualcode.people.withdrawal import Withdrawal, withdraw

__all__ = ["Withdrawal", "withdraw"]
