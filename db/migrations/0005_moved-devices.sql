-- A switch that is given another address, or registered anew: what was found out at the old one counts no more.
ALTER TABLE "devices" ADD COLUMN "moved_seq" bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
grant update (moved_seq) on devices to haas_api;
--> statement-breakpoint

-- Ends one command, and makes true what follows from it. Does nothing when it has ended already.
-- What was done or read at an address that the device has no more says nothing of the device: a change is in doubt then.
create or replace function finish_command(p_id uuid, p_status text, p_reason text, p_message text, p_result jsonb) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  command commands;
  action networking_actions;
  elsewhere boolean;
begin
  select c.seq <= d.moved_seq into elsewhere from commands c join devices d on d.id = c.device_id where c.id = p_id;
  if elsewhere and p_status = 'done' and exists (select from networking_actions where id = p_id) then
    return finish_command(p_id, 'unknown', 'moved',
      'it was done, and meanwhile the switch was given another address: what the port holds there is not known; check the switch, then revert the port',
      null);
  end if;

  update commands
    set status = p_status, reason = p_reason, message = p_message, result = p_result, finished_at = now()
    where id = p_id and status in ('queued', 'running') returning * into command;
  if not found then
    return false;
  end if;
  -- Requests that wait for it are with any of the API hosts.
  perform pg_notify('commands_finished', p_id::text);

  if p_result ? 'check' and not elsewhere then
    perform record_check(command.device_id, p_result -> 'check');
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
  elsif p_result ? 'port' and not elsewhere then
    -- The port was read back, and is as this outcome says: whatever was in doubt before is settled.
    update ports
      set suspect_since = null, suspect_reason = null, suspect_vlans = '{}', read_state = p_result -> 'port', read_at = now()
      where id = action.port_id;
  end if;
  return true;
end $$;
--> statement-breakpoint

-- Ends commands: outcomes is [{id, status, reason, message, result}], one per command, as they ended, so that the latest reading of a
-- port is the last to be written; p_unsaved tells that the device's configuration changed and is not saved on it.
-- Answers the ids that were the caller's to end.
create or replace function agent_settle(p_device bigint, p_fence bigint, p_outcomes jsonb, p_unsaved boolean) returns setof uuid
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  held constant devices := held_device(p_device, p_fence);
  outcome record;
  answered boolean := false;
begin
  if p_unsaved then
    update devices set unsaved_since = coalesce(unsaved_since, now()) where devices.id = p_device;
  end if;
  for outcome in
    select o.*, c.seq from rows from (
        jsonb_to_recordset(p_outcomes) as (id uuid, status text, reason text, message text, result jsonb)
      ) with ordinality as o (id, status, reason, message, result, place)
      join commands c on c.id = o.id
      where c.device_id = p_device and c.fence = p_fence and c.status = 'running'
      order by o.place
  loop
    -- To refuse is to answer, once a session is open; what is in doubt says nothing of whether anybody answered.
    answered := answered or outcome.seq > held.moved_seq and (
      outcome.status = 'done' or coalesce(outcome.result ? 'port', false)
      or outcome.status = 'failed' and outcome.reason not in ('unreachable', 'denied', 'expired'));
    begin
      perform finish_command(outcome.id, outcome.status, outcome.reason, outcome.message, outcome.result);
    exception when integrity_constraint_violation then
      -- The device did it, but the rows will not have it: they differ, and must say so. One such command holds up no other.
      perform finish_command(outcome.id, 'unknown', 'contradiction',
        format('the device says %s, which the database cannot hold: %s', outcome.status, sqlerrm), null);
    end;
    return next outcome.id;
  end loop;
  if answered then
    update devices set last_contact_at = now() where devices.id = p_device;
  end if;
end $$;
