"""The pages of the stand-in, for customers and for whoever runs the demo. Every change goes through the book-keeper."""

from .admin import ADMIN
from .client_area import CLIENT_AREA
from .invoice import INVOICE
from .openid import OPENID
from .pay_methods import PAY_METHODS
from .rendering import STYLES
from .self_service import SELF_SERVICE
from .sign_in import SIGN_IN

PAGE_HANDLERS = [*SIGN_IN, *INVOICE, *CLIENT_AREA, *PAY_METHODS, *SELF_SERVICE, *ADMIN, *STYLES, *OPENID]
