"""Who works with whom, and on what: partnerships (twinnings, agreements), cooperation projects, and their files.

Main models: `Partnership`, `PartnershipParty`, `Project` and its parts. A visitor sees what is published; the members of a
French party see its drafts too, and write them according to their role; staff see everything.
Entry points: `views/` (public pages, files, the private space), `api.py`, `admin/`, the command `import_partnerships`.
"""
