"""The audit trail: who did what, append-only and hash-chained, so that a changed, removed or reordered row shows."""
