create table orders (id text primary key, product text not null);
