update vlans set pooled = true where id between 100 and 199;
update vlans set reserved = true where id = 1;
update vlans set network_id = (select id from networks where label = 'old-lan') where id = 100;
update vlans set network_id = (select id from networks where label = 'old-public') where id = 2000;
-- What is still to be done when the next release comes.
insert into commands (id, agent_id, device_id, seq, kind, signed, not_after)
  select '00000000-0000-4000-8000-000000000002', agent_id, id, last_seq + 1, 'port.set', 'eyJ9.eyJ9.c2ln', now() + interval '1 day'
    from devices where label = 'switch/old-1';
update devices set last_seq = last_seq + 1 where label = 'switch/old-1';
insert into networking_actions (id, nic_id, port_id, change, network_id, network, channel, vlans)
  select '00000000-0000-4000-8000-000000000002', n.id, n.port_id, 'connect', w.id, w.label, 'vlan/native', '{2000}'
    from nics n, networks w where n.label = 'eth1' and w.label = 'old-public';
