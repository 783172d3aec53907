"""Everything that speaks HTTP: pages, JSON API, live streams, webhooks, errors into responses."""
