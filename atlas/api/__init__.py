"""The public API, read only: `/api/v1/`.

`base` holds what every resource does, `resources` those of the ground; other apps register theirs in their `api_urls`.
A visitor without a name asks, always: no session, no cookie, the same answer for everyone.
"""
