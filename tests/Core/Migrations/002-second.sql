create table second (a);
