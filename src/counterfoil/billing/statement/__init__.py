"""A client's account over a period."""
