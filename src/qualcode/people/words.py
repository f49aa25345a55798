"""
What is said to people who are no researchers, in French and English: on a sheet, and in an account of consent.
"""

from __future__ import annotations

LANGUAGES = ("en", "fr")
WORDS: dict[str, dict[str, str]] = {
    "en": {
        "heading": "How you are quoted",
        "lead": "These are your words as they would be shown, under the name “{name}”. What stands in grey is what you "
        "said around them; whoever knows you may know you by it. Say for each whether it may stand, whether you would "
        "rather have it said otherwise, or whether it is to be taken out. What you leave open stays as it is now.",
        "confirm": "It may stand",
        "amend": "Say it otherwise:",
        "withdraw": "Take it out",
        "why": "Why, if you like:",
        "save": "Save my answers as a text",
        "send": "Then send the file back, or this page printed and filled in. Nothing leaves this page by itself.",
        "none": "Nothing of yours is quoted.",
        "form": "Your words, as they would be shown under the name “{name}”, stand between «« and »».\n"
        "Write behind “answer:” confirm, amend or withdraw; with amend, behind “words:”, how it should be said.\n"
        "What you leave empty stays as it is now.",
    },
    "fr": {
        "heading": "Comment vous êtes cité·e",
        "lead": "Voici vos paroles telles qu'elles seraient montrées, sous le nom « {name} ». En "
        "gris, ce que vous disiez "
        "autour ; qui vous connaît peut vous y reconnaître. Dites pour chacune si elle peut rester, "
        "si vous préférez la "
        "dire autrement, ou si elle doit être retirée. Ce que vous laissez ouvert reste comme c'est.",
        "confirm": "Elle peut rester",
        "amend": "La dire autrement :",
        "withdraw": "La retirer",
        "why": "Pourquoi, si vous voulez :",
        "save": "Enregistrer mes réponses comme texte",
        "send": "Renvoyez ensuite le fichier, ou cette page imprimée et remplie. Rien ne quitte "
        "cette page de soi-même.",
        "none": "Rien de vous n'est cité.",
        "form": "Vos paroles, telles qu'elles seraient montrées sous le nom « {name} », sont entre «« et »».\n"
        "Écrivez après « answer: » confirmer, modifier ou retirer ; avec modifier, après « words: », comment le dire.\n"
        "Ce que vous laissez vide reste comme c'est.",
    },
}
"""By language and place."""
