-- A small site without a trace of any race. Nodes are of the schema's own file.

insert into alembic_version values ('264ddaebdfcc'), ('655e037522d0');

insert into project (id, label) values (1, 'physics'), (2, 'biology');
-- grace: "Grüße, Ada"; linus: 64 characters "ab".
insert into "user" (id, label, is_admin, hashed_password) values
  (1, 'grace', true, '$6$rounds=1000$abcdefgh./XYZ012$SKct8SdjyesGSizdpsTyWdlDFzkg.c6el/Zq6OCZo9SEe33GLhA1hVin3ONn.7L9Piaq9GjKUQajPf26qs/ZT1'),
  (2, 'linus', false, '$6$rounds=1000$abcdefgh./XYZ012$oWsHnLRZMCQ2F5iByKM6WZq/xoqNGTpN/wdVF.cZ16w8AtPzjWpeztBk5UAeaxr5Pu./S392U9RR1882gUTLX1');
insert into user_projects (user_id, project_id) values (2, 1), (2, 1), (2, 2);

insert into network (id, label, owner_id, allocated, network_id) values
  (1, 'physics-net', 1, true, '105'),
  (2, 'biology-net', 2, true, '106'),
  (3, 'public-net', null, true, '107'),
  (4, 'provider-net', null, false, '1200');
insert into network_projects (network_id, project_id) values (1, 1), (2, 2), (2, 1), (4, 2);
insert into vlan (vlan_no, available) select id, id not in (105, 106, 107) from generate_series(100, 110) id;

insert into switch (id, label, type)
  select id, label, 'http://schema.massopencloud.org/haas/v0/switches/' || type from (values
    (1, 'top', 'mock'), (2, 'nexus-01', 'nexus'), (3, 'dell-01', 'powerconnect55xx'), (4, 'n3000-01', 'delln3000'), (5, 'vdx-01', 'brocade')
  ) as s (id, label, type);
insert into mock_switch values (1, 'mock.example', 'hil', 'secret-of-mock');
insert into nexus values (2, '10.0.0.2', 'hil', 'secret-of-nexus', '2222');
insert into power_connect55xx values (3, '10.0.0.3', 'hil', 'secret-of-dell');
insert into dell_n3000 values (4, '10.0.0.4', 'hil', 'secret-of-n3000', '2223');
insert into brocade values (5, 'http://10.0.0.5', 'hil', 'secret-of-vdx', 'TenGigabitEthernet');
insert into port (id, label, owner_id) values
  (1, 'gi1/0/1', 1), (2, 'gi1/0/2', 1), (3, 'gi1/0/3', 1), (4, 'gi1/0/4', 1),
  (5, 'ethernet1/3', 2), (6, 'gi1/0/5', 3), (7, 'te1/0/2', 4), (8, '104/0/10', 5);

insert into headnode (id, label, project_id, dirty, base_img, uuid) values
  (1, 'gate', 1, true, 'base-headnode', 'cd4a2b1e-0000-4000-8000-000000000001');
insert into hnic (id, label, owner_id, network_id) values (1, 'eth0', 1, 1);
