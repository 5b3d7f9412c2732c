-- A small site. The password of both users is that of the people of the tests.
insert into users (label, password_hash, is_admin) values
  ('grace', '$argon2id$v=19$m=19456,t=2,p=1$iFyq5C8gQnK4w7ouNMUkng$tS1q03eN9Opnp7pQjHP83cVworU/WStbUe5iFHnrlbE', true),
  ('linus', '$argon2id$v=19$m=19456,t=2,p=1$iFyq5C8gQnK4w7ouNMUkng$tS1q03eN9Opnp7pQjHP83cVworU/WStbUe5iFHnrlbE', false);
insert into projects (label) values ('green'), ('grey');
insert into project_members (user_id, project_id)
  select u.id, p.id from users u, projects p where u.label = 'linus' and p.label = 'green';
insert into agents (label, login, public_key, last_seen_at, version) values
  ('rack-9', 'haas_agent_rack_9', '{"kty": "OKP", "crv": "X25519", "x": "hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo"}', now(), '0.1.0');
insert into devices (label, agent_id, last_seq) select 'switch/old-1', id, 1700000000001 from agents where label = 'rack-9';
insert into switches (label, type, device_id, agent_id, hostname, port, settings, sealed)
  select 'old-1', 'mock', d.id, d.agent_id, 'mock', 1, '{}', 'eyJhbGciOiJFQ0RILUVTIn0..a.b.c' from devices d where d.label = 'switch/old-1';
insert into ports (switch_id, label, idle) select id, unnest(array['gi1/0/1', 'gi1/0/2', 'gi1/0/3']), 'shut' from switches where label = 'old-1';
insert into nodes (label, project_id, obmd_uri, obmd_token)
  select 'old-node-1', id, 'http://obmd.test/node/1', 'token' from projects where label = 'green';
insert into nodes (label, obmd_uri, obmd_token) values ('old-node-2', 'http://obmd.test/node/2', 'token');
insert into nics (node_id, label, mac_address, port_id)
  select n.id, 'eth' || p.number, '52:54:00:00:09:0' || p.number,
      (select id from ports where label = 'gi1/0/' || p.number + 1)
    from nodes n, generate_series(0, 1) as p (number) where n.label = 'old-node-1';
insert into node_metadata (node_id, label, value) select id, 'rack', 'A7' from nodes where label = 'old-node-1';
insert into networks (label, owner_id, is_public) select 'old-lan', id, false from projects where label = 'green';
insert into networks (label, owner_id, is_public) values ('old-public', null, true);
insert into network_access (network_id, project_id)
  select w.id, p.id from networks w, projects p where w.label = 'old-lan' and p.label = 'green';
insert into commands (id, agent_id, device_id, seq, kind, signed, status, attempt, fence, result, not_after, finished_at)
  select '00000000-0000-4000-8000-000000000001', agent_id, id, last_seq, 'port.set', 'eyJ9.eyJ9.c2ln', 'done', 1, 1,
      '{"port": {"native": 100, "tagged": [], "enabled": true}, "changed": true}', now() + interval '15 minutes', now() - interval '1 day'
    from devices where label = 'switch/old-1';
insert into networking_actions (id, nic_id, port_id, change, network_id, network, channel, vlans, finished_at)
  select '00000000-0000-4000-8000-000000000001', n.id, n.port_id, 'connect', w.id, w.label, 'vlan/native', '{100}', now() - interval '1 day'
    from nics n, networks w where n.label = 'eth0' and w.label = 'old-lan';
insert into attachments (nic_id, network_id, channel)
  select nic_id, network_id, channel from networking_actions where id = '00000000-0000-4000-8000-000000000001';
