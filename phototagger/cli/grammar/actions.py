"""The actions of `people`, `keywords` and `models`, with their arguments, as `--help` shows them."""

from __future__ import annotations

from phototagger.cli.grammar.grammar import Action, Word

_GROUP = Word("GROUP", "the number that `people list` shows before a group")
_GROUPS = Word("GROUP", "numbers that `people list` shows", "+")
_NAME = Word("NAME", "a person's name; in quotes where it holds blanks")
_PHOTO = Word("PHOTO", "a photo's path")
_FACE = Word("FACE", "1 for the first face that `show PHOTO` lists, 2 for the second")
_KEYWORD = Word("KEYWORD", "'dog', or 'animal|dog' where several are called so")
_KEYWORDS = Word("KEYWORD", "'dog', or 'animal|dog' where several are called so", "+")
_PHOTOS = Word("PHOTO", "photos, or folders of them", "+")
_LIST = Word("LIST", "a file whose name ends in .txt (as Lightroom has it) or .csv")

PEOPLE = (
    Action("list", "show the groups of faces and who they may be"),
    Action("persons", "show the people who have a name"),
    Action("faces", "show the faces of a group", (_GROUP,)),
    Action("name", "say who a group is; its faces are confirmed with that", (_GROUP, _NAME)),
    Action(
        "confirm",
        "say yes to the name of a group, or of one face",
        (Word("GROUP|PHOTO", "a group's number in `people list`, or a photo"), Word("FACE", _FACE.help, "?")),
        "GROUP | PHOTO FACE",
    ),
    Action(
        "reject",
        "say that a group, or one face, is not that person, for good",
        (
            Word("GROUP|PHOTO", "a group's number in `people list`, or a photo"),
            Word("NAME|FACE", "who the group is not, or which face of the photo"),
            Word("NAME", "who the face is not, if that is not the person it is said to be", "?"),
        ),
        "GROUP NAME | PHOTO FACE [NAME]",
    ),
    Action("move", "say who one face is", (_PHOTO, _FACE, _NAME)),
    Action("merge", "make one group of several", (_GROUP, Word("OTHER", "the groups that go into it", "+"))),
    Action("split", "take one face out of its group", (_PHOTO, _FACE)),
    Action("ignore", "set groups of strangers, statues or posters aside", (_GROUPS,)),
    Action("unignore", "take back groups that were set aside", (_GROUPS,)),
    Action("hide", "keep a person, but neither suggest nor write the name", (_NAME,)),
    Action("unhide", "suggest and write a hidden person again", (_NAME,)),
    Action("undo", "take back the latest edit of any kind"),
    Action("forget", "delete all faces' fingerprints, groups and names, after asking; there is no way back"),
)
KEYWORDS = (
    Action("list", "show the keywords in use"),
    Action("add", "give photos a keyword", (_KEYWORD, _PHOTOS)),
    Action("remove", "take a keyword off photos", (_KEYWORD, _PHOTOS)),
    Action(
        "rename",
        "use your own name for a keyword, and for what is below it",
        (_KEYWORD, Word("NEW_NAME", "'Hund', or 'Tiere|Hund' with the levels above it")),
    ),
    Action(
        "merge",
        "give several keywords one name",
        (_KEYWORDS, Word("NEW_NAME", "what they are called from now on; it may be one of them")),
    ),
    Action("hide", "never suggest these keywords, nor what is below them", (_KEYWORDS,)),
    Action("restore", "take a rename or a hide back", (_KEYWORDS,)),
    Action(
        "language",
        "show the program's keywords in a language, with the words of further ones written beside them",
        (Word("CODE", "en, de, fr, es or zh; the first is the one shown", "+"),),
    ),
    Action(
        "import",
        "add the keywords of a list, or those that photos have",
        (
            Word(
                "LIST|PHOTO", "lists (.txt of Lightroom, or .csv); photos or folders with --from-photos", "+"
            ),
        ),
        "[--match] LIST... | --from-photos PHOTO...",
    ),
    Action("export", "write your keywords into a list", (_LIST,)),
)
MODELS = (
    Action("list", "show the networks, what they are for and their licences"),
    Action("verify", "check that their files are complete"),
)
