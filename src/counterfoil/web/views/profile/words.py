"""What a profile's fields, kinds of e-mail and faults are called. Which there are: billing/."""

from counterfoil.billing.profile.edits import InvalidProfile
from counterfoil.billing.profile.rules import Fault
from counterfoil.errors import ValidationFailed
from counterfoil.web.text.catalogue import translatable

LABELS = {
    "country": translatable("Country"),
    "company_name": translatable("Company"),
    "first_name": translatable("First name"),
    "last_name": translatable("Last name"),
    "address1": translatable("Address"),
    "address2": translatable("Address, second line"),
    "city": translatable("City"),
    "state": translatable("State or region"),
    "postcode": translatable("Postcode"),
    "phone": translatable("Phone"),
    "tax_id": translatable("Tax ID"),
    "email": translatable("Billing e-mail address"),
    "language": translatable("Language"),
    "email_preferences": translatable("E-mails you receive"),
    "profile": translatable("Profile"),
}

KINDS_OF_PLACE = {
    "area": translatable("Area"),
    "county": translatable("County"),
    "department": translatable("Department"),
    "district": translatable("District"),
    "do_si": translatable("Province or city"),
    "eircode": translatable("Eircode"),
    "emirate": translatable("Emirate"),
    "island": translatable("Island"),
    "oblast": translatable("Oblast"),
    "parish": translatable("Parish"),
    "pin": translatable("PIN code"),
    "post_town": translatable("Town or city"),
    "prefecture": translatable("Prefecture"),
    "province": translatable("Province"),
    "state": translatable("State"),
    "suburb": translatable("Suburb"),
    "zip": translatable("ZIP code"),
}
"""By the address library's words, where a country has its own."""

PREFERENCES = {
    "general": translatable("General news"),
    "invoice": translatable("Invoices and payments"),
    "product": translatable("Products and services"),
    "domain": translatable("Domains"),
    "support": translatable("Support"),
    "affiliate": translatable("Affiliate programme"),
}

LANGUAGES = {
    "english": "English",
    "japanese": "日本語",
    "german": "Deutsch",
    "french": "Français",
    "spanish": "Español",
}
"""Those that the portal speaks, by WHMCS's names for them, each in its own words."""

FAULTS = {
    Fault.REQUIRED: translatable("This field is needed."),
    Fault.TOO_LONG: translatable("This is too long."),
    Fault.NOT_TEXT: translatable("This holds characters that cannot be printed."),
    Fault.COUNTRY: translatable("Please choose a country from the list."),
    Fault.STATE: translatable("There is no such state or region in this country."),
    Fault.POSTCODE: translatable("This is not a postcode of this country."),
    Fault.PHONE: translatable("This is not a phone number. Please use digits, with the country code if it is abroad."),
    Fault.TAX_ID: translatable("This is not a tax ID of this country. Please check each digit."),
    Fault.EMAIL: translatable("This is not an e-mail address."),
    Fault.EMAIL_TAKEN: translatable("This e-mail address is in use already. Please take another one."),
    Fault.LANGUAGE: translatable("Please choose a language from the list."),
    Fault.DOMAIN_NOTICES: translatable(
        "Somebody must receive e-mails about domains. Before you turn them off, add a contact on the billing site."
    ),
    Fault.UNCHANGEABLE: translatable("This cannot be changed here."),
    Fault.CUSTOM_FIELD: translatable(
        "Our billing system needs a value for “%(name)s” before anything can be saved. Please fill it in on the billing"
        " site."
    ),
    Fault.NOT_ACCEPTED: translatable("Our billing system did not accept this change. Please check it, or contact us."),
}


def in_words(invalid: InvalidProfile) -> ValidationFailed:
    failed = ValidationFailed(*((field, FAULTS[Fault(fault)]) for field, fault in invalid.errors))
    failed.names = {"name": invalid.custom_field} if invalid.custom_field else {}
    return failed
