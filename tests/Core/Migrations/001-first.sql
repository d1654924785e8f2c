create table first (a);
