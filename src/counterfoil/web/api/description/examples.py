"""An example of whatever a schema describes, made of the same words everywhere: one customer, one invoice."""

from typing import Any

_WORDS: dict[str, Any] = {
    "address1": "Hauptstraße 1",
    "amount": "120.00",
    "as_of": "2026-11-23T12:00:00Z",
    "billing_cycle": "monthly",
    "brand": "Visa",
    "city": "Berlin",
    "client_id": 1,
    "code": "PAYMENT_METHOD_MISSING",
    "company_name": "Ada Lovelace GmbH",
    "country": "DE",
    "currency": "EUR",
    "discount": "0.00",
    "description": "Fibre 1000, 23 Nov to 22 Dec 2026",
    "email": "ada@example.com",
    "expires_at": "2026-11-23T12:01:00Z",
    "expires_on": "2028-02-29",
    "first_name": "Ada",
    "gateway": "stripe",
    "group": "Internet",
    "id": 1001,
    "invoice_id": 1001,
    "is_payable": True,
    "language": "english",
    "last_four": "4242",
    "last_name": "Lovelace",
    "message": "Add a payment method before you order.",
    "name": "Ada Lovelace",
    "notes": "",
    "number": "INV-2026-1001",
    "page": 1,
    "page_size": 25,
    "password": "correct horse battery staple",
    "permissions": ["invoices", "orders", "products", "profile"],
    "phone": "+49.30123456",
    "postcode": "10115",
    "product_id": 2,
    "quantity": 1,
    "proposal": "",
    "rate": "19.000",
    "reference": "ch_3PqZ",
    "sort": "-date",
    "state": "",
    "status": ("unpaid", "delivered", "active"),
    "subject": "Fibre for the new office",
    "tax_id": "DE136695976",
    "unreadable": [],
    "url": "https://billing.example.com/viewinvoice.php?id=1001",
}
_BY_FORMAT = {"date": "2026-11-23", "date-time": "2026-11-23T12:00:00Z", "uri": "https://billing.example.com/"}
_BY_TYPE: dict[str, Any] = {"integer": 1, "number": 1, "string": "text", "boolean": False, "null": None}


def example_of(schema: dict[str, Any], schemas: dict[str, Any], name: str = "") -> Any:
    """`schemas`: the document's, by name. `name`: of the property that the schema is of."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas, name)
    if alternatives := schema.get("oneOf") or schema.get("anyOf"):
        return example_of(alternatives[0], schemas, name)
    if "enum" in schema or "const" in schema:
        known = schema.get("enum", [schema.get("const")])
        words = _WORDS.get(name)
        return next((each for each in (words if isinstance(words, tuple) else (words,)) if each in known), known[0])
    return _example_of_type(schema, schemas, name)


def _example_of_type(schema: dict[str, Any], schemas: dict[str, Any], name: str) -> Any:
    kind = schema.get("type", "object")
    if kind == "object":
        return {each: example_of(schema["properties"][each], schemas, each) for each in schema.get("properties", {})}
    word = _WORDS.get(name)
    if kind == "array":
        return word if isinstance(word, list) else [example_of(schema["items"], schemas, name.removesuffix("s"))]
    if type(word) is {"integer": int, "string": str, "boolean": bool}.get(kind):
        return word
    return _BY_FORMAT.get(schema.get("format", ""), _BY_TYPE[kind])
