"""`counterfoil config`, as an operator types it."""

import json
from pathlib import Path

from tests.cli.commands import run

SECRETS = {
    "secret_key": "canary-" * 8,
    "whmcs_secret": "canary-secret",
    "whmcs_identifier": "canary-identifier",
    "database_url": "postgresql+asyncpg://portal:canary@db.example.com/portal",
}


def test_each_setting_is_one_line_with_where_it_comes_from(tmp_path: Path) -> None:
    """`counterfoil config` prints NAME=value and default, environment, .env or file for every setting."""
    (tmp_path / ".env").write_text(
        "COUNTERFOIL_BRAND_NAME=From the file\nCOUNTERFOIL_WHMCS_TIMEZONE=Europe/Berlin\n", encoding="utf-8"
    )
    (tmp_path / "access").write_text("canary-access", encoding="utf-8")
    given = {**SECRETS, "whmcs_url": "https://billing.example.com/", "whmcs_access_key_file": str(tmp_path / "access")}
    done = run(tmp_path, "config", **given, brand_name="From the environment")
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert "COUNTERFOIL_BRAND_NAME=From the environment  # environment" in lines
    assert "COUNTERFOIL_WHMCS_TIMEZONE=Europe/Berlin  # .env" in lines
    assert "COUNTERFOIL_CACHE_URL=memory://  # default" in lines
    assert "COUNTERFOIL_WHMCS_ACCESS_KEY=(set)  # file" in lines
    assert "COUNTERFOIL_DATABASE_URL=(set)  # environment" in lines
    assert "COUNTERFOIL_WEBHOOK_SECRET=(not set)  # default" in lines
    assert "canary" not in done.stdout + done.stderr


def test_wrong_settings_are_shown_all_the_same(tmp_path: Path) -> None:
    """What is wrong is said beside what is there, without a secret, and the exit code is 2."""
    done = run(tmp_path, "config", "--json", secret_key="canary", log_level="loud")
    said = json.loads(done.stdout)
    assert done.returncode == 2
    level = next(each for each in said["settings"] if each["name"] == "COUNTERFOIL_LOG_LEVEL")
    assert level == {"name": "COUNTERFOIL_LOG_LEVEL", "value": "loud", "origin": "environment", "is_secret": False}
    assert any("COUNTERFOIL_LOG_LEVEL" in problem for problem in said["problems"])
    assert "canary" not in done.stdout + done.stderr
