"""The composition root: settings in, the wired portal out."""
