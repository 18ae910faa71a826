-- The tables of the course (user, hist, words) and what an online dictionary needs besides.
-- Every time is in microseconds since 1970, UTC. MySQL commits each of these statements by
-- itself, so each must be safe to repeat: a start that was killed half-way goes on from there.
-- "Exists already" for a table, column or index, and "nothing to drop", count as done.

create table if not exists user (
    id bigint not null auto_increment primary key,
    name varchar(64) not null,
    passwd varchar(128) not null,
    email varchar(254),
    created bigint not null,
    unique key user_name (name)
) engine = innodb row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin;

create table if not exists session (
    token_hash binary(32) not null primary key,
    user bigint not null,
    created bigint not null,
    seen bigint not null,
    expires bigint not null,
    key session_user (user),
    constraint session_user foreign key (user) references user (id) on delete cascade
) engine = innodb row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin;

create index session_expires on session (expires);

-- The key is one contiguous range a user, made by the app, so that an insert may be repeated.
create table if not exists hist (
    user bigint not null,
    time bigint not null,
    word varchar(255) not null,
    found tinyint not null,
    primary key (user, time),
    constraint hist_user foreign key (user) references user (id) on delete cascade
) engine = innodb row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin;

create table if not exists book (
    id bigint not null auto_increment primary key,
    name varchar(64) not null,
    title varchar(255) not null,
    kind varchar(64) not null,
    position bigint not null,
    hidden tinyint not null,
    entries bigint not null,
    digest varchar(128) not null,
    imported bigint not null,
    unique key book_name (name)
) engine = innodb row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin;

-- No foreign key to book: it would be checked for each of a million rows of an import.
create table if not exists words (
    book bigint not null,
    word varchar(255) not null,
    mean mediumtext not null,
    phonetic text,
    `rank` bigint,
    forms text not null,
    primary key (book, word)
) engine = innodb row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin;

create table if not exists setting (
    name varchar(64) not null primary key,
    value mediumtext not null
) engine = innodb row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin;

create table if not exists counter (
    name varchar(64) not null primary key,
    value bigint not null
) engine = innodb row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin;

insert ignore into counter (name, value) values ('lexicon_version', 0);
