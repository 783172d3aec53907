"""Orders: what a customer may order, and how it becomes services. WHMCS is asked through billing/, never directly."""
