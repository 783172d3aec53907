"""The coloured word that says how something stands. Which words there are, each noun's own file says."""

from msgspec import Struct


class Badge(Struct, frozen=True):
    """`tone` is a colour name of the style sheet, `icon` a symbol of icons.html."""

    label: str
    tone: str
    icon: str
