"""Pages of partnerships and projects: public ones, files, and those of the private space."""
