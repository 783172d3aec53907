"""Which WHMCS user somebody of the OpenID Connect provider is, where staff decide it."""
