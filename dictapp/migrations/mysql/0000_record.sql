-- The migrations that this database has. Instances that start at the same time may each run this
-- statement, so it must be safe to repeat.
create table if not exists dictapp_migration (
    version int not null primary key,
    name varchar(64) not null,
    digest char(64) not null,
    applied bigint not null
) engine = innodb default charset = utf8mb4 collate = utf8mb4_bin;
