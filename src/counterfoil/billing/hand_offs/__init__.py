"""The ways into WHMCS: how one-time links are made, what is checked before, what is believed afterwards."""
