"""What a URL says of its host."""

from urllib.parse import urlsplit

import pytest

from counterfoil.urls import is_loopback, origin


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://billing.example/whmcs?x=1", "https://billing.example"),
        ("https://BILLING.example:443", "https://billing.example"),
        ("http://billing.example:80/", "http://billing.example"),
        ("https://billing.example:80", "https://billing.example:80"),
        ("http://ada:secret@billing.example:8080", "http://billing.example:8080"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(url: str, written: str) -> None:
    """They are compared as texts."""
    assert origin(urlsplit(url)) == written


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1"])
def test_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "localhost.example", "LOCALHOST.", "128.0.0.1", "0.0.0.0", "::", "127.1"])  # noqa: S104
def test_other_machines(host: str) -> None:
    """And what some programs read as this one, others not."""
    assert not is_loopback(host)
