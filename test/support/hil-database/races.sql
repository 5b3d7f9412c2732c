-- What HIL's races and gaps leave behind, on top of nodes.sql and nodes-with-bmcs.sql. Ids begin at 100; each trace has nodes of its own.

insert into project (id, label) values (100, 'chemistry'), (101, 'admin');
insert into "user" (id, label, is_admin, hashed_password) values
  (100, 'twin', false, null), (101, 'twin', false, null), (102, 'ke:ystone', false, null);
insert into user_projects (user_id, project_id) values (null, 1);

-- One VLAN, twice; ids that are none; who may use them is unclear.
insert into network (id, label, owner_id, allocated, network_id) values
  (100, 'granted-once', 1, true, '108'), (101, 'granted-twice', 2, true, '108'),
  (102, 'zeroed', null, false, '0300'), (103, 'beyond', null, false, '4096'),
  (104, 'opened', 1, true, '109'), (105, 'disowned', 1, true, '110'), (106, 'kept-by-switch', null, false, '2222'),
  (107, 'for-whom', null, false, '111');
insert into network_projects (network_id, project_id) values
  (100, 1), (101, 2), (102, 1), (103, 1), (105, 2), (106, 1), (107, null), (null, 2);
-- Taken, and nobody's; somebody's, and free.
update vlan set available = false where vlan_no = 104;
update vlan set available = true where vlan_no = 105;

insert into switch (id, label, type) values
  (100, 'nexus-again', 'http://schema.massopencloud.org/haas/v0/switches/nexus'),
  (101, 'strange', 'http://example.org/switches/strange'),
  (102, 'bare', 'http://schema.massopencloud.org/haas/v0/switches/mock'),
  (103, 'core', 'http://schema.massopencloud.org/haas/v0/switches/powerconnect55xx'),
  (104, 'core-again', 'http://schema.massopencloud.org/haas/v0/switches/delln3000');
insert into nexus values (100, '10.0.0.2', 'hil', 'secret-of-nexus', '2222');
insert into power_connect55xx values (103, 'core.example', 'hil', 'secret-of-dell');
insert into dell_n3000 values (104, 'CORE.example', 'hil', 'secret-of-n3000', '2223');
insert into port (id, label, owner_id) values
  (100, 'gi1/1/0', 1), (101, 'gi1/1/1', 1), (102, 'gi1/1/1', 1), (103, 'gi1/1/3', 1), (104, 'gi1/1/4', 1), (105, 'gi1/1/5', 1),
  (106, 'gi1/1/6', 1), (107, 'gi1/1/7', 1), (108, 'gi1/1/8', 1), (109, 'gi1/1/9', 1), (110, 'gi1/1/10', 1), (111, 'x', 1);

insert into obm (id, type) select id, 'http://schema.massopencloud.org/haas/v0/obm/mock' from generate_series(100, 115) id;
insert into mock_obm select id, 'mock', 'u', 'p' from generate_series(100, 115) id where id <> 112;
update obm set type = 'http://schema.massopencloud.org/haas/v0/obm/ipmi' where id in (110, 111);
delete from mock_obm where id in (110, 111);
insert into ipmi values (110, '10.0.7.9', 'u', 'p'), (111, '10.0.7.9', 'u', 'p');
insert into node (id, label, project_id, obm_id) values
  (100, 'two-nics-of-one-name', 1, 100), (101, 'port-of-two-a', 1, 101), (102, 'port-of-two-b', 2, 102),
  (103, 'given-twice', 1, 103), (104, 'free-and-connected', null, 104), (105, 'channel-twice', 1, 105),
  (106, 'network-twice', 1, 106), (107, 'uncabled', 1, 107), (108, 'hanging', 1, 108), (109, 'metadata-twice', null, 109),
  (110, 'bmc-of-two-a', null, 110), (111, 'bmc-of-two-b', null, 111), (112, 'no-bmc', null, 112),
  (113, 'wrong-channel', 1, 113), (114, 'on-a-vlan-of-two', 1, 114), (115, '-named-like-an-option', null, 115);
insert into nic (id, label, owner_id, mac_addr, port_id) values
  (100, 'eth0', 100, 'a', null), (101, 'eth0', 100, 'a', 110),
  (102, 'eth0', 101, 'b', 103), (103, 'eth0', 102, 'c', 103),
  (104, 'eth0', 103, 'd', 104), (105, 'eth0', 104, 'e', 105), (106, 'eth0', 105, 'f', 106), (107, 'eth0', 106, 'g', 107),
  (108, 'eth0', 107, 'h', null), (109, 'eth0', 108, 'i', 108), (110, 'eth0', 113, 'j', 109), (111, 'eth0', 114, 'k', null);
update nic set port_id = 100 where id = 111;
insert into network_attachment (id, nic_id, network_id, channel) values
  (100, 104, 4, 'vlan/native'),
  (101, 105, 3, 'vlan/native'),
  (102, 106, 1, 'vlan/native'), (103, 106, 3, 'vlan/native'),
  (104, 107, 1, 'vlan/native'), (105, 107, 1, 'vlan/105'),
  (106, 108, 1, 'vlan/native'),
  (107, 110, 1, 'vlan/999'),
  (108, 111, 100, 'vlan/native');
insert into networking_action (id, type, nic_id, new_network_id, channel) values (100, 'modify_port', 109, 1, 'vlan/native');
insert into metadata (id, label, value, owner_id) values (100, 'rack', '"A"', 109), (101, 'rack', '"B"', 109);

insert into headnode (id, label, project_id, dirty, base_img, uuid) values
  (100, 'double', 1, true, 'base-headnode', '00000000-0000-4000-8000-000000000100'),
  (101, 'double', 1, true, 'base-headnode', '00000000-0000-4000-8000-000000000101'),
  (102, 'two-interfaces', 1, true, 'base-headnode', '00000000-0000-4000-8000-000000000102'),
  (103, 'trespasser', 1, true, 'base-headnode', '00000000-0000-4000-8000-000000000103');
insert into hnic (id, label, owner_id, network_id) values (100, 'eth0', 102, null), (101, 'eth0', 102, null), (102, 'eth0', 103, 4);
