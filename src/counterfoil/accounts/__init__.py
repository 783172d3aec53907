"""Who is signed in, which WHMCS clients are theirs, what they may do there, and for how long a session lasts."""
