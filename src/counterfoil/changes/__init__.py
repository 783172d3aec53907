"""WHMCS says that something changed: what that clears, applying it, catching up on what got lost, telling pages."""
