"""`make prove-hold`: what strangers, large customers and sick neighbours may do to a running portal, replayed.

An attack is one function that gets a Stage and gives a Row; each module has a tuple ATTACKS, and __main__.py lists
the modules. The figures of before and after stand in docs/security.md.
"""
