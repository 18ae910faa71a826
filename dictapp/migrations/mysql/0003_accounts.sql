-- Roles and blocked users, where sessions come from, reset codes, and the audit log.

alter table user add column role varchar(16) not null default 'user';
-- Since when the user may not log in.
alter table user add column disabled bigint;
-- The hash of the name's appearance; null for names that looked alike before this was compared.
alter table user add column look binary(32);
-- The hash of the form that registered the user, so that a repeated form is recognised.
alter table user add column sign_up binary(32);
create unique index user_look on user (look);

alter table session add column lifetime varchar(16) not null default 'kept';
alter table session add column device varchar(64) not null default '';
alter table session add column network varchar(64) not null default '';

create table if not exists reset_code (
    code_hash binary(32) not null primary key,
    user bigint not null,
    created bigint not null,
    expires bigint not null,
    key reset_code_user (user),
    constraint reset_code_user foreign key (user) references user (id) on delete cascade
) engine = innodb row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin;

create index reset_code_expires on reset_code (expires);

-- No foreign keys: the log keeps the number of a deleted user and nothing else about them.
-- The tie breaker is random and made by the app, so that an insert may be repeated.
create table if not exists audit (
    time bigint not null,
    tie bigint not null,
    event varchar(32) not null,
    user bigint,
    actor bigint,
    network varchar(64),
    primary key (time, tie),
    key audit_user (user, time)
) engine = innodb row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin;
