create table customers (
    customer_id text primary key,
    name        text not null,
    email       text not null,
    version     integer not null
);
