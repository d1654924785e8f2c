create table payments (
    order_id      text primary key,
    payment_id    text not null,
    customer_id   text not null,
    amount        text not null,
    method        text not null,
    status        text not null,
    reject_code   text null,
    reject_reason text null,
    processed_at  text not null
);
