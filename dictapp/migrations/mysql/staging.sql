-- The entries of a book while it is imported. The table is visible only to its connection, and ends
-- with it.
create temporary table import_words (
    word varchar(255) not null primary key,
    mean mediumtext not null,
    phonetic text,
    `rank` bigint,
    forms text not null
) engine = innodb row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin;
