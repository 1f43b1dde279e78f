"""The demonstration, with Django's error pages."""

from .demo import *  # noqa: F403

DEBUG = True
INTERNAL_IPS = ["127.0.0.1"]
