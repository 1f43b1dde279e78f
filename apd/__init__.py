"""Yearly official development assistance (ODA, APD in French) of the authorities. No model yet: this package holds the app's place in the layering."""
