"""The only writers of the ground: one function per verb."""
