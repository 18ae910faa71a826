-- The migrations that this database has. Instances that start at the same time may each run this
-- statement, so it must be safe to repeat.
create table if not exists dictapp_migration (
    version integer primary key,
    name text not null,
    digest text not null,
    applied integer not null
) strict;
