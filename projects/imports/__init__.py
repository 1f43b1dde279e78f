"""Files of partnerships: read safely (`files`), understood (`columns`), matched to authorities (`french`, `foreign`) and
turned into what is to be written (`plan`). Nothing here writes: `projects.services` does.
"""
