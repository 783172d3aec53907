"""Who the customers are: users, the clients that they own or were invited to, and how each client pays."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from counterfoil_sandbox.whmcs.ledger import Ledger
from counterfoil_sandbox.whmcs.options import PASSWORD
from counterfoil_sandbox.whmcs.records import ALL_PERMISSIONS, Client, CreditEntry, PayMethod, User

from .catalogue import EUR, JPY

ADA, BOB, CHIDI, YUKI, TESS, MAX, NORA, SAM, DINA, ADA_KING = 1, 2, 3, 4, 5, 6, 7, 8, 10, 11

ANALYTICAL, SMITH, CHIDIS, OKAFOR, TANAKA, TESSAS, BIG, EMPTY, BLOCKED, KING = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10

_OWNED = ALL_PERMISSIONS

# user id, first name, last name, e-mail, clients with permissions
_USERS: tuple[tuple[int, str, str, str, dict[int, tuple[str, ...]]], ...] = (
    (ADA, "Ada", "Lovelace", "ada@example.com", {ANALYTICAL: _OWNED}),
    (BOB, "Bob", "O'Brien", "bob@example.com", {SMITH: _OWNED}),
    (
        CHIDI,
        "Chidi",
        "Anagonye",
        "chidi@example.com",
        {CHIDIS: _OWNED, ANALYTICAL: ("profile", "products"), OKAFOR: ("invoices",)},
    ),
    (YUKI, "由紀", "田中", "yuki@example.com", {TANAKA: _OWNED}),
    (TESS, "Tess", "Two-Factor", "tess@example.com", {TESSAS: _OWNED}),
    (MAX, "Max", "Mustermann", "max@example.com", {BIG: _OWNED}),
    (NORA, "Nora", "Newcomer", "nora@example.com", {EMPTY: _OWNED}),
    (SAM, "Sam", "Shields", "sam@example.com", {BLOCKED: _OWNED}),
    (DINA, "Dina", "Okafor", "dina@example.com", {OKAFOR: _OWNED}),
    # Her address begins like Ada's: a search by beginnings finds both.
    (ADA_KING, "Ada", "King", "ada@example.com.au", {KING: _OWNED}),
)


def clients(today: date) -> tuple[Client, ...]:
    """The named clients, except for their invoices."""
    long_ago = today - timedelta(days=1500)
    return (
        _analytical(long_ago),
        _smith(long_ago),
        _london(CHIDIS, CHIDI, "Chidi Anagonye", "chidi@example.com", long_ago),
        Client(
            id=OKAFOR,
            owner_user_id=DINA,
            firstname="Dina",
            lastname="Okafor",
            companyname="Okafor Logistics Ltd.",
            email="dina@example.com",
            address1="14 Marina Road",
            city="Lagos",
            state="Lagos",
            postcode="101241",
            country="NG",
            phonecc="234",
            phone="8031234567",
            currency=EUR,
            datecreated=long_ago,
        ),
        _tanaka(long_ago),
        _london(TESSAS, TESS, "Tess Two-Factor", "tess@example.com", long_ago),
        _big(long_ago),
        _london(EMPTY, NORA, "Nora Newcomer", "nora@example.com", today),
        _london(BLOCKED, SAM, "Sam Shields", "sam@example.com", long_ago, allow_sso=False),
        _london(KING, ADA_KING, "Ada King", "ada@example.com.au", long_ago),
    )


def _analytical(since: date) -> Client:
    return Client(
        id=ANALYTICAL,
        owner_user_id=ADA,
        firstname="Ada",
        lastname="Lovelace",
        companyname="Analytical Engines Ltd.",
        email="ada@example.com",
        address1="12 St James's Square",
        city="London",
        state="Greater London",
        postcode="SW1Y 4JH",
        country="GB",
        phonecc="44",
        phone="2079460958",
        tax_id="GB123456782",
        language="english",
        currency=EUR,
        credits=(
            CreditEntry(1, since + timedelta(days=400), "Service credit: outage in March", Decimal("30.00")),
            CreditEntry(2, since + timedelta(days=430), "Credit Applied to Invoice #1018", Decimal("-18.00")),
        ),
        datecreated=since,
    )


def _smith(since: date) -> Client:
    return Client(
        id=SMITH,
        owner_user_id=BOB,
        firstname="Bob",
        lastname="O'Brien",
        companyname="Smith & Sons",
        email="bob@example.com",
        address1='Unit 3, "The Mews"',
        address2="Baggot Street <rear>",
        city="Dublin",
        postcode="D02 X285",
        country="IE",
        phonecc="353",
        phone="16710000",
        tax_id="IE6388047V",
        currency=EUR,
        defaultgateway="banktransfer",
        datecreated=since,
    )


def _tanaka(since: date) -> Client:
    return Client(
        id=TANAKA,
        owner_user_id=YUKI,
        firstname="由紀",
        lastname="田中",
        companyname="田中商店株式会社",
        email="yuki@example.com",
        address1="丸の内1-9-1",
        address2="丸の内ビル 12階",
        city="千代田区",
        state="東京都",
        postcode="100-0005",
        country="JP",
        phonecc="81",
        phone="312345678",
        language="japanese",
        currency=JPY,
        datecreated=since,
    )


def _big(since: date) -> Client:
    return Client(
        id=BIG,
        owner_user_id=MAX,
        firstname="Max",
        lastname="Mustermann",
        companyname="Mustermann Großhandel GmbH",
        email="max@example.com",
        address1="Königsallee 27",
        city="Düsseldorf",
        state="Nordrhein-Westfalen",
        postcode="40212",
        country="DE",
        phonecc="49",
        phone="2115550123",
        tax_id="DE136695976",
        language="german",
        currency=EUR,
        datecreated=since,
    )


def _london(client_id: int, owner: int, name: str, email: str, since: date, *, allow_sso: bool = True) -> Client:
    firstname, lastname = name.split(" ")
    return Client(
        id=client_id,
        owner_user_id=owner,
        firstname=firstname,
        lastname=lastname,
        email=email,
        address1=f"{client_id} Upper Street",
        city="London",
        postcode="N1 0PQ",
        country="GB",
        phonecc="44",
        phone=f"20794600{client_id:02}",
        currency=EUR,
        allow_sso=allow_sso,
        datecreated=since,
    )


def _pay_methods(today: date) -> tuple[PayMethod, ...]:
    at = datetime(today.year - 1, 5, 17, 10, 1)  # noqa: DTZ001 # WHMCS's times are naive
    soon, past = f"{today:%m}/{(today.year + 1) % 100:02}", f"11/{(today.year - 2) % 100:02}"
    later = f"02/{(today.year + 3) % 100:02}"
    cards = (
        (1, ANALYTICAL, "Visa", "4242", later, "Company card"),
        (2, ANALYTICAL, "Mastercard", "4444", past, "Old card"),
        (4, CHIDIS, "Visa", "1881", soon, ""),
        (5, TANAKA, "JCB", "0505", later, "会社のカード"),
        (6, BIG, "American Express", "8431", later, "Zentrale"),
        (7, OKAFOR, "Visa", "0341", past, "Expired, and the only one"),
    )
    bank = PayMethod(
        id=3,
        client_id=ANALYTICAL,
        type="RemoteBankAccount",
        description="Lloyds & Co current account",
        gateway="gocardless",
        bank_name="Lloyds Bank",
        remote_token="MD000A1B2C3D4E",  # noqa: S106 # made up
        updated_at=at,
        order=3,
    )
    return (bank, *(_card(row, at) for row in cards))


def _card(row: tuple[int, int, str, str, str, str], at: datetime) -> PayMethod:
    method_id, client_id, brand, last_four, expiry, description = row
    return PayMethod(
        id=method_id,
        client_id=client_id,
        type="RemoteCreditCard",
        description=description,
        gateway="stripe",
        last_four=last_four,
        expiry=expiry,
        card_type=brand,
        remote_token=f'{{"customer":"cus_sandbox{client_id}","method":"pm_sandbox{method_id}"}}',
        updated_at=at,
        order=method_id,
    )


def seed_people(ledger: Ledger, today: date) -> None:
    created = datetime(today.year - 4, 3, 1, 9, 30)  # noqa: DTZ001 # WHMCS's times are naive
    for user_id, firstname, lastname, email, memberships in _USERS:
        ledger.users.seed(
            user_id,
            User(
                id=user_id,
                firstname=firstname,
                lastname=lastname,
                email=email,
                password=PASSWORD,
                two_factor=user_id == TESS,
                datecreated=created,
                clients=memberships,
            ),
        )
    for client in clients(today):
        ledger.clients.seed(client.id, client)
    for method in _pay_methods(today):
        ledger.pay_methods.seed(method.id, method)
