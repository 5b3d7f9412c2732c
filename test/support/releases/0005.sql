update ports
  set suspect_since = now(), suspect_reason = 'the port was not read back', suspect_vlans = '{100}',
      read_state = '{"native": null, "tagged": [], "enabled": false}', read_at = now()
  where label = 'gi1/0/3';
update devices set moved_seq = 1700000000000, fence = 3 where label = 'switch/old-1';
