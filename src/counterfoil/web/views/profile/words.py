"""What a profile's fields, kinds of e-mail and faults are called. Which there are: billing/."""

from counterfoil.billing.profile.edits import InvalidProfile
from counterfoil.billing.profile.rules import Fault
from counterfoil.errors import ValidationFailed
from counterfoil.web.text.catalogue import in_context, translatable

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

IN_JAPAN = {
    "address1": in_context("Japan", "Address"),
    "tax_id": in_context("Japan", "Tax ID"),
}
"""Where these are something else than elsewhere: block and number of a house, the number of a registered supplier."""

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
    Fault.TOO_LONG: translatable("This is too long."),
    Fault.NOT_TEXT: translatable("Remove special characters that cannot be shown."),
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


NEEDED = {
    "country": translatable("Choose your country."),
    "company_name": translatable("Enter the name of your company."),
    "first_name": translatable("Enter your first name."),
    "last_name": translatable("Enter your last name."),
    "address1": translatable("Enter your address."),
    "city": translatable("Enter your town or city."),
    "state": translatable("Enter your state or region."),
    "postcode": translatable("Enter your postcode."),
    "phone": translatable("Enter your phone number."),
    "tax_id": translatable("Enter your tax ID."),
    "email": translatable("Enter your e-mail address."),
}
"""What is said of a field that must not be empty."""


def fault_words(field: str, fault: str) -> str:
    """A text of the catalogue."""
    if fault == Fault.REQUIRED:
        return NEEDED.get(field, translatable("Fill this in."))
    return FAULTS[Fault(fault)]


def in_words(invalid: InvalidProfile) -> ValidationFailed:
    failed = ValidationFailed(*((field, fault_words(field, fault)) for field, fault in invalid.errors))
    failed.names = {"name": invalid.custom_field} if invalid.custom_field else {}
    return failed
