"""The doctor's look at Salesforce: the sign-in, what the user may do, and how the org is set up."""
