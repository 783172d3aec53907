"""Counterfoil: a customer-facing billing portal in front of WHMCS and Salesforce."""

__version__ = "0.2.0"
