-- Classes with their word lists, reports of entries, and how much is looked up.

-- The keys of classes and lists are random and made by the app, so that an insert may be repeated.
create table if not exists class (
    id bigint not null primary key,
    teacher bigint not null,
    name varchar(64) not null,
    code varchar(8) not null,
    created bigint not null,
    unique key class_code (code),
    key class_teacher (teacher),
    constraint class_teacher foreign key (teacher) references user (id) on delete cascade
) engine = innodb row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin;

create table if not exists class_member (
    class bigint not null,
    user bigint not null,
    joined bigint not null,
    -- Whether the teacher may see which lists the pupil has finished.
    shares smallint not null,
    primary key (class, user),
    key class_member_user (user),
    constraint class_member_class foreign key (class) references class (id) on delete cascade,
    constraint class_member_user foreign key (user) references user (id) on delete cascade
) engine = innodb row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin;

create table if not exists class_list (
    id bigint not null primary key,
    class bigint not null,
    name varchar(64) not null,
    -- Days since 1970-01-01.
    due bigint not null,
    key class_list_class (class, due),
    constraint class_list_class foreign key (class) references class (id) on delete cascade
) engine = innodb row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin;

create table if not exists class_word (
    list bigint not null,
    position bigint not null,
    word varchar(255) not null,
    primary key (list, position),
    constraint class_word_list foreign key (list) references class_list (id) on delete cascade
) engine = innodb row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin;

-- The tie breaker is random and made by the app, so that an insert may be repeated.
create table if not exists report (
    time bigint not null,
    tie bigint not null,
    user bigint,
    word varchar(255) not null,
    text varchar(1000) not null,
    primary key (time, tie),
    key report_user (user),
    constraint report_user foreign key (user) references user (id) on delete cascade
) engine = innodb row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin;

-- Look-ups of all visitors by hour, in hours since 1970, UTC.
create table if not exists lookup_hour (
    hour bigint not null primary key,
    found bigint not null,
    missing bigint not null
) engine = innodb row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin;

-- Words that no book has, without who looked for them.
create table if not exists missing_word (
    word varchar(255) not null primary key,
    lookups bigint not null,
    last bigint not null,
    key missing_word_lookups (lookups),
    key missing_word_last (last)
) engine = innodb row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin;
