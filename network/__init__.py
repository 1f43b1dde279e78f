"""Contacts, CNCD, resources. No model yet: this package holds the app's place in the layering."""
