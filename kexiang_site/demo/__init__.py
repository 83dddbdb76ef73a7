"""The demo place: a whole region written for this project, the same everywhere for one date.

``content`` holds facts and texts as TOML, the modules beside it turn them into rows, and
``build`` writes them through the real services. Organisations, persons and cases are invented
(ux.md Part D); model numbers, makers and standards are facts.
"""
