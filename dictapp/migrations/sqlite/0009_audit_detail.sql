-- What an event of the audit log was about beyond its user: the title of a book, a role.

alter table audit add column detail text check (length(detail) <= 600);
