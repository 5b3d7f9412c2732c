insert into obm (id, type) select id, 'http://schema.massopencloud.org/haas/v0/obm/' || type
  from (values (1, 'ipmi'), (2, 'ipmi'), (3, 'mock')) as o (id, type);
insert into ipmi values (1, '10.0.7.1', 'admin', 'secret-of-ipmi-1'), (2, '10.0.7.2', 'admin', 'secret-of-ipmi-2');
insert into mock_obm values (3, 'mock.example', 'admin', 'secret-of-mock-obm');
insert into node (id, label, project_id, obm_id) values (1, 'node-01', 1, 1), (2, 'node-02', 2, 2), (3, 'node-03', null, 3);
