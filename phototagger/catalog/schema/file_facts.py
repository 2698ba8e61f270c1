"""The table of what files and sidecars say of when and where photos were taken."""

# file_facts.mark: what lay beside the photo when its file was read; '?': the file waits to be read.
# file_facts.place: JSON list of country, region and town, as the file names them.
FILE_FACTS = """
CREATE TABLE file_facts (
    photo INTEGER PRIMARY KEY REFERENCES photo (id) ON DELETE CASCADE,
    mark TEXT NOT NULL,
    place TEXT NOT NULL
) STRICT;
"""
