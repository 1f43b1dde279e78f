"""Who works with whom: partnerships (twinnings, agreements) and, later, cooperation projects and the partnership exchange.

Main models: `Partnership`, `PartnershipParty`. A visitor sees what is published; staff see everything.
Entry points: `views.py` (pages), `api.py`, `admin.py`, `imports/` and the command `import_partnerships`.
"""
