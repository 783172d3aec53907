"""Words for sums: what a client owes by parts, and an invoice from its lines to what is due."""
