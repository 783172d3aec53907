"""Where WHMCS and Salesforce report changes."""

from counterfoil.web.webhooks import salesforce, whmcs

__all__ = ["salesforce", "whmcs"]
