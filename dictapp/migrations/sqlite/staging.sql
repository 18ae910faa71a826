-- Where an import gathers a book: seen by its connection only, gone with it.
create temporary table import_words (
    word text not null primary key,
    mean text not null,
    phonetic text,
    `rank` integer,
    forms text not null
) strict, without rowid;
