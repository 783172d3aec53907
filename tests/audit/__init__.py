"""The audit trail: what shows when somebody meddles with it, and what a burst does to it."""
