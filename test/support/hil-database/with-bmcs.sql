-- HIL from 2016 to the middle of 2018, on top of tables.sql: the data of BMCs is inside.

create table obm (id bigserial primary key, type text not null);
create table ipmi (id bigint primary key references obm, host text not null, "user" text not null, password text not null);
create table mock_obm (id bigint primary key references obm, host text not null, "user" text not null, password text not null);

create table node (
  id bigserial primary key,
  label text not null unique,
  project_id bigint references project,
  obm_id bigint not null references obm
);
create table metadata (id bigserial primary key, label text not null, value text, owner_id bigint not null references node);
create table nic (
  id bigserial primary key,
  label text not null,
  owner_id bigint not null references node,
  mac_addr text,
  port_id bigint references port
);
create table network_attachment (
  id bigserial primary key,
  nic_id bigint not null references nic,
  network_id bigint not null references network,
  channel text not null
);
create table networking_action (
  id bigserial primary key,
  type text not null,
  nic_id bigint not null references nic,
  new_network_id bigint references network,
  channel text not null
);
