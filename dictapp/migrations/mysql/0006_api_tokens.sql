-- Tokens with which a user lets programs use the API.

create table if not exists api_token (
    token_hash binary(32) not null primary key,
    user bigint not null,
    name varchar(64) not null,
    scopes varchar(64) not null,
    created bigint not null,
    -- The last use, behind by some minutes; null before the first.
    seen bigint,
    key api_token_user (user, created),
    constraint api_token_user foreign key (user) references user (id) on delete cascade
) engine = innodb row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin;
