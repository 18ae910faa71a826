-- The entries of a book while it is imported. The table is visible only to its connection, and ends
-- with it.
create temporary table import_words (
    word text not null primary key,
    mean text not null,
    phonetic text,
    `rank` integer,
    forms text not null
) strict, without rowid;
