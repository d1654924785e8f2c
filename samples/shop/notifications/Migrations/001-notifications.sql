create table notifications (
    message_id text primary key,
    order_id   text not null,
    recipient  text not null,
    subject    text not null,
    sent_at    text not null
);

create index notifications_by_order on notifications (order_id, sent_at);
