"""Billing as customers see it: every read of WHMCS's billing data, with its lifetime and what clears it."""
