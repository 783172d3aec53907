"""The programs that the portal is compared with, each doing the task of docs/performance.md in its own natural way."""
