"""Texts that try a page."""

HOSTILE = "<script>alert('1')</script> & \"Co\""
ENDLESS = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
