"""Invoices of a client: the list, one invoice, and the figures above the list."""
