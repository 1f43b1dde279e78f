"""The spreadsheet of an authority's records, which goes out, is corrected, and comes back.

`columns` says what each column holds, `codes` what cells may name, `records` what the portal says, `writing` makes the
workbook, `reading` understands it again. Nothing here writes to the database; `projects.services.sheets` does.
"""
