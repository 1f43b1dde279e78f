"""Calls for projects and their cofinancing. No model yet: this package holds the app's place in the layering."""
