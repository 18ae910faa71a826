-- From which language to which a word book leads, such as en-zh; empty if that is not known.

alter table book add column languages varchar(16) not null default '';
