"""The reading actions answer with WHMCS's fields and types, and with its traps."""

import datetime as dt
from typing import Any

import pytest

from tests.sandbox.conftest import TODAY, Whmcs

INVOICE_ROW = {
    **dict.fromkeys(("id", "userid"), int),
    **dict.fromkeys(("firstname", "lastname", "companyname", "invoicenum", "date", "duedate", "datepaid"), str),
    **dict.fromkeys(("last_capture_attempt", "date_refunded", "date_cancelled", "subtotal", "credit"), str),
    **dict.fromkeys(("tax", "tax2", "total", "taxrate", "taxrate2", "status", "paymentmethod", "notes"), str),
    **dict.fromkeys(("created_at", "updated_at", "currencycode", "currencyprefix", "currencysuffix"), str),
    "paymethodid": type(None),
}
INVOICE = {
    **dict.fromkeys(("result", "invoicenum", "date", "duedate", "datepaid", "lastcaptureattempt", "subtotal"), str),
    **dict.fromkeys(("credit", "tax", "tax2", "total", "balance", "taxrate", "taxrate2", "status"), str),
    **dict.fromkeys(("paymentmethod", "notes"), str),
    **dict.fromkeys(("invoiceid", "userid"), int),
    "ccgateway": bool,
    "items": dict,
    "transactions": dict,
}
ITEM = {"id": int, "type": str, "relid": int, "description": str, "amount": str, "taxed": int}
TRANSACTION = dict.fromkeys(
    (
        *("id", "userid", "currency", "gateway", "date", "description", "amountin", "fees", "amountout", "rate"),
        *("transid", "invoiceid", "refundid"),
    ),
    str,
)
CARD = {
    **dict.fromkeys(("type", "description", "gateway_name", "contact_type", "card_last_four", "expiry_date"), str),
    **dict.fromkeys(("start_date", "issue_number", "card_type", "remote_token", "last_updated"), str),
    **dict.fromkeys(("id", "contact_id"), int),
}
BANK = {
    **dict.fromkeys(("type", "description", "gateway_name", "contact_type", "bank_name"), str),
    **dict.fromkeys(("remote_token", "last_updated"), str),
    **dict.fromkeys(("id", "contact_id"), int),
}
CLIENT = {
    **dict.fromkeys(("client_id", "owner_user_id", "userid", "id", "billingcid", "currency", "groupid"), int),
    **dict.fromkeys(("uuid", "firstname", "lastname", "fullname", "companyname", "email", "address1"), str),
    **dict.fromkeys(("address2", "city", "fullstate", "state", "postcode", "countrycode", "country"), str),
    **dict.fromkeys(("phonenumber", "tax_id", "statecode", "countryname", "phonecc", "phonenumberformatted"), str),
    **dict.fromkeys(("telephoneNumber", "notes", "defaultgateway", "status", "credit", "language", "lastlogin"), str),
    **dict.fromkeys(("taxexempt", "latefeeoveride", "overideduenotices", "separateinvoices"), bool),
    **dict.fromkeys(("disableautocc", "emailoptout", "marketing_emails_opt_in", "overrideautoclose"), bool),
    **dict.fromkeys(("email_verified", "isOptedInToMarketingEmails"), bool),
    "allowSingleSignOn": int,
    "currency_code": str,
    "email_preferences": dict,
    "customfields": list,
    "users": dict,
}
SERVICE = {
    **dict.fromkeys(("id", "qty", "clientid", "orderid", "ordernumber", "pid", "regdate", "name"), str),
    **dict.fromkeys(("translated_name", "groupname", "translated_groupname", "domain", "dedicatedip"), str),
    **dict.fromkeys(("serverid", "servername", "serverip", "serverhostname", "suspensionreason"), str),
    **dict.fromkeys(("firstpaymentamount", "recurringamount", "paymentmethod", "paymentmethodname"), str),
    **dict.fromkeys(("billingcycle", "nextduedate", "status", "username", "password", "subscriptionid"), str),
    **dict.fromkeys(("promoid", "overideautosuspend", "overidesuspenduntil", "ns1", "ns2", "assignedips"), str),
    **dict.fromkeys(("notes", "diskusage", "disklimit", "bwusage", "bwlimit", "lastupdate"), str),
    **dict.fromkeys(("customfields", "configoptions"), dict),
}
PRODUCT = {
    **dict.fromkeys(("pid", "gid", "allowqty", "quantity_available"), int),
    **dict.fromkeys(("type", "name", "slug", "product-url", "description", "module", "paytype"), str),
    **dict.fromkeys(("pricing", "customfields", "configoptions"), dict),
}
USER = {
    "id": int,
    **dict.fromkeys(("firstname", "lastname", "email", "datecreated", "validationdata"), str),
    "clients": list,
}
ORDER = {
    **dict.fromkeys(("id", "ordernum", "userid", "contactid", "requestor_id", "admin_requestor_id", "invoiceid"), int),
    **dict.fromkeys(("date", "nameservers", "transfersecret", "renewals", "promocode", "promotype"), str),
    **dict.fromkeys(("promovalue", "orderdata", "amount", "paymentmethod", "status", "ipaddress"), str),
    **dict.fromkeys(("fraudmodule", "fraudoutput", "notes", "paymentmethodname", "paymentstatus", "name"), str),
    **dict.fromkeys(("currencyprefix", "currencysuffix", "frauddata", "validationdata"), str),
    **dict.fromkeys(("renewalsByType", "lineitems"), dict),
}
STATS = {
    **dict.fromkeys(("numdueinvoices", "numoverdueinvoices", "numDraftInvoices", "numunpaidinvoices"), int),
    **dict.fromkeys(("numpaidinvoices", "numcancelledinvoices", "numrefundedinvoices"), int),
    **dict.fromkeys(("numcollectionsinvoices", "numpaymentpendinginvoices", "productsnumactivehosting"), int),
    **dict.fromkeys(("productsnumhosting", "productsnumactivereseller", "productsnumreseller"), int),
    **dict.fromkeys(("productsnumactiveservers", "productsnumservers", "productsnumactiveother"), int),
    **dict.fromkeys(("productsnumother", "productsnumactive", "productsnumtotal", "numactivedomains"), int),
    **dict.fromkeys(("numdomains", "numacceptedquotes", "numquotes", "numtickets", "numactivetickets"), int),
    "numaffiliatesignups": int,
    **dict.fromkeys(("dueinvoicesbalance", "creditbalance", "grossRevenue", "expenses", "income"), str),
    **dict.fromkeys(("overdueinvoicesbalance", "draftInvoicesBalance", "unpaidinvoicesamount"), str),
    **dict.fromkeys(("paidinvoicesamount", "cancelledinvoicesamount", "refundedinvoicesamount"), str),
    **dict.fromkeys(("collectionsinvoicesamount", "paymentpendinginvoicesamount"), str),
    **dict.fromkeys(("incredit", "isAffiliate"), bool),
}
QUOTE = {
    **dict.fromkeys(("id", "userid", "currency"), int),
    **dict.fromkeys(("subject", "stage", "validuntil", "firstname", "lastname", "companyname", "email"), str),
    **dict.fromkeys(("address1", "address2", "city", "state", "postcode", "country", "phonenumber", "tax_id"), str),
    **dict.fromkeys(("subtotal", "tax1", "tax2", "total", "proposal", "customernotes", "adminnotes"), str),
    **dict.fromkeys(("datecreated", "lastmodified", "datesent", "dateaccepted"), str),
    **dict.fromkeys(("client", "items"), dict),
}
CONTACT = {
    **dict.fromkeys(("id", "userid"), int),
    **dict.fromkeys(("firstname", "lastname", "email", "address1", "address2", "city", "state"), str),
    **dict.fromkeys(("postcode", "country", "phonenumber", "created_at", "updated_at"), str),
    **{f"{kind}emails": bool for kind in ("domain", "general", "invoice", "product", "support", "affiliate")},
}
CURRENCY = dict.fromkeys(("id", "code", "prefix", "suffix", "format", "rate"), str)


def types_of(row: dict[str, Any]) -> dict[str, type]:
    return {name: type(value) for name, value in row.items()}


@pytest.mark.parametrize(
    ("action", "params", "path", "expected"),
    [
        ("GetInvoices", {"userid": 1}, "invoices.invoice.0", INVOICE_ROW),
        ("GetInvoice", {"invoiceid": 1082}, "", INVOICE),
        ("GetInvoice", {"invoiceid": 1082}, "items.item.0", ITEM),
        ("GetInvoice", {"invoiceid": 1082}, "transactions.transaction.0", TRANSACTION),
        ("GetTransactions", {"clientid": 1}, "transactions.transaction.0", TRANSACTION),
        ("GetPayMethods", {"clientid": 1}, "paymethods.0", CARD),
        ("GetPayMethods", {"clientid": 1}, "paymethods.2", BANK),
        ("GetClientsDetails", {"clientid": 1}, "client", CLIENT),
        ("GetClientsDetails", {"clientid": 1, "stats": 1}, "stats", STATS),
        ("GetClientsProducts", {"clientid": 1}, "products.product.0", SERVICE),
        ("GetProducts", {}, "products.product.0", PRODUCT),
        ("GetUsers", {"search": "ada"}, "users.0", USER),
        ("GetUsers", {"search": "ada"}, "users.0.clients.0", {"id": int, "isOwner": bool}),
        ("GetOrders", {"userid": 1}, "orders.order.0", ORDER),
        ("GetCurrencies", {}, "currencies.currency.0", CURRENCY),
        (
            "GetCredits",
            {"clientid": 1},
            "credits.credit.0",
            dict.fromkeys(("id", "date", "description", "amount", "relid"), str),
        ),
        ("GetQuotes", {"userid": 1}, "quotes.quote.0", QUOTE),
        ("GetContacts", {"userid": 1}, "contacts.contact.0", CONTACT),
        ("GetPaymentMethods", {}, "paymentmethods.paymentmethod.0", {"module": str, "displayname": str}),
        ("WhmcsDetails", {}, "whmcs", {"version": str, "canonicalversion": str}),
        ("CreateSsoToken", {"client_id": 1}, "", dict.fromkeys(("result", "access_token", "redirect_url"), str)),
    ],
)
def test_the_fields_and_types_are_those_of_whmcs(
    whmcs: Whmcs, action: str, params: dict[str, object], path: str, expected: dict[str, type]
) -> None:
    """Every field that WHMCS documents is there with its type, and no other."""
    found = whmcs.call(action, **params)
    for step in path.split(".") if path else ():
        found = found[int(step)] if step.isdigit() else found[step]
    assert types_of(found) == expected


def test_a_list_has_25_rows_unless_more_are_asked_for(whmcs: Whmcs) -> None:
    """`limitnum` is 25 by default; counts are numbers."""
    answer = whmcs.call("GetInvoices", userid=1)
    assert (answer["totalresults"], answer["startnumber"], answer["numreturned"]) == (85, 0, 25)
    assert len(answer["invoices"]["invoice"]) == 25
    rest = whmcs.call("GetInvoices", userid=1, limitstart=80, limitnum=100)
    assert (rest["startnumber"], rest["numreturned"]) == (80, 5)


def test_a_list_without_a_status_has_drafts_and_without_a_client_has_everybodys(whmcs: Whmcs) -> None:
    """What a portal must not rely on: drafts are in, and an empty userid is no filter."""
    rows = whmcs.call("GetInvoices", userid=1, limitnum=100)["invoices"]["invoice"]
    assert {row["status"] for row in rows} == {
        *("Draft", "Unpaid", "Paid", "Payment Pending", "Collections", "Cancelled", "Refunded"),
    }
    assert {row["userid"] for row in whmcs.call("GetInvoices", userid="", limitnum=5000)["invoices"]["invoice"]} >= {
        1,
        2,
    }


def test_overdue_is_only_a_filter(whmcs: Whmcs) -> None:
    """Rows found by it still say Unpaid and are due before today."""
    rows = whmcs.call("GetInvoices", userid=1, status="Overdue")["invoices"]["invoice"]
    assert [(row["id"], row["status"]) for row in rows] == [(whmcs.invoice("ada.overdue"), "Unpaid")]
    assert rows[0]["duedate"] == (TODAY - dt.timedelta(days=5)).isoformat()


def test_a_partly_paid_invoice_shows_its_full_total_in_the_list_and_its_balance_alone(whmcs: Whmcs) -> None:
    """Only GetInvoice knows what is left to pay."""
    invoice_id = whmcs.invoice("ada.overdue")
    row = next(
        row
        for row in whmcs.call("GetInvoices", userid=1, status="Unpaid")["invoices"]["invoice"]
        if row["id"] == invoice_id
    )
    assert (row["total"], "balance" in row) == ("134.50", False)
    invoice = whmcs.call("GetInvoice", invoiceid=invoice_id)
    assert (invoice["total"], invoice["balance"], "currencycode" in invoice) == ("134.50", "94.50", False)


def test_sorting_is_by_what_is_asked_for(whmcs: Whmcs) -> None:
    """`orderby` and `order`, with the id deciding between equals."""
    dates = [
        row["date"] for row in whmcs.call("GetInvoices", userid=1, orderby="date", order="desc")["invoices"]["invoice"]
    ]
    assert dates == sorted(dates, reverse=True)
    due = [row["duedate"] for row in whmcs.call("GetInvoices", userid=1, orderby="duedate")["invoices"]["invoice"]]
    assert due == sorted(due)


def test_text_comes_escaped_and_json_as_php_writes_it(whmcs: Whmcs) -> None:
    """Entities in names, \\u in Japanese, slashes escaped."""
    client = whmcs.call("GetClientsDetails", clientid=2)["client"]
    assert (client["companyname"], client["lastname"]) == ("Smith &amp; Sons", "O&#039;Brien")
    assert whmcs.call("GetClientsDetails", clientid=5)["client"]["city"] == "千代田区"
    assert rb"\u5343\u4ee3\u7530\u533a" in whmcs.post("GetClientsDetails", clientid=5).content
    assert rb"1 Gbit\/s" in whmcs.post("GetInvoice", invoiceid=whmcs.invoice("ada.overdue")).content


def test_yen_have_two_decimals_on_the_wire(whmcs: Whmcs) -> None:
    """WHMCS's columns are decimal(16,2) in every currency; only worded amounts know better."""
    assert whmcs.call("GetInvoice", invoiceid=whmcs.invoice("yuki.overdue"))["balance"] == "4260.00"
    stats = whmcs.call("GetClientsDetails", clientid=5, stats=1)["stats"]
    assert stats["unpaidinvoicesamount"] == "¥15,730 JPY"
    assert (stats["numunpaidinvoices"], stats["incredit"]) == (2, False)


def test_stats_come_only_when_asked_for(whmcs: Whmcs) -> None:
    """And in PHP "0" is false."""
    assert "stats" not in whmcs.call("GetClientsDetails", clientid=1)
    assert "stats" not in whmcs.call("GetClientsDetails", clientid=1, stats=0)
    assert whmcs.call("GetClientsDetails", clientid=1, stats="true")["stats"]["creditbalance"] == "€12.00 EUR"


def test_an_invoice_without_payments_says_so_with_an_empty_text(whmcs: Whmcs) -> None:
    """`transactions` is "" when there are none."""
    assert whmcs.call("GetInvoice", invoiceid=whmcs.invoice("ada.due_soon"))["transactions"] == ""


def test_secrets_that_a_portal_must_drop_are_there(whmcs: Whmcs) -> None:
    """remote_token and the service's password really come."""
    assert whmcs.call("GetPayMethods", clientid=1)["paymethods"][0]["remote_token"].startswith("{")
    assert whmcs.call("GetClientsProducts", clientid=1)["products"]["product"][0]["password"] == "service-password-1"


def test_hidden_products_and_cycles_that_are_not_offered_are_listed(whmcs: Whmcs) -> None:
    """A price of -1.00 means not offered."""
    products = whmcs.call("GetProducts")["products"]["product"]
    assert [product["pid"] for product in products] == [1, 2, 3, 4, 5]
    assert products[4]["pricing"]["EUR"]["monthly"] == "24.90"
    assert products[4]["pricing"]["JPY"]["monthly"] == products[4]["pricing"]["EUR"]["annually"] == "-1.00"


@pytest.mark.parametrize(
    ("action", "params", "message"),
    [
        ("GetInvoice", {"invoiceid": 999}, "Invoice ID Not Found"),
        ("GetInvoice", {"invoiceid": "abc"}, "Invoice ID Not Found"),
        ("GetClientsDetails", {}, "Either clientid Or email Is Required"),
        ("GetClientsDetails", {"clientid": 999}, "Client Not Found"),
        ("GetPayMethods", {}, "Client ID Is Required"),
        ("GetPayMethods", {"clientid": 999}, "Client Not Found"),
        ("GetCredits", {"clientid": 999}, "Client ID Not Found"),
        ("GetUserPermissions", {"user_id": 999, "client_id": 1}, "Invalid user id"),
        ("GetUserPermissions", {"user_id": 1, "client_id": 999}, "Invalid client id"),
        ("GetUserPermissions", {"user_id": 2, "client_id": 1}, "User is not associated with client"),
        ("ValidateLogin", {"email": "ada@example.com", "password2": "wrong"}, "Email or Password Invalid"),
        ("CreateSsoToken", {}, "A valid client_id or user_id is required"),
        ("CreateSsoToken", {"client_id": 999}, "Invalid client_id"),
        ("CreateSsoToken", {"client_id": 1, "user_id": 999}, "Invalid user_id"),
        ("CreateSsoToken", {"client_id": 1, "user_id": 2}, "Invalid user_id for client"),
        ("CreateSsoToken", {"client_id": 1, "destination": "moon"}, "Invalid destination"),
        ("CreateSsoToken", {"client_id": 9, "user_id": 8}, "SSO authentication blocked for client 9"),
        ("GetWeather", {}, "Command Not Found"),
    ],
)
def test_business_errors_come_with_http_200(whmcs: Whmcs, action: str, params: dict[str, object], message: str) -> None:
    """result "error" and WHMCS's own words."""
    assert whmcs.call(action, **params) == {"result": "error", "message": message}


def test_validate_login_says_success_for_two_factor_users_too(whmcs: Whmcs) -> None:
    """The flag is a word, and without a passwordhash."""
    tess = whmcs.call("ValidateLogin", email="tess@example.com", password2="demo-password-1")
    assert tess == {"result": "success", "userid": "5", "twoFactorEnabled": "true"}
    ada = whmcs.call("ValidateLogin", email="ADA@example.com", password2="demo-password-1")
    assert (ada["userid"], ada["twoFactorEnabled"], len(ada["passwordhash"])) == ("1", "false", 40)


def test_get_users_searches_beginnings(whmcs: Whmcs) -> None:
    """Ada's address finds a stranger whose address only begins like hers."""
    found = whmcs.call("GetUsers", search="ada@example.com")["users"]
    assert {user["email"] for user in found} == {"ada@example.com", "ada@example.com.au"}
    assert [user["id"] for user in whmcs.call("GetUsers", search="Bob O")["users"]] == [2]


def test_permissions_are_per_client(whmcs: Whmcs) -> None:
    """Chidi owns one client and was invited to two with different rights."""
    rights = {
        client: whmcs.call("GetUserPermissions", user_id=3, client_id=client)["permissions"] for client in (1, 3, 4)
    }
    assert rights[1] == ["profile", "products"]
    assert rights[4] == ["invoices"]
    assert len(rights[3]) == 13


def test_version_9_counts_totals_before_credit(whmcs: Whmcs) -> None:
    """The balance is the same in both."""
    credited = next(
        row["id"]
        for row in whmcs.call("GetInvoices", userid=1, limitnum=100)["invoices"]["invoice"]
        if row["credit"] == "18.00"
    )
    old = whmcs.call("GetInvoice", invoiceid=credited)
    whmcs.control("PATCH", "settings", {"version": "9.0.0"})
    new = whmcs.call("GetInvoice", invoiceid=credited)
    assert (old["total"], new["total"]) == ("116.50", "134.50")
    assert old["balance"] == new["balance"] == "0.00"


def test_only_known_callers_are_answered(whmcs: Whmcs) -> None:
    """403 and JSON for wrong and missing credentials, forbidden actions and unknown addresses."""
    url = f"{whmcs.url}/includes/api.php"
    wrong = whmcs.client.post(url, data={"identifier": "x", "secret": "y", "action": "WhmcsDetails"})
    assert (wrong.status_code, wrong.json()["message"]) == (403, "Authentication Failed")
    missing = whmcs.client.post(url, data={"action": "WhmcsDetails"})
    assert (missing.status_code, missing.json()["message"]) == (403, "Invalid or missing credentials")
    whmcs.control("PATCH", "settings", {"denied_actions": ["GetInvoices"]})
    denied = whmcs.post("GetInvoices", userid=1)
    expected = 'Invalid Permissions: API action "getinvoices" is not allowed'
    assert (denied.status_code, denied.json()["message"]) == (403, expected)
    whmcs.control("PATCH", "settings", {"ip_allowed": False})
    assert whmcs.post("WhmcsDetails").json()["message"] == "Invalid IP 127.0.0.1"
