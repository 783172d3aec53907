"""A stand-in for Salesforce: sign-in by signed request, records, queries, composite requests, its refusals, and faults.

In memory; one org with the accounts and products of the WHMCS sandbox.
"""

from .options import Options

__all__ = ["Options"]
