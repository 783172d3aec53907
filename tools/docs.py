"""`make docs`: writes what is made from the code: docs/openapi.json, the tables of docs/templates.md. Tests compare."""

import json
from pathlib import Path

from counterfoil.app.build import build_portal
from counterfoil.settings import load
from counterfoil.web.api.openapi import description_of
from tools import templates

NOT_USED = {
    "COUNTERFOIL_SECRET_KEY": "x" * 32,
    "COUNTERFOIL_WHMCS_URL": "https://billing.example.com/",
    "COUNTERFOIL_WHMCS_IDENTIFIER": "x",
    "COUNTERFOIL_WHMCS_SECRET": "x",
}


def main() -> None:
    settings = load(NOT_USED, Path("/nonexistent"))
    schema = description_of(build_portal(settings), settings)
    text = json.dumps(schema, indent=1, ensure_ascii=False, sort_keys=True)
    templates.write()
    (Path(__file__).parent.parent / "docs/openapi.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
