"""The staff console: for granted people only (`counterfoil staff grant`). They find, look and mend; they
never pay, edit or order for somebody. How it is used: docs/staff.md.
"""

from counterfoil.web.staff import customers, home, people, sign_ins, views

__all__ = ["customers", "home", "people", "sign_ins", "views"]
