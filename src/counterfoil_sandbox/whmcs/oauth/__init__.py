"""WHMCS as OpenID Connect provider: "choose a demo customer", and every way in which a provider can lie."""
