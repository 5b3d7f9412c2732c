-- The tables that both schemas of HIL have alike.

create table alembic_version (version_num text not null);

create table project (id bigserial primary key, label text not null unique);
create table "user" (id bigserial primary key, label text not null, is_admin boolean not null, hashed_password text);
create table user_projects (user_id bigint references "user", project_id bigint references project);

create table network (
  id bigserial primary key,
  label text not null unique,
  owner_id bigint references project,
  allocated boolean,
  network_id text not null
);
create table network_projects (project_id bigint references project, network_id bigint references network);
create table vlan (id bigserial primary key, vlan_no integer not null, available boolean not null);

create table switch (id bigserial primary key, label text not null unique, type text not null);
create table nexus (id bigint primary key references switch, hostname text not null, username text not null, password text not null, dummy_vlan text not null);
create table power_connect55xx (id bigint primary key references switch, hostname text not null, username text not null, password text not null);
create table dell_n3000 (id bigint primary key references switch, hostname text not null, username text not null, password text not null, dummy_vlan text not null);
create table brocade (id bigint primary key references switch, hostname text not null, username text not null, password text not null, interface_type text not null);
create table mock_switch (id bigint primary key references switch, hostname text not null, username text not null, password text not null);
create table port (id bigserial primary key, label text not null, owner_id bigint not null references switch);

create table headnode (
  id bigserial primary key,
  label text not null,
  project_id bigint not null references project,
  dirty boolean not null,
  base_img text not null,
  uuid text not null
);
create table hnic (
  id bigserial primary key,
  label text not null,
  owner_id bigint not null references headnode,
  network_id bigint references network
);
