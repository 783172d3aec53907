"""Where WHMCS and Salesforce report changes."""
