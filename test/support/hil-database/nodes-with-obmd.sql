insert into node (id, label, project_id, obmd_uri, obmd_admin_token, obmd_node_token) values
  (1, 'node-01', 1, 'https://obmd.example/node/1', 'secret-of-obmd-1', 'given-out'),
  (2, 'node-02', 2, 'https://obmd.example/node/2', 'secret-of-obmd-2', null),
  (3, 'node-03', null, 'https://obmd.example/node/3', 'secret-of-obmd-3', null);
insert into switch (id, label, type) values
  (6, 'os9-01', 'http://schema.massopencloud.org/haas/v0/switches/dellnos9'),
  (7, 'bridge', 'http://schema.massopencloud.org/haas/v0/switches/ovs');
insert into dellnos9 values (6, '10.0.0.6', 'hil', 'secret-of-os9', 'GigabitEthernet');
insert into ovs values (7, 'br0');
insert into port (id, label, owner_id) values (9, '1/3', 6), (10, 'eth2', 7);
