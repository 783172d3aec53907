"""Another SECRET_KEY, as docs/security.md says it: nobody is signed out."""

from pathlib import Path

from tests.stack import running_stack

OLD, NEW = "o" * 40, "n" * 40


def test_nobody_is_signed_out_by_a_new_key(tmp_path: Path) -> None:
    """old,new, then new,old, then new: who does anything while both count is signed in under the new one afterwards,
    with a page from the cache or past it; who signs out meanwhile is out.
    """
    with (
        running_stack(tmp_path, secret_key=OLD) as stack,
        stack.visitor("ada@example.com") as ada,
        stack.visitor("bob@example.com") as bob,
    ):
        for keys in (f"{OLD},{NEW}", f"{NEW},{OLD}", NEW):
            stack.portal.stop()
            stack.environment["COUNTERFOIL_SECRET_KEY"] = keys
            stack.start()
            before = ada.cookies["counterfoil_session"]
            assert ada.get("/invoices").status_code == 200, keys
            assert (ada.cookies["counterfoil_session"] != before) == (keys == f"{NEW},{OLD}")
            if keys == f"{NEW},{OLD}":
                assert bob.get("/api/v1/session").status_code == 200
                assert bob.delete("/api/v1/session").status_code == 204
        assert bob.get("/api/v1/session").status_code == 401
