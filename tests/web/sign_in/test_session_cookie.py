"""The cookie that is the session."""

from counterfoil.web.sign_in.sessions import cookie_name, session_cookie
from tests.web.settings import settings


def test_the_session_cookie_is_for_this_host_and_no_script() -> None:
    """`__Host-`: the browser takes it from this very host, over https, for every path, and from nobody beside it."""
    written = session_cookie(settings(base_url="https://portal.example"), "value").to_header(header="")
    assert {part.strip().lower() for part in written.split(";")} == {
        *("__host-counterfoil_session=value", "path=/", "secure", "httponly", "samesite=lax")
    }
    assert cookie_name(settings()) == "counterfoil_session", "browsers take no __Host- cookie over http"
