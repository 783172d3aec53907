"""What the template of contacts gets, and words for the kinds of e-mail that each receives."""

from typing import ClassVar

from counterfoil.billing.contacts import ContactItem
from counterfoil.billing.paged import Paged
from counterfoil.web.text.catalogue import translatable
from counterfoil.web.views.navigation import CONTACTS
from counterfoil.web.views.pager import Pager
from counterfoil.web.views.profile.words import LABELS
from counterfoil.web.views.shell import View

_EMAILS = {
    "general": translatable("General"),
    "invoice": translatable("Invoices"),
    "product": translatable("Subscriptions"),
    "domain": translatable("Domains"),
    "support": translatable("Support"),
    "affiliate": translatable("Affiliate programme"),
}


class ContactsPage(View, frozen=True):
    template: ClassVar[str] = "contacts/list.html"
    section: ClassVar[str] = CONTACTS.section

    contacts: Paged[ContactItem]

    @property
    def live(self) -> str:
        return "profile"

    @property
    def pager(self) -> Pager:
        return Pager.of(CONTACTS.href, self.contacts)

    def unread(self, contact: ContactItem) -> list[str]:
        return [{**LABELS, "emails": translatable("E-mails")}[name] for name in contact.unreadable]

    def emails(self, contact: ContactItem) -> list[str]:
        return [_EMAILS[kind] for kind in contact.emails]
