-- The command protocol as agents see it: a handful of functions, no table.
-- The states a command goes through are described in docs/command-states.md.

-- Which agent is calling: the one enrolled for the login of this connection.
create function calling_agent() returns bigint
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  agent bigint;
begin
  select id into agent from agents where login = session_user;
  if agent is null then
    raise exception 'no agent is enrolled for the login %', session_user
      using errcode = 'HA002', hint = 'enrol it with PUT /v0/agent/<label>';
  end if;
  return agent;
end $$;
--> statement-breakpoint

-- Ends one command, and makes true what follows from it. Does nothing when it has ended already.
create function finish_command(p_id uuid, p_status text, p_reason text, p_message text, p_result jsonb) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  action networking_actions;
begin
  update commands
    set status = p_status, reason = p_reason, message = p_message, result = p_result, finished_at = now()
    where id = p_id and status in ('queued', 'running');
  if not found then
    return false;
  end if;

  update networking_actions set finished_at = now() where id = p_id and finished_at is null returning * into action;
  if not found then
    return true;
  end if;

  if p_status = 'done' then
    case action.change
      when 'connect' then
        insert into attachments (nic_id, network_id, channel) values (action.nic_id, action.network_id, action.channel);
      when 'detach' then
        delete from attachments where nic_id = action.nic_id and network_id = action.network_id;
      when 'revert' then
        delete from attachments where nic_id = action.nic_id;
    end case;
  end if;

  if p_status = 'unknown' then
    update ports
      set suspect_since = coalesce(suspect_since, now()), suspect_reason = p_message,
          suspect_vlans = array(select distinct unnest(suspect_vlans || action.vlans) order by 1)
      where id = action.port_id;
  elsif p_result ? 'port' then
    -- The port was read back, and is as this outcome says: whatever was in doubt before is settled.
    update ports
      set suspect_since = null, suspect_reason = null, suspect_vlans = '{}', read_state = p_result -> 'port', read_at = now()
      where id = action.port_id;
  end if;
  return true;
end $$;
--> statement-breakpoint

-- Ends what nobody will carry out any more. Called by whoever looks first: a claim, a read, the next change.
create function expire_commands(p_device bigint) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  tolerance constant interval := '30 seconds';
  command record;
begin
  for command in
    select c.id, c.status, c.attempt, a.label, a.last_seen_at, d.lease_until
      from commands c join devices d on d.id = c.device_id join agents a on a.id = d.agent_id
      where c.device_id = p_device and c.status in ('queued', 'running') and c.not_after + tolerance < now()
      order by c.seq for update of c
  loop
    if command.status = 'queued' and command.attempt = 0 then
      perform finish_command(command.id, 'failed', 'expired', format(
        'agent %s did not take this command in time, and was last seen %s; nothing was changed on the device',
        command.label, coalesce(to_char(command.last_seen_at at time zone 'UTC', '"at "YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'never')), null);
    elsif command.lease_until is null or command.lease_until + tolerance < now() then
      perform finish_command(command.id, 'unknown', 'abandoned', format(
        'agent %s took this command and did not finish it in time; what the device holds now is not known', command.label), null);
    end if;
  end loop;
end $$;
--> statement-breakpoint

-- A queued command marks its device and wakes its agent, whoever wrote the row.
create function announce_command() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  agent bigint;
begin
  update devices set waiting = true where id = new.device_id returning agent_id into agent;
  perform pg_notify('agent_' || agent, new.device_id::text);
  return null;
end $$;
--> statement-breakpoint
create trigger commands_queued after insert or update of status, device_id on commands
  for each row when (new.status = 'queued') execute function announce_command();
--> statement-breakpoint

-- Says that an agent's process is there. Answers who it is, and the channel on which it is woken.
create function agent_hello(p_version text) returns table (agent text, channel text)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  return query
    update agents a set last_seen_at = now(), version = p_version where a.id = calling_agent()
    returning a.label, 'agent_' || a.id;
end $$;
--> statement-breakpoint

-- Takes unfinished commands of one device for the holder of its lease, in order: those that wait, and those that an earlier holder left.
create function take_commands(p_device bigint, p_fence bigint, p_batch integer)
returns table (id uuid, agent text, seq bigint, kind text, signed text, attempt integer)
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  with taken as (
    update commands c set status = 'running', attempt = c.attempt + 1, fence = p_fence
      where c.id in (
        select w.id from commands w
          where w.device_id = p_device and w.status in ('queued', 'running')
            and (w.status = 'queued' or w.fence is distinct from p_fence)
          order by w.seq limit p_batch)
      returning c.*)
  select t.id, a.label, t.seq, t.kind, t.signed, t.attempt from taken t join agents a on a.id = t.agent_id order by t.seq
$$;
--> statement-breakpoint

-- Takes the lease of one waiting device of the caller, and its commands. No row: nothing to do.
-- A lease that lapsed is taken over only after the grace; what ran under it is taken again. A lease given to one of the names in
-- p_lost is taken over at once: the caller asked under that name and never heard the answer, so nobody works under it.
create function agent_claim(p_worker text, p_lease interval, p_grace interval, p_batch integer, p_lost text[] default '{}')
returns table (device_id bigint, device text, fence bigint, id uuid, agent text, seq bigint, kind text, signed text, attempt integer)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  me constant bigint := calling_agent();
  held devices;
begin
  loop
    select * into held from devices d
      where d.agent_id = me and d.waiting
        and (d.lease_until is null or d.lease_until + p_grace < now() or d.lease_holder = any (p_lost))
      order by d.lease_until nulls first limit 1 for update skip locked;
    if not found then
      return;
    end if;

    perform expire_commands(held.id);
    if exists (select from commands c where c.device_id = held.id and c.status in ('queued', 'running')) then
      update devices d set lease_holder = p_worker, lease_until = now() + p_lease, fence = d.fence + 1
        where d.id = held.id returning * into held;
      return query
        select held.id, held.label, held.fence, t.* from take_commands(held.id, held.fence, p_batch) t;
      return;
    end if;
    update devices d set waiting = false, lease_holder = null, lease_until = null where d.id = held.id;
  end loop;
end $$;
--> statement-breakpoint

-- Takes the lease of one device of the caller on which nothing waits, to finish what an earlier process left unsaved on it.
-- No row: commands wait, which are claimed as usual, or somebody holds the device.
create function agent_hold(p_device text, p_worker text, p_lease interval, p_grace interval)
returns table (device_id bigint, fence bigint)
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  update devices d set lease_holder = p_worker, lease_until = now() + p_lease, fence = d.fence + 1
    where d.label = p_device and d.agent_id = calling_agent() and not d.waiting
      and (d.lease_until is null or d.lease_until + p_grace < now())
    returning d.id, d.fence
$$;
--> statement-breakpoint

-- The lease under which the caller holds a device, locked; an error when it is not the caller's any more.
create function held_device(p_device bigint, p_fence bigint) returns devices
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  held devices;
begin
  select * into held from devices d
    where d.id = p_device and d.agent_id = calling_agent() and d.fence = p_fence and d.lease_holder is not null for update;
  if not found then
    raise exception 'the lease with fence % of device % is not held any more', p_fence, p_device using errcode = 'HA001';
  end if;
  return held;
end $$;
--> statement-breakpoint

-- Takes what was queued meanwhile for a device that the caller holds.
create function agent_take_more(p_device bigint, p_fence bigint, p_batch integer)
returns table (id uuid, agent text, seq bigint, kind text, signed text, attempt integer)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform held_device(p_device, p_fence);
  perform expire_commands(p_device);
  return query select t.* from take_commands(p_device, p_fence, p_batch) t;
end $$;
--> statement-breakpoint

-- Keeps a device; false when its lease is not the caller's any more.
create function agent_renew(p_device bigint, p_fence bigint, p_lease interval) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  update devices d set lease_until = now() + p_lease
    where d.id = p_device and d.agent_id = calling_agent() and d.fence = p_fence and d.lease_holder is not null;
  return found;
end $$;
--> statement-breakpoint

-- Ends commands: outcomes is [{id, status, reason, message, result}], one per command; p_unsaved tells that the device's
-- configuration changed and is not saved on it. Answers the ids that were the caller's to end.
create function agent_settle(p_device bigint, p_fence bigint, p_outcomes jsonb, p_unsaved boolean) returns setof uuid
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  outcome record;
begin
  perform held_device(p_device, p_fence);
  if p_unsaved then
    update devices set unsaved_since = coalesce(unsaved_since, now()) where devices.id = p_device;
  end if;
  for outcome in
    select o.* from jsonb_to_recordset(p_outcomes) as o (id uuid, status text, reason text, message text, result jsonb)
      join commands c on c.id = o.id
      where c.device_id = p_device and c.fence = p_fence and c.status = 'running'
      order by c.seq
  loop
    begin
      perform finish_command(outcome.id, outcome.status, outcome.reason, outcome.message, outcome.result);
    exception when integrity_constraint_violation then
      -- The device did it, but the rows will not have it: they differ, and must say so. One such command holds up no other.
      perform finish_command(outcome.id, 'unknown', 'contradiction',
        format('the device says %s, which the database cannot hold: %s', outcome.status, sqlerrm), null);
    end;
    return next outcome.id;
  end loop;
end $$;
--> statement-breakpoint

-- Records that the device's running configuration is its startup configuration.
create function agent_saved(p_device bigint, p_fence bigint) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform held_device(p_device, p_fence);
  update devices set unsaved_since = null where id = p_device;
end $$;
--> statement-breakpoint

-- Gives a device back. Commands in p_untouched were taken and not begun: they go back as if never taken.
create function agent_release(p_device bigint, p_fence bigint, p_untouched uuid[]) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform held_device(p_device, p_fence);
  update devices d
    set lease_holder = null, lease_until = null,
        waiting = exists (select from commands c where c.device_id = d.id and c.status in ('queued', 'running'))
    where d.id = p_device;
  update commands c set status = 'queued', attempt = c.attempt - 1
    where c.device_id = p_device and c.fence = p_fence and c.status = 'running' and c.id = any (p_untouched);
end $$;
--> statement-breakpoint

-- Forgets commands, and with them networking actions, that ended longer ago than the age given. Answers how many.
create function prune_history(p_age interval) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  forgotten bigint;
begin
  delete from commands where finished_at < now() - p_age;
  get diagnostics forgotten = row_count;
  return forgotten;
end $$;
--> statement-breakpoint

-- API hosts keep callers in memory for a short while; they are told when what a user may do has changed.
create function announce_users() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  notify users;
  return null;
end $$;
--> statement-breakpoint
create trigger users_changed after update or delete on users for each statement execute function announce_users();
--> statement-breakpoint
create trigger project_members_changed after insert or update or delete on project_members
  for each statement execute function announce_users();
--> statement-breakpoint

-- Which migrations this database has, for programs that refuse one they do not know.
create function applied_migrations() returns setof text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select hash from drizzle.__drizzle_migrations order by id
$$;
--> statement-breakpoint

insert into vlans (id) select generate_series(1, 4094);
