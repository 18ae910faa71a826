-- Roles and blocked users, where sessions come from, reset codes, and the audit log.

alter table user add column role text not null default 'user'
    check (role in ('user', 'teacher', 'admin'));
-- Since when the user may not log in.
alter table user add column disabled integer;
-- The hash of the name's appearance; null for names that looked alike before this was compared.
alter table user add column look blob check (length(look) = 32);
-- The hash of the form that registered the user, so that a repeated form is recognised.
alter table user add column sign_up blob check (length(sign_up) = 32);
create unique index user_look on user (look);

alter table session add column lifetime text not null default 'kept'
    check (lifetime in ('browser', 'kept'));
alter table session add column device text not null default '' check (length(device) <= 64);
alter table session add column network text not null default '' check (length(network) <= 64);

create table reset_code (
    code_hash blob not null primary key check (length(code_hash) = 32),
    user integer not null references user (id) on delete cascade,
    created integer not null,
    expires integer not null
) strict, without rowid;
create index reset_code_user on reset_code (user);
create index reset_code_expires on reset_code (expires);

-- No foreign keys: the log keeps the number of a deleted user and nothing else about them.
-- The tie breaker is random and made by the app, so that an insert may be repeated.
create table audit (
    time integer not null,
    tie integer not null,
    event text not null check (length(event) <= 32),
    user integer,
    actor integer,
    network text check (length(network) <= 64),
    primary key (time, tie)
) strict, without rowid;
create index audit_user on audit (user, time);
