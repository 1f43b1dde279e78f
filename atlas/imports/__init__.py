"""Files read and checked before anything is written."""
