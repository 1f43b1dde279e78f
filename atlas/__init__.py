"""The ground of the portal: territories, countries, foreign authorities, people, reference codes, and the portal's own pages.

Main models: `Collectivity`, `Country`, `ForeignAuthority`, `Theme`, `User`, `Membership`, `Posting`.
Who sees what: territories, countries and codes are public; people only by staff and by themselves.
Entry points: `views/` (pages), `api.py` (REST), `adminsite.py` (staff), `management/commands/load_reference.py` (data).
This package is also the Django project: `settings/`, `urls.py`, `wsgi.py`, `celery.py`. It imports no other app.
"""
