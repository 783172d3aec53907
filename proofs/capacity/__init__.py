"""`make prove-capacity`: what so many customers ask of Redis and WHMCS, on paper and lived by the real cache."""
