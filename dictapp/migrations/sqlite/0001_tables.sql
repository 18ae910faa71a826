-- The tables of the course (user, hist, words) and what an online dictionary needs besides.
-- Every time is in microseconds since 1970, UTC.

create table user (
    id integer primary key autoincrement,
    name text not null unique check (length(name) between 1 and 64),
    passwd text not null check (length(passwd) <= 128),
    email text check (length(email) <= 254),
    created integer not null
) strict;

create table session (
    token_hash blob not null primary key check (length(token_hash) = 32),
    user integer not null references user (id) on delete cascade,
    created integer not null,
    seen integer not null,
    expires integer not null
) strict, without rowid;
create index session_user on session (user);
create index session_expires on session (expires);

-- The key is one contiguous range a user, made by the app, so that an insert may be repeated.
create table hist (
    user integer not null references user (id) on delete cascade,
    time integer not null,
    word text not null check (length(cast(word as blob)) between 1 and 255),
    found integer not null check (found in (0, 1)),
    primary key (user, time)
) strict, without rowid;

create table book (
    id integer primary key autoincrement,
    name text not null unique check (length(name) between 1 and 64),
    title text not null check (length(title) <= 255),
    kind text not null check (length(kind) <= 64),
    position integer not null,
    hidden integer not null check (hidden in (0, 1)),
    entries integer not null,
    digest text not null check (length(digest) <= 128),
    imported integer not null
) strict;

-- No foreign key to book: it would be checked for each of a million rows of an import.
create table words (
    book integer not null,
    word text not null check (length(cast(word as blob)) between 1 and 255),
    mean text not null,
    phonetic text,
    `rank` integer,
    forms text not null,
    primary key (book, word)
) strict, without rowid;

create table setting (
    name text not null primary key check (length(name) between 1 and 64),
    value text not null
) strict, without rowid;

create table counter (
    name text not null primary key check (length(name) between 1 and 64),
    value integer not null
) strict, without rowid;
insert into counter (name, value) values ('lexicon_version', 0);
