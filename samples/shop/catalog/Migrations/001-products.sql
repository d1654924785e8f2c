create table products (
    product_id text primary key,
    name       text not null,
    price      text not null,
    version    integer not null
);
