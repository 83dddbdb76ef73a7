class CommandError(Exception):
    """The command cannot do what was asked; the message is one sentence for people."""
