-- Where an import gathers a book: seen by its connection only, gone with it.
create temporary table import_words (
    word varchar(255) not null primary key,
    mean mediumtext not null,
    phonetic text,
    `rank` bigint,
    forms text not null
) engine = innodb row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin;
