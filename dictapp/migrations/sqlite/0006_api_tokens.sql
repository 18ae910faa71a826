-- Tokens with which a user lets programs use the API.

create table api_token (
    token_hash blob not null primary key check (length(token_hash) = 32),
    user integer not null references user (id) on delete cascade,
    name text not null check (length(name) between 1 and 64),
    scopes text not null check (length(scopes) <= 64),
    created integer not null,
    -- The last use, behind by some minutes; null before the first.
    seen integer
) strict, without rowid;
create index api_token_user on api_token (user, created);
