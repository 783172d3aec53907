"""The fields of each reading action and their types, as WHMCS documents them."""

from typing import Any

import pytest

from tests.sandbox.conftest import Whmcs

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
