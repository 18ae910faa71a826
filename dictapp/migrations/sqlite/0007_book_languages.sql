-- From which language to which a word book leads, such as en-zh; empty if that is not known.

alter table book add column languages text not null default '' check (length(languages) <= 16);
