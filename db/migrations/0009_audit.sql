CREATE TABLE "audit" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"seq" bigint,
	"hash" text,
	"signature" text,
	"at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"event" text NOT NULL,
	"actor" text,
	"token" uuid,
	"address" text,
	"request" text,
	"cause" uuid,
	"node" text,
	"projects" bigint[] DEFAULT '{}' NOT NULL,
	"subject" jsonb DEFAULT '{}' NOT NULL,
	"details" jsonb DEFAULT '{}' NOT NULL,
	"result" jsonb DEFAULT '{}' NOT NULL,
	CONSTRAINT "audit_seq" UNIQUE("seq"),
	CONSTRAINT "chained_is_whole" CHECK (("audit"."seq" is null) = ("audit"."hash" is null)),
	CONSTRAINT "only_the_chained_is_signed" CHECK ("audit"."signature" is null or "audit"."seq" is not null)
);
--> statement-breakpoint
CREATE TABLE "audit_projects" (
	"project_id" bigint NOT NULL,
	"seq" bigint NOT NULL,
	CONSTRAINT "audit_projects_project_id_seq_pk" PRIMARY KEY("project_id","seq")
);
--> statement-breakpoint
CREATE TABLE "audit_prunings" (
	"through" bigint PRIMARY KEY NOT NULL,
	"hash" text NOT NULL,
	"signature" text NOT NULL,
	"complete_from" timestamp with time zone NOT NULL,
	"pruned_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "commands" ADD COLUMN "cause" uuid DEFAULT nullif(current_setting('haas.cause', true), '')::uuid;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "max_nodes" integer;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "max_networks" integer;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "max_headnodes" integer;--> statement-breakpoint
CREATE INDEX "audit_not_chained" ON "audit" USING btree ("at") WHERE "audit"."seq" is null;--> statement-breakpoint
CREATE INDEX "audit_at" ON "audit" USING btree ("at");--> statement-breakpoint
CREATE INDEX "audit_history" ON "audit" USING btree ("node","at") WHERE "audit"."event" in ('node_project', 'nic_network');--> statement-breakpoint
CREATE INDEX "audit_actor" ON "audit" USING btree ("actor","seq") WHERE "audit"."seq" is not null;--> statement-breakpoint
CREATE INDEX "audit_event" ON "audit" USING btree ("event","seq") WHERE "audit"."seq" is not null;--> statement-breakpoint
CREATE INDEX "audit_node" ON "audit" USING btree ("node","seq") WHERE "audit"."seq" is not null;--> statement-breakpoint
CREATE INDEX "audit_request" ON "audit" USING btree ("request","seq") WHERE "audit"."seq" is not null;--> statement-breakpoint
CREATE INDEX "audit_projects_seq_index" ON "audit_projects" USING btree ("seq");--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "quota_is_a_number" CHECK (least("projects"."max_nodes", "projects"."max_networks", "projects"."max_headnodes") >= 0);--> statement-breakpoint

-- Of what was before nothing is known.
insert into audit (event, result) values ('audit_began', '{"status": "done"}');
--> statement-breakpoint

-- The chain is not for those to mend who write entries.
create function keep_chained() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'entry % of the audit is chained, and not to be altered', old.seq using errcode = 'integrity_constraint_violation';
end $$;
--> statement-breakpoint
create trigger audit_is_kept before update on audit for each row when (old.seq is not null) execute function keep_chained();
--> statement-breakpoint

-- Records a request in the transaction that carries it out: its entry, and the projects that may read of it. Where it names none of
-- theirs nothing is looked for: hardware is registered by the thousand.
create function record_request(p_entry jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  owned constant jsonb := p_entry -> 'owned';
  concerned bigint[] := '{}';
begin
  perform set_config('haas.cause', p_entry ->> 'id', true);
  if p_entry -> 'projects' <> '[]' or owned <> '{}' then
    concerned := array(
      select id from projects where label in (select jsonb_array_elements_text(p_entry -> 'projects'))
      union select project_id from nodes where label = owned ->> 'node' and project_id is not null
      union select project_id from headnodes where label = owned ->> 'headnode'
      union select owner_id from networks where label = owned ->> 'network' and owner_id is not null);
  end if;
  insert into audit (id, event, actor, token, address, request, node, projects, subject, details, result)
    values ((p_entry ->> 'id')::uuid, p_entry ->> 'event', p_entry ->> 'actor', (p_entry ->> 'token')::uuid, p_entry ->> 'address',
      p_entry ->> 'request', p_entry ->> 'node', concerned, p_entry -> 'subject', p_entry -> 'details',
      jsonb_build_object('status', p_entry ->> 'status'));
end $$;
--> statement-breakpoint

-- What follows from a change is told with it: of the request that this transaction carries out, or of the one that is given.
create function record_consequence(p_cause uuid, p_event text, p_node text, p_projects bigint[], p_subject jsonb, p_details jsonb)
returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  insert into audit (event, actor, token, address, request, cause, node, projects, subject, details, result)
    select p_event, c.actor, c.token, c.address, c.request, c.id, p_node, array_remove(p_projects, null), p_subject, p_details,
        '{"status": "done"}'
      from (select coalesce(p_cause, nullif(current_setting('haas.cause', true), '')::uuid) as id) as given
      left join audit c using (id);
end $$;
--> statement-breakpoint

-- Who has a node: what is null was not there.
create function record_node_project() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  was jsonb;
  is_now jsonb;
begin
  if tg_op <> 'INSERT' then
    was := jsonb_build_object('project', (select label from projects where id = old.project_id));
  end if;
  if tg_op <> 'DELETE' then
    is_now := jsonb_build_object('project', (select label from projects where id = new.project_id));
  end if;
  perform record_consequence(null, 'node_project', coalesce(new.label, old.label), array[old.project_id, new.project_id], '{}',
    jsonb_build_object('before', was, 'after', is_now));
  return null;
end $$;
--> statement-breakpoint
create trigger node_project_recorded after insert or delete on nodes for each row execute function record_node_project();
--> statement-breakpoint
create trigger node_project_change_recorded after update of project_id on nodes
  for each row when (old.project_id is distinct from new.project_id) execute function record_node_project();
--> statement-breakpoint

-- Which network is on a channel of a NIC. An agent's work belongs to the action that it has just finished.
create function record_nic_network() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  attachment constant attachments := coalesce(new, old);
  place record;
  network constant text := (select label from networks where id = attachment.network_id);
begin
  select n.label as nic, o.label as node, o.project_id into place
    from nics n join nodes o on o.id = n.node_id where n.id = attachment.nic_id;
  perform record_consequence(
    (select c.cause from networking_actions a join commands c using (id) where a.nic_id = attachment.nic_id and a.finished_at = now() limit 1),
    'nic_network', place.node, array[place.project_id],
    jsonb_build_object('nic', place.nic, 'channel', attachment.channel),
    case tg_op
      when 'INSERT' then jsonb_build_object('before', null, 'after', network)
      else jsonb_build_object('before', network, 'after', null)
    end);
  return null;
end $$;
--> statement-breakpoint
create trigger nic_network_recorded after insert or delete on attachments for each row execute function record_nic_network();
--> statement-breakpoint

-- What became of a command: by the agent that says so, or by nobody, when none took it in time. A request may be about several nodes; a
-- command for a BMC or a console is about one.
create function record_command_end() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  device constant text := (select label from devices where id = new.device_id);
begin
  insert into audit (event, actor, request, cause, node, projects, subject, result)
    select 'command_ended', (select 'agent ' || label from agents where login = session_user), c.request, new.cause,
        coalesce(c.node, substring(device from '^(?:bmc|console)/(.+)$')), coalesce(c.projects, '{}'),
        jsonb_build_object('command', new.id, 'kind', new.kind, 'device', device),
        jsonb_strip_nulls(jsonb_build_object('status', new.status, 'reason', new.reason, 'message', new.message))
      from (select new.cause as id) as given left join audit c using (id);
  return null;
end $$;
--> statement-breakpoint
create trigger command_end_recorded after update of finished_at on commands
  for each row when (old.finished_at is null and new.finished_at is not null and new.cause is not null)
  execute function record_command_end();
--> statement-breakpoint

-- Forgets what is older than the age given from the beginning of the chain, up to an entry that is signed, and at most p_most entries.
-- Answers how many. The last month is never forgotten. One at a time: both of two would forget the same. What was written while the clock
-- was wrong is as old as its neighbours: an entry of long ago behind a young one ends nothing, and one of the time to come keeps nothing.
create function prune_audit(p_age interval, p_most bigint) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  young_from constant timestamptz := now() - greatest(p_age, '30 days');
  last audit;
  forgotten bigint;
begin
  perform pg_advisory_xact_lock(hashtext('haas prune audit'));
  with oldest as (select * from audit where seq is not null order by seq limit p_most)
    select * into last from oldest
      where signature is not null and at < young_from
        and seq < coalesce((select min(seq) from oldest where at between young_from and now()), 'infinity'::float8)
      order by seq desc limit 1;
  if last.seq is null then
    return 0;
  end if;
  insert into audit_prunings (through, hash, signature, complete_from)
    select last.seq, last.hash, last.signature, coalesce(max(at) filter (where at <= now()), last.at) from audit where seq <= last.seq;
  delete from audit_projects where seq <= last.seq;
  delete from audit where seq <= last.seq;
  get diagnostics forgotten = row_count;
  perform record_consequence(null, 'audit_pruned', null, '{}', jsonb_build_object('through', last.seq),
    jsonb_build_object('hash', last.hash));
  return forgotten;
end $$;
--> statement-breakpoint

-- A project is given no more than its quota, whoever gives it what. Its row is locked, so that of two that come at once one is counted
-- first. Only what a transaction says it gives beyond quotas is not counted: a release to the maintenance project is refused by none.
create function keep_quota() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  project constant bigint := case tg_table_name when 'networks' then to_jsonb(new) -> 'owner_id' else to_jsonb(new) -> 'project_id' end;
  most integer;
  used bigint;
begin
  if current_setting('haas.beyond_quotas', true) = 'on' then
    return null;
  end if;
  select case tg_table_name when 'nodes' then max_nodes when 'networks' then max_networks else max_headnodes end into most
    from projects where id = project and num_nonnulls(max_nodes, max_networks, max_headnodes) > 0 for no key update;
  if most is null then
    return null;
  end if;
  used := case tg_table_name
    when 'nodes' then (select count(*) from nodes where project_id = project)
    when 'networks' then (select count(*) from networks where owner_id = project)
    else (select count(*) from headnodes where project_id = project)
  end;
  if used > most then
    raise exception 'the project may have % %', most, tg_table_name
      using errcode = 'check_violation', constraint = format('project_%s_quota', tg_table_name), detail = most;
  end if;
  return null;
end $$;
--> statement-breakpoint
create trigger node_quota_kept after insert or update of project_id on nodes
  for each row when (new.project_id is not null) execute function keep_quota();
--> statement-breakpoint
create trigger network_quota_kept after insert or update of owner_id on networks
  for each row when (new.owner_id is not null) execute function keep_quota();
--> statement-breakpoint
create trigger headnode_quota_kept after insert or update of project_id on headnodes
  for each row execute function keep_quota();
--> statement-breakpoint

-- Trigger functions and what they are made of are nobody's to call.
revoke execute on function
  record_request(jsonb), keep_chained(), record_consequence(uuid, text, text, bigint[], jsonb, jsonb), record_node_project(),
  record_nic_network(), record_command_end(), prune_audit(interval, bigint), keep_quota()
  from public;
--> statement-breakpoint
grant execute on function prune_audit(interval, bigint) to haas_api;
--> statement-breakpoint
grant execute on function record_request(jsonb) to haas_api;
--> statement-breakpoint
grant select, update (seq, hash, signature, result) on audit to haas_api;
--> statement-breakpoint
grant select, insert on audit_projects to haas_api;
--> statement-breakpoint
grant select on audit_prunings to haas_api;
