"""The files of `atlas/data/`, made from the pinned packages.

`workshop`: reading the packages, writing the files. `territories`, `positions`: French authorities and where they lie.
`countries`, `zones`, `dac_lists`: countries and their status. `sectors`, `aid_codes` and their labels: codes of aid.
`places`: towns and regions of the world. `outlines`: the maps.
"""
