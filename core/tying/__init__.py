"""Payments meet Invoices: one company's rows become values, the matcher decides, and its answer becomes rows.

What is learned comes of what people confirmed and refused, each time anew; nothing of it is stored apart, and a company learns
from its own people only. The order in which things arrive does not change the outcome: it is that of a look at all that is open,
with what the whole pile taught when it was last looked at.
"""

from core.tying.desk import Desk
from core.tying.looking import Outcome, look_again, look_at, note_payments

__all__ = ["Desk", "Outcome", "look_again", "look_at", "note_payments"]
