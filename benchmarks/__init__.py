"""`make bench`: the portal and its peers measured in turn, in one run. What is measured: docs/performance.md."""
