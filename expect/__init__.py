"""EXPE-CT labels and expertise missions. No model yet: this package holds the app's place in the layering."""
