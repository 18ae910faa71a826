-- Classes with their word lists, reports of entries, and how much is looked up.

-- The keys of classes and lists are random and made by the app, so that an insert may be repeated.
create table class (
    id integer not null primary key,
    teacher integer not null references user (id) on delete cascade,
    name text not null check (length(name) between 1 and 64),
    code text not null unique check (length(code) = 8),
    created integer not null
) strict;
create index class_teacher on class (teacher);

create table class_member (
    class integer not null references class (id) on delete cascade,
    user integer not null references user (id) on delete cascade,
    joined integer not null,
    -- Whether the teacher may see which lists the pupil has finished.
    shares integer not null check (shares in (0, 1)),
    primary key (class, user)
) strict, without rowid;
create index class_member_user on class_member (user);

create table class_list (
    id integer not null primary key,
    class integer not null references class (id) on delete cascade,
    name text not null check (length(name) between 1 and 64),
    -- Days since 1970-01-01.
    due integer not null
) strict;
create index class_list_class on class_list (class, due);

create table class_word (
    list integer not null references class_list (id) on delete cascade,
    position integer not null,
    word text not null check (length(cast(word as blob)) between 1 and 255),
    primary key (list, position)
) strict, without rowid;

-- The tie breaker is random and made by the app, so that an insert may be repeated.
create table report (
    time integer not null,
    tie integer not null,
    user integer references user (id) on delete cascade,
    word text not null check (length(cast(word as blob)) between 1 and 255),
    text text not null check (length(text) between 1 and 1000),
    primary key (time, tie)
) strict, without rowid;
create index report_user on report (user);

-- Look-ups of all visitors by hour, in hours since 1970, UTC.
create table lookup_hour (
    hour integer not null primary key,
    found integer not null,
    missing integer not null
) strict;

-- Words that no book has, without who looked for them.
create table missing_word (
    word text not null primary key check (length(cast(word as blob)) between 1 and 255),
    lookups integer not null,
    last integer not null
) strict, without rowid;
create index missing_word_lookups on missing_word (lookups);
create index missing_word_last on missing_word (last);
