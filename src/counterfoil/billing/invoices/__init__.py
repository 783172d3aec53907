"""Invoices of a client: the list, one invoice, and the totals above the list."""
