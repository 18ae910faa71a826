-- The words that a user saved, their reviews, and what a user prefers.

create table saved_word (
    user integer not null references user (id) on delete cascade,
    word text not null,
    created integer not null,
    list text not null default '',
    tags text not null default '',
    note text not null default '',
    sentence text not null default '',
    suspended integer not null default 0,
    -- Derived from the reviews: how many, the latest, when the next is due, and the state of memory
    -- (stability and difficulty in millionths).
    reviews integer not null default 0,
    last integer not null default 0,
    due integer not null,
    phase integer not null default 0,
    step integer not null default 0,
    stability integer not null default 0,
    difficulty integer not null default 0,
    primary key (user, word)
) strict, without rowid;
create index saved_word_created on saved_word (user, created);
create index saved_word_due on saved_word (user, suspended, due);

create table review (
    user integer not null references user (id) on delete cascade,
    time integer not null,
    word text not null,
    grade integer not null,
    primary key (user, time)
) strict, without rowid;
create index review_word on review (user, word, time);

create table preference (
    user integer not null references user (id) on delete cascade,
    name text not null,
    value text not null,
    primary key (user, name)
) strict, without rowid;
