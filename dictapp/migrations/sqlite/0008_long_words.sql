-- A word has at most 255 characters, which take up to 1020 bytes. The tables took 255 bytes.
-- Only the checks change, so no row is copied: the way that SQLite's page on ALTER TABLE gives for
-- changes that do not affect what is on the disk.

pragma writable_schema = on;
update sqlite_schema
    set sql = replace(sql, 'length(cast(word as blob)) between 1 and 255', 'length(cast(word as blob)) between 1 and 1020')
    where type = 'table' and name in ('hist', 'words', 'class_word', 'report', 'missing_word');
pragma writable_schema = reset;
-- A change of the tables makes other connections read them anew.
create index read_anew on setting (name);
drop index read_anew;
