create table shipments (
    order_id        text primary key,
    customer_id     text not null,
    recipient       text not null,
    tracking_number text not null,
    scheduled_at    text not null
);
