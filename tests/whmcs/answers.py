"""Responses as the vendor documents them, to be varied by the tests. Sources: the pages named in whmcs/api.py."""

from typing import Any

Answer = dict[str, Any]


def invoice_row(**changes: Any) -> Answer:
    row = {
        "id": 1, "userid": 7, "firstname": "Ada", "lastname": "Lovelace", "companyname": "", "invoicenum": "",
        "date": "2026-01-01", "duedate": "2026-01-08", "datepaid": "0000-00-00 00:00:00",
        "last_capture_attempt": "0000-00-00 00:00:00", "subtotal": "15.95", "credit": "0.00", "tax": "0.00",
        "tax2": "0.00", "total": "15.95", "taxrate": "0.000", "taxrate2": "0.000", "status": "Unpaid",
        "paymentmethod": "paypalcheckout", "paymethodid": None, "notes": "", "currencycode": "EUR",
        "currencyprefix": "", "currencysuffix": " EUR",
    }  # fmt: skip
    return row | changes


def invoices(*found: Answer, **changes: Any) -> Answer:
    counts = {"totalresults": len(found), "startnumber": 0, "numreturned": len(found)}
    return {"result": "success", **counts, "invoices": {"invoice": list(found)}} | changes


def invoice(**changes: Any) -> Answer:
    answer = {
        "result": "success", "invoiceid": 1, "invoicenum": "", "userid": 7, "date": "2026-01-01",
        "duedate": "2026-01-08", "datepaid": "0000-00-00 00:00:00", "subtotal": "15.95", "credit": "0.00",
        "tax": "0.00", "tax2": "0.00", "total": "15.95", "balance": "15.95", "taxrate": "0.000", "taxrate2": "0.000",
        "status": "Unpaid", "paymentmethod": "paypalcheckout", "notes": "", "ccgateway": False,
        "items": {"item": [
            {"id": 1, "type": "Hosting", "relid": 1, "description": "Plan", "amount": "15.95", "taxed": 0},
        ]},
        "transactions": "",
    }  # fmt: skip
    return answer | changes


def client(**changes: Any) -> Answer:
    fields = {
        "client_id": 7, "owner_user_id": 3, "userid": 7, "id": 7, "firstname": "Ada", "lastname": "Lovelace",
        "companyname": "Engines &amp; Co", "email": "ada@example.com", "address1": "1 Way", "address2": "",
        "city": "London", "fullstate": "Greater London", "state": "Greater London", "postcode": "E1",
        "countrycode": "GB", "country": "GB", "countryname": "United Kingdom", "phonenumber": "01234567890",
        "phonenumberformatted": "+44.1234567890", "tax_id": "", "status": "Active", "credit": "5.00",
        "allowSingleSignOn": 1, "language": "", "currency_code": "GBP", "notes": "canary-notes",
        "securityqans": "canary-answer", "customfields": [],
    }  # fmt: skip
    return {"result": "success", "client": fields | changes, "firstname": "deprecated"}


def pay_method(**changes: Any) -> Answer:
    row = {
        "id": 1, "type": "RemoteCreditCard", "description": "Default Card", "gateway_name": "stripe",
        "contact_type": "Client", "contact_id": 7, "card_last_four": "4242", "expiry_date": "02/28", "start_date": "",
        "issue_number": "", "card_type": "Visa", "remote_token": "canary-remote-token",
        "last_updated": "17/05/2019 10:01",
    }  # fmt: skip
    return row | changes


def pay_methods(*found: Answer, **changes: Any) -> Answer:
    return {"result": "success", "clientid": "7", "paymethods": list(found)} | changes


def service(**changes: Any) -> Answer:
    row = {
        "id": "1", "qty": "1", "clientid": "7", "orderid": "1", "pid": "1", "regdate": "2015-01-01", "name": "Starter",
        "translated_name": "Starter", "groupname": "Shared Hosting", "domain": "example.com",
        "firstpaymentamount": "20.00", "recurringamount": "12.95", "paymentmethod": "paypal",
        "billingcycle": "Monthly", "nextduedate": "2026-11-25", "status": "Active", "username": "canary-username",
        "password": "canary-password",
    }  # fmt: skip
    return row | changes


def user(**changes: Any) -> Answer:
    row = {"id": 1, "firstname": "Ada", "lastname": "Lovelace", "email": "ada@example.com", "validationdata": ""}
    return row | {"clients": [{"id": 7, "isOwner": True}]} | changes


def transaction(**changes: Any) -> Answer:
    row = {
        "id": "10", "userid": "7", "currency": "0", "gateway": "paypal", "date": "2016-01-01 06:41:11",
        "description": "Invoice Payment", "amountin": "45.90", "fees": "1.23", "amountout": "0.00", "rate": "1.00000",
        "transid": "1479732071aad259f3513ec", "invoiceid": "59", "refundid": "0",
    }  # fmt: skip
    return row | changes


def transactions(*found: Answer, **changes: Any) -> Answer:
    counts = {"totalresults": len(found), "startnumber": 0, "numreturned": len(found)}
    return {"result": "success", **counts, "transactions": {"transaction": list(found)}} | changes


def credit(**changes: Any) -> Answer:
    row = {"id": "1", "date": "2016-01-01", "description": "Sorry &amp; thanks", "amount": "10.00", "relid": "0"}
    return row | {"admin_user_id": "canary-admin"} | changes


def credits_(*found: Answer, **changes: Any) -> Answer:
    counts = {"totalresults": str(len(found)), "clientid": "7"}
    return {"result": "success", **counts, "credits": {"credit": list(found)}} | changes


def quote(**changes: Any) -> Answer:
    row = {
        "id": 2, "subject": "Fruit &amp; more", "stage": "Delivered", "validuntil": "2023-01-30", "userid": 7,
        "client": {"id": 7, "firstname": "Richard", "email": "canary@example.com"}, "firstname": "", "country": "US",
        "currency": 1, "subtotal": "15.86", "tax1": "1.59", "tax2": "0.00", "total": "17.45", "proposal": "",
        "customernotes": "Thank you", "adminnotes": "canary-admin-notes", "datecreated": "2022-12-30",
        "lastmodified": "2022-12-30", "datesent": "0000-00-00", "dateaccepted": "0000-00-00",
        "items": {"item": [
            {"id": 2, "description": "Pear", "quantity": "3", "unitprice": "5.00", "discount": "2.50", "taxable": 0},
        ]},
    }  # fmt: skip
    return row | changes


def contact(**changes: Any) -> Answer:
    row = {
        "id": 1, "userid": 7, "firstname": "Test", "lastname": "O&#039;Contact", "email": "contact@example.com",
        "address1": "404 Street", "address2": "", "city": "Test", "state": "Test", "postcode": "TE5 5ST",
        "country": "GB", "phonenumber": "", "domainemails": False, "generalemails": True, "invoiceemails": 1,
        "productemails": "0", "supportemails": "on", "affiliateemails": "", "subaccount": 1,
        "password": "canary-password", "permissions": "canary-rights", "created_at": "0000-00-00 00:00:00",
    }  # fmt: skip
    return row | changes


def paged(outer: str, inner: str, *found: Answer, **changes: Any) -> Answer:
    counts = {"totalresults": len(found), "startnumber": 0, "numreturned": len(found)}
    return {"result": "success", **counts, outer: {inner: list(found)}} | changes
