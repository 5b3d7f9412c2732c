CREATE TABLE "headnode_actions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"headnode_id" bigint,
	"headnode" text NOT NULL,
	"project_id" bigint,
	"action" text NOT NULL,
	CONSTRAINT "headnode_action_is_known" CHECK ("headnode_actions"."action" in ('headnode_start', 'headnode_stop', 'headnode_delete', 'console_input', 'console_break'))
);
--> statement-breakpoint
CREATE TABLE "hnics" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "hnics_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"headnode_id" bigint NOT NULL,
	"label" text NOT NULL,
	"mac_address" text NOT NULL,
	"network_id" bigint,
	CONSTRAINT "hnics_mac_address" UNIQUE("mac_address"),
	CONSTRAINT "hnics_headnode_label" UNIQUE("headnode_id","label"),
	CONSTRAINT "hnic_mac_address_is_canonical" CHECK ("hnics"."mac_address" ~ '^[0-9a-f]{2}(:[0-9a-f]{2}){5}$')
);
--> statement-breakpoint
ALTER TABLE "consoles" ALTER COLUMN "node_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "consoles" ADD COLUMN "headnode_id" bigint;--> statement-breakpoint
ALTER TABLE "agents" ADD COLUMN "vm_host" jsonb;--> statement-breakpoint
ALTER TABLE "headnodes" ADD COLUMN "agent_id" bigint NOT NULL;--> statement-breakpoint
ALTER TABLE "headnodes" ADD COLUMN "uuid" uuid NOT NULL;--> statement-breakpoint
ALTER TABLE "headnodes" ADD COLUMN "base_image" text NOT NULL;--> statement-breakpoint
ALTER TABLE "headnodes" ADD COLUMN "memory" integer NOT NULL;--> statement-breakpoint
ALTER TABLE "headnodes" ADD COLUMN "vcpus" integer NOT NULL;--> statement-breakpoint
ALTER TABLE "headnodes" ADD COLUMN "disk" integer NOT NULL;--> statement-breakpoint
ALTER TABLE "headnodes" ADD COLUMN "full_copy" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "headnodes" ADD COLUMN "seed_sealed" text;--> statement-breakpoint
ALTER TABLE "headnodes" ADD COLUMN "made" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "headnode_actions" ADD CONSTRAINT "headnode_actions_id_commands_id_fk" FOREIGN KEY ("id") REFERENCES "public"."commands"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "headnode_actions" ADD CONSTRAINT "headnode_actions_headnode_id_headnodes_id_fk" FOREIGN KEY ("headnode_id") REFERENCES "public"."headnodes"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "headnode_actions" ADD CONSTRAINT "headnode_actions_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hnics" ADD CONSTRAINT "hnics_headnode_id_headnodes_id_fk" FOREIGN KEY ("headnode_id") REFERENCES "public"."headnodes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hnics" ADD CONSTRAINT "hnics_network_id_networks_id_fk" FOREIGN KEY ("network_id") REFERENCES "public"."networks"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "headnode_actions_headnode_id_index" ON "headnode_actions" USING btree ("headnode_id");--> statement-breakpoint
CREATE INDEX "headnode_actions_project_id_index" ON "headnode_actions" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "hnics_network_id_index" ON "hnics" USING btree ("network_id");--> statement-breakpoint
ALTER TABLE "consoles" ADD CONSTRAINT "consoles_headnode_id_headnodes_id_fk" FOREIGN KEY ("headnode_id") REFERENCES "public"."headnodes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "headnodes" ADD CONSTRAINT "headnodes_agent_id_agents_id_fk" FOREIGN KEY ("agent_id") REFERENCES "public"."agents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "one_console_per_headnode" ON "consoles" USING btree ("headnode_id");--> statement-breakpoint
CREATE INDEX "headnodes_agent_id_index" ON "headnodes" USING btree ("agent_id");--> statement-breakpoint
ALTER TABLE "headnodes" ADD CONSTRAINT "headnodes_uuid" UNIQUE("uuid");--> statement-breakpoint
ALTER TABLE "consoles" ADD CONSTRAINT "console_is_of_one_machine" CHECK (num_nonnulls("consoles"."node_id", "consoles"."headnode_id") = 1);--> statement-breakpoint
ALTER TABLE "headnodes" ADD CONSTRAINT "headnode_has_a_size" CHECK ("headnodes"."memory" > 0 and "headnodes"."vcpus" > 0 and "headnodes"."disk" > 0);--> statement-breakpoint

-- The device of a console: two consoles of one label, of a node and of a headnode, are two devices.
create function console_device(p_node bigint, p_headnode bigint) returns text
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select 'console/' || n.label from nodes n where n.id = p_node
  union all
  select 'headnode-console/' || h.label from headnodes h where h.id = p_headnode
$$;
--> statement-breakpoint

-- What the agent that holds a console's device must know to go on with it: the seq of the next chunk. No row: this console is not to be
-- held, because it was released or stopped, or is another machine's.
create or replace function agent_attach_console(p_device bigint, p_fence bigint, p_console bigint) returns table (next_seq bigint)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  me constant bigint := calling_agent();
  held devices;
begin
  -- Waits for what an earlier holder is still adding: a seq must not be given to two. The console first and then its device, as the API
  -- locks them: otherwise each could wait for the other.
  perform from consoles c join devices d on d.label = console_device(c.node_id, c.headnode_id)
    where c.id = p_console and d.id = p_device and d.agent_id = me for no key update of c;
  held := held_device(p_device, p_fence);
  return query
    select c.next_seq from consoles c
      where c.id = p_console and console_device(c.node_id, c.headnode_id) = held.label and c.logging;
end $$;
--> statement-breakpoint

-- Adds to the logs of consoles, many at once: entries are [{device, fence, console, seq, at, data (base64), gap, state, problem}], in order
-- of seq for each console. An entry whose seq is there already was added by an earlier call whose answer was lost. Answers the consoles
-- that must be let go: nothing was added to those.
create or replace function agent_append_console(p_entries jsonb) returns table (console bigint)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  me constant bigint := calling_agent();
  taken bigint[];
begin
  -- Locked in order, so that two calls never wait for each other. A release, or another holder who attaches, is waited for, and then
  -- seen: by a statement of its own, which sees what was committed meanwhile.
  perform from consoles c
    join devices d on d.label = console_device(c.node_id, c.headnode_id)
    where d.agent_id = me
      and c.id in (select e.console from jsonb_to_recordset(p_entries) as e (console bigint))
    order by c.id for no key update of c;
  select array_agg(c.id) into taken from consoles c
    join devices d on d.label = console_device(c.node_id, c.headnode_id)
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
    select a.console_id, max(a.seq) + 1 as next_seq, sum(a.size) as size from added a group by a.console_id),
  told as (
    select distinct on (e.console) e.*
      from rows from (jsonb_to_recordset(p_entries) as (console bigint, at timestamptz, state text, problem text))
        with ordinality as e (console, at, state, problem, place)
      where e.state is not null and e.console = any (taken) order by e.console, e.place desc),
  -- Each console is updated once. At a second time Postgres would look for its node as well, and wait for whoever has that locked, who may
  -- be waiting for the console.
  changed as (
    update consoles c
      set state = t.state, problem = t.problem, state_since = t.at,
          next_seq = coalesce(g.next_seq, c.next_seq), bytes = c.bytes + coalesce(g.size, 0)
      from told t left join grown g on g.console_id = t.console
      where c.id = t.console and (c.state, c.problem) is distinct from (t.state, t.problem)
      returning c.id)
  update consoles c set next_seq = g.next_seq, bytes = c.bytes + g.size from grown g
    where c.id = g.console_id and not exists (select from changed d where d.id = c.id);

  if cardinality(taken) > 0 then
    perform pg_notify('console_output', array_to_string(p.ids, ' '))
      from (select array_agg(t.id) as ids from unnest(taken) with ordinality as t (id, place) group by t.place / 400) p;
  end if;
  return query
    select distinct e.console from jsonb_to_recordset(p_entries) as e (console bigint)
      where taken is null or e.console <> all (taken);
end $$;
--> statement-breakpoint

-- Makes true what follows from the end of a command to a headnode. A start that was not begun leaves it as it was; one that failed says
-- whether there is a virtual machine now; and when nobody can tell, or it was carried out before, there may be one.
create function headnode_command_ended() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  action headnode_actions;
begin
  select * into action from headnode_actions where id = new.id;
  case action.action
    when 'headnode_start' then
      if new.status in ('done', 'unknown') or new.reason = 'replayed' then
        update headnodes set made = true where id = action.headnode_id;
      elsif new.result ? 'headnode' then
        update headnodes set made = new.result -> 'headnode' ->> 'state' <> 'absent' where id = action.headnode_id;
      end if;
    when 'headnode_delete' then
      if new.status = 'done' then
        -- Whoever shows its console is told before it is gone.
        update consoles set logging = false where headnode_id = action.headnode_id;
        delete from headnodes where id = action.headnode_id;
      end if;
    else null;
  end case;
  return null;
end $$;
--> statement-breakpoint
create trigger headnode_command_ended after update of status on commands
  for each row when (new.kind like 'headnode.%' and new.finished_at is not null and old.finished_at is null)
  execute function headnode_command_ended();
--> statement-breakpoint

-- Records what the caller's host offers for headnodes; null: nothing.
create function agent_report_vm_host(p_report jsonb) returns void
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  update agents set vm_host = p_report where id = calling_agent() and vm_host is distinct from p_report
$$;
--> statement-breakpoint

revoke execute on function console_device(bigint, bigint), headnode_command_ended(), agent_report_vm_host(jsonb) from public;
--> statement-breakpoint
grant select on hnics, headnode_actions to haas_api;
--> statement-breakpoint
grant insert, delete, update (network_id) on hnics to haas_api;
--> statement-breakpoint
grant insert, delete on headnodes to haas_api;
--> statement-breakpoint
grant insert on headnode_actions to haas_api;
--> statement-breakpoint
grant execute on function agent_report_vm_host(jsonb) to haas_agent;
