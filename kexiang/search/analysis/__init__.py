"""Our analyser: pure, versioned, the same for index and query.

Engines receive tokens, never text (search.md §0.2): one engine can be exchanged for another
and their answers compared. ``VERSION`` is part of every index name; raise it whenever a
change alters a token.
"""

VERSION = 2
