"""What a browser says of itself, in two words for people: which browser, on which system. A program gives its name."""

import re

_BROWSERS = (
    (re.compile(r"\bEdg(?:e|A|iOS)?/"), "Edge"),
    (re.compile(r"\b(?:OPR|Opera)/"), "Opera"),
    (re.compile(r"\bSamsungBrowser/"), "Samsung Internet"),
    (re.compile(r"\b(?:Firefox|FxiOS)/"), "Firefox"),
    (re.compile(r"\b(?:Chrome|CriOS|Chromium|HeadlessChrome)/"), "Chrome"),
    (re.compile(r"\bSafari/"), "Safari"),
)
_SYSTEMS = (
    (re.compile(r"\b(?:iPhone|iPod)\b"), "iPhone"),
    (re.compile(r"\biPad\b"), "iPad"),
    (re.compile(r"\bAndroid\b"), "Android"),
    (re.compile(r"\bWindows\b"), "Windows"),
    (re.compile(r"\bMac OS X\b|\bMacintosh\b"), "macOS"),
    (re.compile(r"\bCrOS\b"), "ChromeOS"),
    (re.compile(r"\bLinux\b|\bX11\b"), "Linux"),
)
_PROGRAM = re.compile(r"[A-Za-z][A-Za-z0-9 ._-]{0,38}")

LONGEST = 256
"""Characters that are looked at; as many as a session keeps."""


def device_of(user_agent: str) -> tuple[str, str]:
    """Browser and system; each empty when it is not known. Anybody may send anything, so nothing else is shown."""
    text = user_agent[:LONGEST]
    system = next((name for pattern, name in _SYSTEMS if pattern.search(text)), "")
    browser = next((name for pattern, name in _BROWSERS if pattern.search(text)), "")
    if not browser and not text.startswith("Mozilla/"):
        program = _PROGRAM.match(text)
        browser = program[0].strip() if program else ""
    return browser, system
