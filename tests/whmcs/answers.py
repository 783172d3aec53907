"""Answers as the vendor documents them, to be varied by the tests. Sources: the pages named in whmcs/api.py."""

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
        "contact_type": "Client", "contact_id": 1, "card_last_four": "4242", "expiry_date": "02/28", "start_date": "",
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
