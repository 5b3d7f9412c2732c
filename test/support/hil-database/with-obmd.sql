-- HIL from 2018 to its end, on top of tables.sql: BMCs are at obmd, and actions have a status.

create table dellnos9 (id bigint primary key references switch, hostname text not null, username text not null, password text not null, interface_type text not null);
create table ovs (id bigint primary key references switch, ovs_bridge text not null);

create table node (
  id bigserial primary key,
  label text not null unique,
  project_id bigint references project,
  obmd_uri text not null,
  obmd_admin_token text not null,
  obmd_node_token text
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
  channel text not null,
  uuid text not null,
  status text not null
);
