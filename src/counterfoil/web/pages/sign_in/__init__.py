"""Signing in and out, by password and by the identity provider, and switching between accounts."""

from counterfoil.web.pages.sign_in import provider, session

__all__ = ["provider", "session"]
