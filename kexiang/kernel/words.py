"""Sentences of pure rules: marked here, translated where they are shown."""


def gettext_noop(sentence: str) -> str:
    """Mark a sentence for the message catalogue (``tools.messages``) and leave it as it is.

    Rules import no framework; whoever shows the sentence passes it through ``gettext``.
    """
    return sentence
