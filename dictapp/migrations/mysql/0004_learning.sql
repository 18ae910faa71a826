-- The words that a user saved, their reviews, and what a user prefers.

create table if not exists saved_word (
    user bigint not null,
    word varchar(255) not null,
    created bigint not null,
    list varchar(64) not null default '',
    tags varchar(255) not null default '',
    note varchar(1000) not null default '',
    sentence varchar(1000) not null default '',
    suspended smallint not null default 0,
    reviews bigint not null default 0,
    last bigint not null default 0,
    due bigint not null,
    phase smallint not null default 0,
    step smallint not null default 0,
    stability bigint not null default 0,
    difficulty bigint not null default 0,
    primary key (user, word),
    key saved_word_created (user, created),
    key saved_word_due (user, suspended, due),
    constraint saved_word_user foreign key (user) references user (id) on delete cascade
) engine = innodb row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin;

create table if not exists review (
    user bigint not null,
    time bigint not null,
    word varchar(255) not null,
    grade smallint not null,
    primary key (user, time),
    key review_word (user, word, time),
    constraint review_user foreign key (user) references user (id) on delete cascade
) engine = innodb row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin;

create table if not exists preference (
    user bigint not null,
    name varchar(32) not null,
    value varchar(255) not null,
    primary key (user, name),
    constraint preference_user foreign key (user) references user (id) on delete cascade
) engine = innodb row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin;
