create table bus_cursors (
    source   text primary key,
    log_id   text not null,
    position integer not null
) without rowid;

create table bus_store (
    store_id text not null
);

insert into bus_store (store_id) values (lower(hex(randomblob(16))));
