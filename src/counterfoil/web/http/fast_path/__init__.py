"""Where cached responses are answered before anything else wakes up."""

from counterfoil.web.http.fast_path.answering import FastPath
from counterfoil.web.http.fast_path.plain_requests import PlainRequests

__all__ = ["FastPath", "PlainRequests"]
