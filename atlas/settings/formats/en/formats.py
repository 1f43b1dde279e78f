"""«12 May 1987», for the partners abroad."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y H:i"
