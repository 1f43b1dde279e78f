"""«1er janvier 2027», «12 mai 1987 à 09:30». The suffix is French: see `atlas.typography`."""

DATE_FORMAT = "jS F Y"
DATETIME_FORMAT = "jS F Y à H:i"
