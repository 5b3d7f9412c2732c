-- Checks of switches: what was read is written down, API hosts hear of every command that ended, and a device is known to have answered.

-- Writes down what a switch said of itself and of its ports. It proves nothing of what a port in doubt carried meanwhile: that stays in doubt.
create function record_check(p_device bigint, p_check jsonb) returns void
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  update devices set version = p_check ->> 'version' where id = p_device;
  update ports p
    set read_state = r.state, read_at = now()
    from switches s, jsonb_to_recordset(p_check -> 'ports') as r (port text, state jsonb)
    where s.device_id = p_device and p.switch_id = s.id and p.label = r.port and r.state is not null;
$$;
--> statement-breakpoint

-- Ends one command, and makes true what follows from it. Does nothing when it has ended already.
create or replace function finish_command(p_id uuid, p_status text, p_reason text, p_message text, p_result jsonb) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  command commands;
  action networking_actions;
begin
  update commands
    set status = p_status, reason = p_reason, message = p_message, result = p_result, finished_at = now()
    where id = p_id and status in ('queued', 'running') returning * into command;
  if not found then
    return false;
  end if;
  -- Requests that wait for it are with any of the API hosts.
  perform pg_notify('commands_finished', p_id::text);

  if p_result ? 'check' then
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
  elsif p_result ? 'port' then
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
  outcome record;
  answered boolean := false;
begin
  perform held_device(p_device, p_fence);
  if p_unsaved then
    update devices set unsaved_since = coalesce(unsaved_since, now()) where devices.id = p_device;
  end if;
  for outcome in
    select o.* from rows from (
        jsonb_to_recordset(p_outcomes) as (id uuid, status text, reason text, message text, result jsonb)
      ) with ordinality as o (id, status, reason, message, result, place)
      join commands c on c.id = o.id
      where c.device_id = p_device and c.fence = p_fence and c.status = 'running'
      order by o.place
  loop
    -- To refuse is to answer, once a session is open; what is in doubt says nothing of whether anybody answered.
    answered := answered or outcome.status = 'done' or coalesce(outcome.result ? 'port', false)
      or outcome.status = 'failed' and outcome.reason not in ('unreachable', 'denied', 'expired');
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
--> statement-breakpoint

revoke execute on function record_check(bigint, jsonb) from public;
--> statement-breakpoint
-- What was known of a device is forgotten with its address.
grant update (last_contact_at, version) on devices to haas_api;
