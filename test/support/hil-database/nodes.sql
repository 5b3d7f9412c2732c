-- What stands on the nodes 1 to 3 of site.sql.

insert into metadata (id, label, value, owner_id) values (1, 'rack', '"A7"', 1), (2, 'disks', '[{"size": 4}]', 1), (3, 'note', 'plain text', 2);
insert into nic (id, label, owner_id, mac_addr, port_id) values
  (1, 'eth0', 1, '52-54-00-00-00-01', 1),
  (2, 'eth1', 1, '52:54:00:00:00:02', 2),
  (3, 'eth0', 2, '52:54:00:00:00:03', 3),
  (4, 'eth0', 3, null, 5),
  (5, 'eth1', 3, 'none', null);
insert into network_attachment (id, nic_id, network_id, channel) values
  (1, 1, 1, 'vlan/native'), (2, 1, 3, 'vlan/107'), (3, 2, 2, 'vlan/106'), (4, 3, 4, 'vlan/native');
