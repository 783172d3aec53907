"""Everything that is said to WHMCS and heard from it. Callers use api.py and webhooks.py; its spelling ends here."""
