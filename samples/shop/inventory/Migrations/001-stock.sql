create table stock (
    product_id text primary key,
    available  integer not null check (available >= 0)
);

create table reservations (
    order_id   text not null,
    product_id text not null,
    quantity   integer not null check (quantity > 0),
    primary key (order_id, product_id)
);
