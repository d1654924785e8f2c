create table orders (
    order_id            text primary key,
    saga_id             text not null,
    customer_id         text not null,
    customer_name       text not null,
    customer_email      text not null,
    status              text not null,
    reason              text null,
    total               text not null,
    payment_method      text not null,
    tracking_number     text null,
    confirmation_number text null,
    created_at          text not null,
    updated_at          text not null
);

create index orders_by_customer on orders (customer_id);

create table order_items (
    order_id     text not null references orders (order_id),
    product_id   text not null,
    product_name text not null,
    quantity     integer not null check (quantity > 0),
    unit_price   text not null,
    primary key (order_id, product_id)
);

-- Copies kept by events of the services that own them.
create table customers (
    customer_id text primary key,
    name        text not null,
    email       text not null,
    version     integer not null
);

create table products (
    product_id text primary key,
    name       text not null,
    price      text not null,
    version    integer not null
);
