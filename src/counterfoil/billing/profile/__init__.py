"""A client's profile: how it is read, judged and written through to WHMCS."""
