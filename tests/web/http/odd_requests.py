"""Requests as nobody means them, or as only some clients write them, for both ways through the portal."""

PATHS = [
    "/api/v1/invoices",
    "/api/v1/invoices?page=1",
    "/api/v1/invoices?status=&page=",
    "/api/v1/invoices?status=nonsense",
    "/api/v1/invoices?page=0",
    "/api/v1/invoices?%70age=1",
    "/api/v1/%69nvoices",
    "/api/v1//invoices",
    "/api/v1/invoices/",
    "/api/v1/invoices%3Fpage=1",
    "/api/v1/invoices?q=%ff",
    "/api/v1/invoices?q=" + "x" * 300,
    "/api/v1/invoices?q=" + "x" * 5000,
    "/api/v1/invoices?" + "&".join(f"a{number}=1" for number in range(120)),
    "/api/v1/payment-methods",
    "/api/v1/session",
    "/api/v1/nothing",
    "/invoices",
    "/invoices?page=1",
    "/invoices?sort=nonsense",
    "/" + "x" * 1100,
    "/",
    "/static/nothing.css",
    "/sign-in",
    "/healthz",
]
HEADERS = {
    "nothing else": "",
    "gzip": "Accept-Encoding: gzip, deflate, br\r\n",
    "no gzip": "Accept-Encoding: br;q=1, gzip;q=0\r\n",
    "any coding": "Accept-Encoding: *\r\n",
    "German": "Accept-Language: de-DE,de;q=0.9\r\n",
    "many languages": "Accept-Language: de;q=0.5," + "x" * 1100 + "\r\n",
    "something known": 'If-None-Match: "0123456789abcdef01234567"\r\n',
    "anything known": "If-None-Match: *\r\n",
    "known badly": "If-None-Match: W/,,\xff\r\n",
    "paying": "X-A: 1\r\nCookie2: counterfoil_paying=7\r\n",
    "HTML wanted": "Accept: text/html\r\n",
    "JSON wanted": "Accept: application/json\r\n",
    "another site": "Origin: https://evil.example\r\nSec-Fetch-Site: cross-site\r\n",
    "no body": "Content-Length: 0\r\n",
    "a bad length": "Content-Length: -1\r\n",
    "through a proxy": "X-Forwarded-For: 203.0.113.9, junk\r\nX-Forwarded-Proto: https\r\nForwarded: for=x\r\n",
    "by itself": "X-Counterfoil-By-Itself: 1\r\n",
    "a range": "Range: bytes=0-9\r\n",
    "an upgrade": "Connection: Upgrade\r\nUpgrade: websocket\r\n",
    "continue": "Expect: 100-continue\r\n",
    "many headers": "".join(f"X-{number}: {number}\r\n" for number in range(60)),
    "not ASCII": "User-Agent: Zo\xeb\r\n",
    "a second host": "Host: evil.example\r\n",
    "a second cookie": "Cookie: counterfoil_session=0.forged\r\n",
    "another second cookie": "Cookie: theme=dark\r\n",
}


def odd_requests(host: str, cookie: str) -> list[str]:
    """Without the empty line at the end."""
    start = f"Host: {host}\r\n"
    signed_in = f"{start}Cookie: {cookie}\r\n"
    plain = [f"GET {path} HTTP/1.1\r\n{signed_in}" for path in PATHS]
    listed, page = "GET /api/v1/invoices HTTP/1.1\r\n", "GET /invoices HTTP/1.1\r\n"
    varied = [first + signed_in + more for more in HEADERS.values() for first in (listed, page)]
    methods = [
        f"{method} {path} HTTP/1.1\r\n{signed_in}" for method in METHODS for path in ("/invoices", "/api/v1/invoices")
    ]
    hosts = [listed + f"Host: {name}\r\nCookie: {cookie}\r\n" for name in HOSTS]
    cookies = [first + start + f"Cookie: {said}\r\n" for said in _cookies(cookie) for first in (listed, page)]
    bodies = [
        listed + signed_in + "Content-Length: 2\r\n\r\n{}",
        listed + signed_in + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n",
        listed + signed_in + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n",
    ]
    old = [f"GET {path} HTTP/1.0\r\n{given}" for path in ("/api/v1/invoices", "/healthz") for given in (signed_in, "")]
    return [*plain, *varied, *methods, *hosts, *cookies, *bodies, *old]


METHODS = ("HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PROPFIND", "get")
HOSTS = ("evil.example", "", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:x", "localhost", "127.0.0.1.evil.example")


def _cookies(cookie: str) -> list[str]:
    name, _, value = cookie.partition("=")
    return [
        "",
        "theme=dark",
        f"theme=dark; {cookie}; counterfoil_paying=7",
        f"a=1;{cookie}",
        f"{cookie}x",
        f"{name}=2{value[1:]}",
        f"{name}={value[:-1]}",
        f"{name}=; {cookie}",
        f"{cookie}; {name}=forged",
        f"{cookie}; pad=" + "x" * 8000,
        f"{cookie}; name=Zo\xeb",
        f'{name}="{value}"',
    ]
