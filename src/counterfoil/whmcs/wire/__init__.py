"""What WHMCS really sends -> model, one file per noun. Its spelling ends here."""
