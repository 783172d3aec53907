"""Whose certificates a connection to WHMCS believes."""

import ssl

from counterfoil.whmcs.connection import trust_for


def test_without_tls_no_authority_is_read_or_trusted() -> None:
    """Reading them is most of what the client costs at a start; whatever the address, a certificate must be proved."""
    context = trust_for("http://whmcs.internal")
    assert isinstance(context, ssl.SSLContext)
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert not context.get_ca_certs()
    assert trust_for("https://whmcs.example") is trust_for("HTTPS://whmcs.example") is True
