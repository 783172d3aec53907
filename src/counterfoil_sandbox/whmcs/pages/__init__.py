"""The pages of the stand-in, for customers and for whoever runs the demo. Every change goes through the clerk."""

from .admin import ADMIN
from .client_area import CLIENT_AREA
from .entry import ENTRY
from .invoice import INVOICE
from .pay_methods import PAY_METHODS
from .rendering import STYLES

PAGE_HANDLERS = [*ENTRY, *INVOICE, *CLIENT_AREA, *PAY_METHODS, *ADMIN, *STYLES]
