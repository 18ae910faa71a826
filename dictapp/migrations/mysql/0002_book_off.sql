-- The word books that a user switched off for themselves.

create table if not exists book_off (
    user bigint not null,
    book bigint not null,
    primary key (user, book),
    key book_off_book (book),
    constraint book_off_user foreign key (user) references user (id) on delete cascade,
    constraint book_off_book foreign key (book) references book (id) on delete cascade
) engine = innodb row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin;
