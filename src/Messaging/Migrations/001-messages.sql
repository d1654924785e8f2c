create table outbox (
    position    integer primary key autoincrement,
    id          text not null,
    type        text not null,
    source      text not null,
    destination text null,
    key         text null,
    headers     text not null,
    time        text not null,
    body        blob not null
);

create table inbox (
    message_id text not null,
    handler    text not null,
    handled_at text not null,
    primary key (message_id, handler)
) without rowid;

create index inbox_handled_at on inbox (handled_at);

create table parked (
    sequence    integer primary key autoincrement,
    handler     text not null,
    parked_key  text not null,
    attempts    integer not null,
    due         text not null,
    id          text not null,
    type        text not null,
    source      text not null,
    destination text null,
    key         text null,
    headers     text not null,
    time        text not null,
    body        blob not null,
    unique (handler, id)
);

create index parked_by_key on parked (parked_key, sequence);

create table dead_letters (
    dead_letter_id text primary key,
    dead_at        text not null,
    handler        text not null,
    attempts       integer not null,
    error_type     text not null,
    error_message  text not null,
    exception      text not null,
    trace_id       text null,
    id             text not null,
    type           text not null,
    source         text not null,
    destination    text null,
    key            text null,
    headers        text not null,
    time           text not null,
    body           blob not null
);

create index dead_letters_dead_at on dead_letters (dead_at);

create unique index dead_letters_message on dead_letters (id, handler);

create table idempotency_keys (
    scope       text not null,
    key         text not null,
    fingerprint text not null,
    response    text not null,
    created_at  text not null,
    primary key (scope, key)
) without rowid;

create index idempotency_keys_created_at on idempotency_keys (created_at);
