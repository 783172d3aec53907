"""What Prometheus is told: which numbers of which room under which names, and how several workers count together."""
