"""The private key with which the portal signs in, and the certificate that may stand beside it in the same file."""

import re
from datetime import datetime


def private_key_in(pem: str) -> str:
    """Without what else the file has; line ends may be written as backslash and n."""
    return _block(pem, "(?:[A-Z]+ )*PRIVATE KEY") or pem


def certificate_in(pem: str) -> str:
    """Empty when there is none."""
    return _block(pem, "CERTIFICATE")


def _block(pem: str, kind: str) -> str:
    found = re.search(rf"-----BEGIN ({kind})-----.*?-----END \1-----", pem.replace("\\n", "\n"), re.DOTALL)
    return found[0] + "\n" if found else ""


def certificate_end(certificate: str, private_key: str) -> datetime | None:
    """None when it is the certificate of another key. Raises ValueError when one of them is none."""
    # Measured: 25 MB and 0.26 s that a portal without Salesforce does not need.
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415 -- see above
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415 -- see above

    found = load_pem_x509_certificate(certificate.encode())
    is_pair = found.public_key() == load_pem_private_key(private_key.encode(), None).public_key()
    return found.not_valid_after_utc if is_pair else None
