"""What comes over the wire instead of, or around, an answer: the bodies of all faults. No decisions here."""

from litestar import MediaType, Response

from .switches import Fault

WIRE = "x-sandbox-wire"
"""A header by which the proxy is told what to do to the connection; it never leaves the sandbox."""

BOM = b"\xef\xbb\xbf"

PHP_WARNING = (
    b"<br />\n<b>Warning</b>:  Undefined array key &quot;HTTP_REFERER&quot; in "
    b"<b>/var/www/whmcs/includes/hooks/tracking.php</b> on line <b>31</b><br />\n"
)

_PAGE = "<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>"

_DENIALS = {
    "invalid-ip": "Invalid IP 203.0.113.7",
    "auth-failed": "Authentication Failed",
    "missing-credentials": "Invalid or missing credentials",
}

_BODIES = {
    "xml": (
        b'<?xml version="1.0" encoding="utf-8"?>\n<whmcsapi version="8.13.1"><result>success</result></whmcsapi>\n'
    ),
    "empty": b"",
    "null": b"null",
    "list": b'[{"result":"success"}]',
}

HUGE = 64 * 1024 * 1024

NEEDS_PROXY = {"reset", "truncate"}


def denied(message: str) -> Response[bytes]:
    body = b'{"result":"error","message":"' + message.replace('"', '\\"').encode() + b'"}'
    return Response(body, status_code=403, media_type="application/json")


def faulty(fault: Fault, action: str, answer: bytes) -> Response[bytes]:
    """The response of a fault that has one. `answer` is what would have been said."""
    if fault.kind in _DENIALS:
        return denied(_DENIALS[fault.kind])
    if fault.kind == "permission":
        return denied(f'Invalid Permissions: API action "{action.lower()}" is not allowed')
    if fault.kind in NEEDS_PROXY:
        return Response(answer, status_code=200, media_type="application/json", headers={WIRE: fault.kind})
    if fault.kind == "redirect":
        return Response(b"", status_code=302, headers={"location": "/maintenance.html"})
    if fault.kind in {"status", "bad-gateway", "html", "challenge"}:
        return _page(fault)
    kind = "text/xml" if fault.kind == "xml" else "application/json"
    return Response(_body(fault.kind, answer), status_code=200, media_type=kind)


def _body(kind: str, answer: bytes) -> bytes:
    if kind == "truncated-json":
        return answer[: len(answer) // 2]
    if kind == "huge":
        return b'{"result":"success","padding":"' + b"x" * HUGE + b'"}'
    return _BODIES[kind]


def _page(fault: Fault) -> Response[bytes]:
    status, title, text = {
        "status": (fault.status or 500, "Oops!", "Something went wrong and we couldn't process your request."),
        "bad-gateway": (502, "502 Bad Gateway", "nginx"),
        "html": (200, "Down for Maintenance", "We are currently performing maintenance and will be back shortly."),
        "challenge": (403, "Just a moment...", "Enable JavaScript and cookies to continue"),
    }[fault.kind]
    body = _PAGE.format(title=title, text=text).encode()
    return Response(body, status_code=status, media_type=MediaType.HTML)
