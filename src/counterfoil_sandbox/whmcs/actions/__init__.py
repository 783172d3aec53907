"""The API actions, one file per kind of thing. Each takes (context, params) and returns WHMCS's answer as a dict."""
