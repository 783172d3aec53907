"""Whether one page of a WHMCS list is whole: what it says of itself against what it holds."""

from counterfoil.whmcs.wire.values import Row, Untrustworthy, count


def total(answer: Row, found: int, limitstart: int, limitnum: int) -> int:
    """`totalresults` of a page on which `found` rows stand. Raises Untrustworthy when that cannot be."""
    totalresults = count(answer, "totalresults")
    if "numreturned" in answer and count(answer, "numreturned") != found:
        raise Untrustworthy("numreturned is not the number of rows")
    if "startnumber" in answer and count(answer, "startnumber") != limitstart:
        raise Untrustworthy("startnumber is not the one asked for")
    if found > limitnum or limitstart + found > max(totalresults, limitstart):
        raise Untrustworthy("more rows than asked for, or than there are")
    if not found and limitstart < totalresults:
        raise Untrustworthy("no rows, although there are some")
    return totalresults
