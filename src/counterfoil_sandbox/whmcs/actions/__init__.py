"""The API actions, one file per kind of thing. An action takes (desk, params) and returns WHMCS's answer as a dict."""
