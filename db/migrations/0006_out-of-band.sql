CREATE TABLE "node_actions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"node_id" bigint NOT NULL,
	"action" text NOT NULL,
	CONSTRAINT "action_is_known" CHECK ("node_actions"."action" in ('power_on', 'power_off', 'power_cycle', 'power_status', 'boot_device', 'obm_check', 'console_input', 'console_break'))
);
--> statement-breakpoint
CREATE TABLE "console_chunks" (
	"console_id" bigint NOT NULL,
	"seq" bigint NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"data" "bytea" NOT NULL,
	"gap" text,
	CONSTRAINT "console_chunks_console_id_seq_pk" PRIMARY KEY("console_id","seq"),
	CONSTRAINT "a_gap_has_no_data" CHECK (("console_chunks"."gap" is null) = (length("console_chunks"."data") > 0))
);
--> statement-breakpoint
CREATE TABLE "consoles" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "consoles_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"node_id" bigint NOT NULL,
	"project_id" bigint,
	"opened_at" timestamp with time zone DEFAULT now() NOT NULL,
	"released_at" timestamp with time zone,
	"logging" boolean DEFAULT true NOT NULL,
	"state" text DEFAULT 'opening' NOT NULL,
	"state_since" timestamp with time zone DEFAULT now() NOT NULL,
	"problem" text,
	"next_seq" bigint DEFAULT 1 NOT NULL,
	"bytes" bigint DEFAULT 0 NOT NULL,
	"writer" text,
	"writer_session" uuid,
	"writer_since" timestamp with time zone,
	"writer_seen_at" timestamp with time zone,
	CONSTRAINT "console_state_is_known" CHECK ("consoles"."state" in ('opening', 'open', 'down')),
	CONSTRAINT "released_is_not_logging" CHECK ("consoles"."released_at" is null or not "consoles"."logging"),
	CONSTRAINT "writer_is_whole" CHECK (num_nonnulls("consoles"."writer", "consoles"."writer_session", "consoles"."writer_since", "consoles"."writer_seen_at") in (0, 4))
);
--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "obm_settings" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "obm_enabled" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "obmd_session" text;--> statement-breakpoint
ALTER TABLE "node_actions" ADD CONSTRAINT "node_actions_id_commands_id_fk" FOREIGN KEY ("id") REFERENCES "public"."commands"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "node_actions" ADD CONSTRAINT "node_actions_node_id_nodes_id_fk" FOREIGN KEY ("node_id") REFERENCES "public"."nodes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "console_chunks" ADD CONSTRAINT "console_chunks_console_id_consoles_id_fk" FOREIGN KEY ("console_id") REFERENCES "public"."consoles"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "consoles" ADD CONSTRAINT "consoles_node_id_nodes_id_fk" FOREIGN KEY ("node_id") REFERENCES "public"."nodes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "consoles" ADD CONSTRAINT "consoles_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "node_actions_node_id_index" ON "node_actions" USING btree ("node_id");--> statement-breakpoint
CREATE INDEX "console_chunks_at" ON "console_chunks" USING btree ("at");--> statement-breakpoint
CREATE UNIQUE INDEX "one_console_per_reservation" ON "consoles" USING btree ("node_id") WHERE "consoles"."released_at" is null;--> statement-breakpoint
CREATE INDEX "consoles_node_id_index" ON "consoles" USING btree ("node_id");--> statement-breakpoint
CREATE INDEX "consoles_project_id_index" ON "consoles" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "consoles_released_at" ON "consoles" USING btree ("released_at") WHERE "consoles"."released_at" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "nodes_bmc_address" ON "nodes" USING btree ("obm_host","obm_port") WHERE "nodes"."obm_type" = 'ipmi';--> statement-breakpoint
ALTER TABLE "nodes" ADD CONSTRAINT "obmd_is_enabled_by_a_token" CHECK (case when "nodes"."obmd_uri" is null then "nodes"."obmd_session" is null else "nodes"."obm_enabled" = ("nodes"."obmd_session" is not null) end);--> statement-breakpoint

-- Machines that are reserved already can be reached as if they were reserved now.
update nodes set obm_enabled = true where obm_type is not null and project_id is not null;
--> statement-breakpoint

-- Isolation does not depend on any program: with its project a node loses its console, in the same transaction, whoever changes it.
-- Nothing is added to a released console, and its viewers are told.
create function release_console() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  update consoles
    set released_at = now(), logging = false, state = 'down', state_since = now(), problem = 'the node was released',
        writer = null, writer_session = null, writer_since = null, writer_seen_at = null
    where node_id = new.id and released_at is null;
  return null;
end $$;
--> statement-breakpoint
create trigger node_changed_project after update of project_id on nodes
  for each row when (old.project_id is distinct from new.project_id) execute function release_console();
--> statement-breakpoint

-- Everybody who shows a console hears when it is released, stopped, lost or found again, or typed into by somebody else.
create function announce_console() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform pg_notify('consoles', new.id::text);
  return null;
end $$;
--> statement-breakpoint
create trigger console_changed after update of released_at, logging, state, writer_session on consoles
  for each row execute function announce_console();
--> statement-breakpoint

-- What the agent that holds a console's device must know to go on with it: the seq of the next chunk. No row: this console is not to be
-- held, because it was released or stopped, or is another node's.
create function agent_attach_console(p_device bigint, p_fence bigint, p_console bigint) returns table (next_seq bigint)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  held constant devices := held_device(p_device, p_fence);
begin
  return query
    select c.next_seq from consoles c join nodes n on n.id = c.node_id
      where c.id = p_console and 'console/' || n.label = held.label and c.logging
      -- Waits for what an earlier holder is still adding: a seq must not be given to two.
      for no key update of c;
end $$;
--> statement-breakpoint

-- Adds to the logs of consoles, many at once: entries are [{device, fence, console, seq, at, data (base64), gap, state, problem}], in order
-- of seq for each console. An entry whose seq is there already was added by an earlier call whose answer was lost. Answers the consoles
-- that must be let go: nothing was added to those.
create function agent_append_console(p_entries jsonb) returns table (console bigint)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  me constant bigint := calling_agent();
  taken bigint[];
begin
  -- Locked in order, so that two calls never wait for each other. A release, or another holder who attaches, is waited for, and then
  -- seen: by a statement of its own, which sees what was committed meanwhile.
  perform from consoles c
    join nodes n on n.id = c.node_id
    join devices d on d.label = 'console/' || n.label
    where d.agent_id = me
      and c.id in (select e.console from jsonb_to_recordset(p_entries) as e (console bigint))
    order by c.id for no key update of c;
  select array_agg(c.id) into taken from consoles c
    join nodes n on n.id = c.node_id
    join devices d on d.label = 'console/' || n.label
    where c.logging and d.agent_id = me and d.lease_holder is not null
      and (c.id, d.id, d.fence) in (
        select e.console, e.device, e.fence from jsonb_to_recordset(p_entries) as e (console bigint, device bigint, fence bigint));

  with entry as (
    select * from jsonb_to_recordset(p_entries)
        as e (console bigint, seq bigint, at timestamptz, data text, gap text, state text, problem text)
      where e.console = any (taken)),
  added as (
    insert into console_chunks (console_id, seq, at, data, gap)
      select e.console, e.seq, e.at, coalesce(decode(e.data, 'base64'), ''), e.gap from entry e
        where e.seq is not null and not exists (select from consoles c where c.id = e.console and c.next_seq > e.seq)
      on conflict do nothing
      returning console_id, seq, length(data) as size),
  grown as (
    select a.console_id, max(a.seq) + 1 as next_seq, sum(a.size) as size from added a group by a.console_id)
  update consoles c set next_seq = g.next_seq, bytes = c.bytes + g.size from grown g where c.id = g.console_id;

  update consoles c set state = e.state, problem = e.problem, state_since = e.at
    from (
      select distinct on (e.console) e.*
        from rows from (jsonb_to_recordset(p_entries) as (console bigint, at timestamptz, state text, problem text))
          with ordinality as e (console, at, state, problem, place)
        where e.state is not null and e.console = any (taken) order by e.console, e.place desc) e
    where c.id = e.console and (c.state, c.problem) is distinct from (e.state, e.problem);

  if cardinality(taken) > 0 then
    perform pg_notify('console_output', array_to_string(p.ids, ' '))
      from (select array_agg(t.id) as ids from unnest(taken) with ordinality as t (id, place) group by t.place / 400) p;
  end if;
  return query
    select distinct e.console from jsonb_to_recordset(p_entries) as e (console bigint)
      where taken is null or e.console <> all (taken);
end $$;
--> statement-breakpoint

-- Forgets what is older than the age given: whole consoles that were released so long ago, and output of the others; and of a console
-- that has more bytes than given the oldest, a tenth at a time: sifting a long log each minute would cost too much. Some consoles at a
-- time, so that no agent waits long for one that is being sifted; answers how many, and is to be called again until there are none.
-- A console that is locked, as its agent does now and then, is left for the next time.
create function prune_consoles(p_age interval, p_bytes bigint) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  pruned bigint;
  long_log record;
begin
  delete from consoles
    where id in (select c.id from consoles c where c.released_at < now() - p_age order by c.id limit 8 for update skip locked);
  get diagnostics pruned = row_count;
  for long_log in
    select c.id, c.bytes > p_bytes as is_large from consoles c
      where c.bytes > p_bytes or c.id in (select k.console_id from console_chunks k where k.at < now() - p_age * 1.01)
      order by c.id limit 8 for no key update skip locked
  loop
    with newest as (
      select k.seq, k.at, sum(length(k.data)) over (order by k.seq desc) as bytes from console_chunks k
        where k.console_id = long_log.id),
    forgotten as (
      delete from console_chunks k using newest n
        where k.console_id = long_log.id and k.seq = n.seq
          and (n.at < now() - p_age or long_log.is_large and n.bytes > p_bytes * 0.9)
        returning length(k.data) as size)
    update consoles c set bytes = c.bytes - (select coalesce(sum(f.size), 0) from forgotten f) where c.id = long_log.id;
    pruned := pruned + 1;
  end loop;
  return pruned;
end $$;
--> statement-breakpoint

-- Forgets commands, and with them the actions of users, that ended longer ago than the age given; keystrokes after an hour.
-- Answers how many.
create or replace function prune_history(p_age interval) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  forgotten bigint;
begin
  delete from commands
    where finished_at < now() - p_age
      or kind in ('console.input', 'console.break') and finished_at < now() - least(p_age, interval '1 hour');
  get diagnostics forgotten = row_count;
  return forgotten;
end $$;
--> statement-breakpoint

revoke execute on function
  release_console(), announce_console(), agent_attach_console(bigint, bigint, bigint), agent_append_console(jsonb),
  prune_consoles(interval, bigint)
  from public;
--> statement-breakpoint
grant select on node_actions, consoles, console_chunks to haas_api;
--> statement-breakpoint
grant insert on node_actions to haas_api;
--> statement-breakpoint
grant insert, update (logging, state, state_since, problem, writer, writer_session, writer_since, writer_seen_at) on consoles to haas_api;
--> statement-breakpoint
grant execute on function prune_consoles(interval, bigint) to haas_api;
--> statement-breakpoint
grant execute on function agent_attach_console(bigint, bigint, bigint), agent_append_console(jsonb) to haas_agent;
