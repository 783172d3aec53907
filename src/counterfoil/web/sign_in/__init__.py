"""How a session begins, is renewed, switched and ended."""
