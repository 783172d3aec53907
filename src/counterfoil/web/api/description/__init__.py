"""The description of the JSON API for programs: what Litestar reads from the handlers' types, completed."""
