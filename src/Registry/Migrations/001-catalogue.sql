-- A service's row outlives its instances: its index must never go backwards. Times are milliseconds since 1970, UTC.
create table registry_services (
  name text not null primary key,
  change_index bigint not null,
  empty_since bigint null
);
create table registry_instances (
  service text not null,
  id text not null,
  document text not null,
  primary key (service, id)
);
