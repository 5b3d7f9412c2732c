-- Least privilege. haas_owner owns everything; haas_api reads and writes rows; haas_agent executes the protocol and sees no table.
revoke execute on all functions in schema public from public;
--> statement-breakpoint
grant usage on schema public to haas_api, haas_agent;
--> statement-breakpoint
grant select on all tables in schema public to haas_api;
--> statement-breakpoint
grant insert, update, delete on
  users, projects, project_members, agents, nodes, node_metadata, nics, switches, ports, networks, network_access
  to haas_api;
--> statement-breakpoint
grant insert on devices, commands, networking_actions to haas_api;
--> statement-breakpoint
grant update (agent_id, last_seq) on devices to haas_api;
--> statement-breakpoint
grant update (pooled, reserved, network_id) on vlans to haas_api;
--> statement-breakpoint
grant execute on function expire_commands(bigint), prune_history(interval), applied_migrations() to haas_api;
--> statement-breakpoint
grant execute on function
  agent_hello(text),
  agent_claim(text, interval, interval, integer, text[]),
  agent_hold(text, text, interval, interval),
  agent_take_more(bigint, bigint, integer),
  agent_renew(bigint, bigint, interval),
  agent_settle(bigint, bigint, jsonb, boolean),
  agent_saved(bigint, bigint),
  agent_release(bigint, bigint, uuid[]),
  applied_migrations()
  to haas_agent;
