"""The ground of the portal: territories, countries, foreign authorities, people, reference codes, and the portal's own pages.

Main models: `Collectivity`, `Country`, `ForeignAuthority`, `Theme`, `User`, `Membership`, `Posting`, `Contact`.
Who sees what: territories, countries and codes are public; contacts as each says; other people only by staff, by the other
members of their authority and by themselves.
Entry points: `views/` (pages), `api/` (REST), `adminsite/` (staff), `management/commands/load_reference.py` (data).
This package is also the Django project: `settings/`, `urls.py`, `wsgi.py`, `celery.py`. It imports no other app.
"""
