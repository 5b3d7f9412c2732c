update projects set max_nodes = 5 where label = 'green';
insert into audit (id, event, actor, address, request, node, subject, details, result)
  values ('00000000-0000-4000-8000-0000000000cc', 'node_connect_network', 'linus', '192.0.2.1', 'r-1', 'old-node-1',
    '{"node": "old-node-1", "nic": "eth0"}', '{"network": "old-lan"}', '{"status": "ordered"}');
insert into audit_projects (project_id, seq) select id, 7 from projects where label = 'green';
insert into audit_prunings (through, hash, signature, complete_from) values (7, 'a-hash', 'a-signature', now() - interval '1 day');
