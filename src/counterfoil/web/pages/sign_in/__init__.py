"""Signing in and out, by password and by the identity provider, and switching between accounts."""

from counterfoil.web.pages.sign_in import language, provider, session

__all__ = ["language", "provider", "session"]
