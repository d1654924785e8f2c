create table sagas (
    saga_id      text primary key,
    name         text not null,
    version      integer not null,
    status       text not null,
    steps        text not null,
    state        text not null,
    waits_for    text not null,
    attempt      integer not null,
    due          text null,
    callback_url text null,
    started_at   text not null,
    updated_at   text not null
);

create index sagas_due on sagas (due) where due is not null;

create index sagas_started_at on sagas (started_at);

create table saga_tombstones (
    step           text primary key,
    compensated_at text not null
) without rowid;
