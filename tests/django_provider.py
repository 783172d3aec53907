"""A provider that nobody of ours wrote: django-oauth-toolkit, as a program of its own on 127.0.0.1.

`python django_provider.py PORT PORTAL FOLDER`. It knows one client, `portal`, and whoever the form names: it stands for
any provider, and how somebody proves who they are is its own affair.
"""

import sys
from pathlib import Path
from wsgiref.simple_server import make_server

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.http import HttpRequest, HttpResponse

PORT, PORTAL, FOLDER = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
ISSUER = f"http://127.0.0.1:{PORT}/o"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)

settings.configure(
    SECRET_KEY="of the tests",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(FOLDER / "provider.db")}},
    INSTALLED_APPS=[
        *("django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "oauth2_provider"),
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    USE_TZ=True,
    LOGIN_URL="/login",
    OAUTH2_PROVIDER={
        "OIDC_ENABLED": True,
        "OIDC_ISS_ENDPOINT": ISSUER,
        "OIDC_RSA_PRIVATE_KEY": KEY.decode(),
        "OIDC_RP_INITIATED_LOGOUT_ENABLED": True,
        "OIDC_RP_INITIATED_LOGOUT_ALWAYS_PROMPT": False,
        "OAUTH2_VALIDATOR_CLASS": f"{__name__}.Validator",
        "SCOPES": {"openid": "who", "profile": "name", "email": "address"},
        "PKCE_REQUIRED": True,
    },
)
django.setup()

from django.contrib.auth import get_user_model, login  # noqa: E402 -- Django is read once it is set up
from django.core.management import call_command  # noqa: E402 -- see above
from django.core.wsgi import get_wsgi_application  # noqa: E402 -- see above
from django.urls import include, path  # noqa: E402 -- see above
from oauth2_provider.models import get_application_model  # noqa: E402 -- see above
from oauth2_provider.oauth2_validators import OAuth2Validator  # noqa: E402 -- see above


class Validator(OAuth2Validator):
    oidc_claim_scope = None

    def get_additional_claims(self, request: object) -> dict[str, object]:
        user = request.user  # type: ignore[attr-defined] # oauthlib's request
        return {"email": user.email, "email_verified": user.is_active, "name": user.get_full_name()}


def sign_in(request: HttpRequest) -> HttpResponse:
    """As whoever `email` names; they come back to where they were sent from."""
    email = request.GET["email"]
    user, _ = get_user_model().objects.get_or_create(username=email, defaults={"email": email})
    login(request, user)
    return HttpResponse("signed in")


urlpatterns = [path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")), path("as", sign_in)]

if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    get_application_model().objects.create(
        client_id="portal",
        client_secret="secret of the tests",
        client_type="confidential",
        authorization_grant_type="authorization-code",
        redirect_uris=f"{PORTAL}/sign-in/callback",
        post_logout_redirect_uris=f"{PORTAL}/sign-in",
        algorithm="RS256",
        skip_authorization=True,
        name="The portal",
    )
    make_server("127.0.0.1", PORT, get_wsgi_application()).serve_forever()
