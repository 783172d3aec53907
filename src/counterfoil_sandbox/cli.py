"""The commands `counterfoil sandbox ...`: each stand-in alone, on its own port."""

import asyncio
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from .proxy import CannotListen, serve
from .whmcs import Options
from .whmcs.app import create_app, installation_of

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@click.group()
def sandbox() -> None:
    """Stand-ins for the portal's neighbours, for the demo and for tests. Never for production."""


@sandbox.command(context_settings={"auto_envvar_prefix": "COUNTERFOIL_SANDBOX"})
@click.option("--port", type=click.IntRange(1, 65535), required=True, help="Port to listen on.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address; another than loopback needs a control key."
)
@click.option("--portal", default="", help="The portal's origin: webhooks and the way back go there.")
@click.option("--portal-webhook", default="", help="The whole webhook address, if it is not PORTAL/webhooks/whmcs.")
@click.option("--webhook-secret", default="", help="The whsec_... that the portal knows; none: no webhooks are sent.")
@click.option("--identifier", default=Options.identifier, show_default=True, help="API identifiers, comma between.")
@click.option("--secret", default=Options.secret, show_default=True, help="API secret.")
@click.option("--access-key", default="", help="API access key; when given, calls without it are refused.")
@click.option("--public-url", default="", help="Own address in one-time links; otherwise the one it is called by.")
@click.option("--timezone", default="UTC", show_default=True, help="Zone of its local times.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another number, another crowd of customers.")
@click.option("--clients", type=click.IntRange(0, 1000), default=24, show_default=True, help="Size of that crowd.")
@click.option("--version", default=Options.version, show_default=True, help="WHMCS version to resemble (8.x or 9.x).")
@click.option("--addon/--no-addon", default=False, show_default=True, help="With the portal's addon in it, or without.")
@click.option("--control-key", default="", help="Password for /admin/ and /_sandbox/.")
def whmcs(port: int, host: str, **given: str | int) -> None:
    """A WHMCS with seeded customers: API, pages, webhooks, faults."""
    if host not in LOOPBACK and not given["control_key"]:
        raise click.UsageError("--host other than loopback needs --control-key: anybody could change everything.")
    app = create_app(_options(given))
    installation_of(app).can_break_connections = True
    _serve(app, host, port, f"WHMCS sandbox on http://{host}:{port}/ (admin: /admin/, control: /_sandbox/)")


@sandbox.command(context_settings={"auto_envvar_prefix": "COUNTERFOIL_SANDBOX_SALESFORCE"})
@click.option("--port", type=click.IntRange(1, 65535), required=True, help="Port to listen on.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address; another than loopback needs a control key."
)
@click.option("--client-id", default="sandbox-consumer-key", show_default=True, help="The app's consumer key.")
@click.option("--username", default="portal@example.com", show_default=True, help="Whom the portal signs in as.")
@click.option(
    "--key-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Private key in PEM for the portal; made there if there is none. Otherwise GET /_sandbox/credentials has it.",
)
@click.option("--control-key", default="", help="Password for /_sandbox/, in X-Sandbox-Key.")
def salesforce(port: int, host: str, key_file: Path | None, control_key: str, **given: str) -> None:
    """A Salesforce org with accounts, products and orders: sign-in, REST API, faults."""
    if host not in LOOPBACK and not control_key:
        raise click.UsageError("--host other than loopback needs --control-key: anybody could change everything.")
    # Measured: 0.3 s that the other sandbox need not wait for.
    from .salesforce.app import create_app as create_org  # noqa: PLC0415 -- see the line above
    from .salesforce.options import Options as OrgOptions  # noqa: PLC0415 -- see the line above

    options = OrgOptions(
        client_id=given["client_id"],
        username=given["username"],
        private_key=_private_key(key_file),
        control_key=control_key,
    )
    _serve(create_org(options), host, port, f"Salesforce sandbox on http://{host}:{port}/ (control: /_sandbox/)")


def _serve(app: Any, host: str, port: int, words: str) -> None:
    try:
        asyncio.run(serve(app, host, port, lambda: click.echo(words, err=True)))
    except CannotListen as error:
        raise click.ClickException(f"Cannot listen on {host} port {port}: {error}.") from None


def _private_key(path: Path | None) -> str:
    if path is None:
        return ""
    if not path.exists():
        # Measured: as above.
        from .salesforce.options import new_private_key  # noqa: PLC0415 -- see the line above

        path.touch(mode=0o600)
        path.write_text(new_private_key(), encoding="ascii")
    return path.read_text(encoding="ascii")


def _options(given: dict[str, str | int]) -> Options:
    return Options(
        identifier=str(given["identifier"]),
        secret=str(given["secret"]),
        access_key=str(given["access_key"]),
        portal_url=str(given["portal"]),
        webhook_url=str(given["portal_webhook"]),
        webhook_secret=str(given["webhook_secret"]),
        public_url=str(given["public_url"]),
        zone=ZoneInfo(str(given["timezone"])),
        seed=int(given["seed"]),
        more_clients=int(given["clients"]),
        version=str(given["version"]),
        addon=bool(given["addon"]),
        control_key=str(given["control_key"]),
    )
