"""
What people are owed: to take back what they agreed to, to see how they are quoted, and an account of it all.
"""

from qualcode.people.account import account
from qualcode.people.answers import Received, receive
from qualcode.people.sheet import quotations, write_sheet
from qualcode.people.withdrawal import Withdrawal, withdraw

__all__ = ["Received", "Withdrawal", "account", "quotations", "receive", "withdraw", "write_sheet"]
