"""Who works with whom, and on what: partnerships (twinnings, agreements), cooperation projects, the exchange, the panorama.

Main models: `Partnership` and its parties, `Project` and its parts, `PartnershipNotice` and its conversations,
`CountingRule`. A visitor sees what is published; the members of a French party see its drafts too, and write them according
to their role; embassies and advisers verify what they follow; staff see everything but what two sides of a notice write.
Entry points: `views/` (public pages, files, the private space), `api.py`, `admin/`, the commands of `management/commands/`.
"""
