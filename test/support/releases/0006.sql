insert into nodes (label, project_id, agent_id, obm_type, obm_host, obm_port, obm_settings, obm_sealed, obm_enabled)
  select 'old-node-3', p.id, a.id, 'ipmi', '10.9.0.3', 623, '{"cipher_suite": 3}', 'eyJhbGciOiJFQ0RILUVTIn0..a.b.c', true
    from projects p, agents a where p.label = 'green' and a.label = 'rack-9';
insert into devices (label, agent_id, last_seq) select 'bmc/old-node-3', id, 1700000000003 from agents where label = 'rack-9';
insert into commands (id, agent_id, device_id, seq, kind, signed, status, reason, message, not_after, finished_at)
  select '00000000-0000-4000-8000-000000000003', agent_id, id, last_seq, 'power.set', 'eyJ9.eyJ9.c2ln', 'failed', 'unreachable', 'no answer', now(), now()
    from devices where label = 'bmc/old-node-3';
insert into node_actions (id, node_id, action)
  select '00000000-0000-4000-8000-000000000003', id, 'power_cycle' from nodes where label = 'old-node-3';
insert into consoles (node_id, project_id, state, next_seq, bytes)
  select id, project_id, 'open', 2, 6 from nodes where label = 'old-node-3';
insert into console_chunks (console_id, seq, at, data) select id, 1, now(), 'login:' from consoles;
