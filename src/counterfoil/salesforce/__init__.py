"""Salesforce: sign-in, calls, and what its answers mean. What an order needs of it is decided in orders/."""
