"""The proof, with real processes, that nothing stale is shown: `make prove-freshness`; see docs/freshness.md."""
