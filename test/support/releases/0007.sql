update agents set vm_host = null where label = 'rack-9';
insert into headnodes (label, project_id, agent_id, uuid, base_image, memory, vcpus, disk, made)
  select 'old-gate', p.id, a.id, '00000000-0000-4000-8000-0000000000aa', 'base-headnode', 1024, 1, 8, true
    from projects p, agents a where p.label = 'green' and a.label = 'rack-9';
insert into hnics (headnode_id, label, mac_address, network_id)
  select h.id, 'eth0', '52:54:00:09:00:01', w.id from headnodes h, networks w where h.label = 'old-gate' and w.label = 'old-lan';
insert into devices (label, agent_id, last_seq) select 'headnode/old-gate', id, 1700000000004 from agents where label = 'rack-9';
insert into commands (id, agent_id, device_id, seq, kind, signed, status, result, not_after, finished_at)
  select '00000000-0000-4000-8000-000000000004', agent_id, id, last_seq, 'headnode.start', 'eyJ9.eyJ9.c2ln', 'done', '{"headnode": {"state": "running"}}', now(), now()
    from devices where label = 'headnode/old-gate';
insert into headnode_actions (id, headnode_id, headnode, project_id, action)
  select '00000000-0000-4000-8000-000000000004', id, label, project_id, 'headnode_start' from headnodes where label = 'old-gate';
