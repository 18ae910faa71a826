-- The word books that a user switched off for themselves.

create table book_off (
    user integer not null references user (id) on delete cascade,
    book integer not null references book (id) on delete cascade,
    primary key (user, book)
) strict, without rowid;
create index book_off_book on book_off (book);
