"""The demo's data: an internet provider, its customers and some years of invoices, the same for one (seed, today)."""
