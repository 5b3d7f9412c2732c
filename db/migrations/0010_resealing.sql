-- Giving an agent another key: everything that was sealed to the older one is found, and replaced by the agent, text by text.

-- One part of a compact JWS or JWE, read as JSON; null where it is none. Nothing is proven by it: it only tells what a text says of itself.
create function compact_part(p_compact text, p_part integer) returns jsonb
language plpgsql immutable security definer set search_path = pg_catalog, pg_temp as $$
declare
  part constant text := translate(split_part(p_compact, '.', p_part), '-_', '+/');
begin
  return convert_from(decode(rpad(part, (length(part) + 3) / 4 * 4, '='), 'base64'), 'utf8')::jsonb;
exception when others then
  return null;
end $$;
--> statement-breakpoint

-- The name of an agent's key: its thumbprint (RFC 7638).
create function key_name(p_key jsonb) returns text
language sql immutable security definer set search_path = pg_catalog, pg_temp as $$
  select translate(encode(sha256(convert_to(
    format('{"crv":"%s","kty":"%s","x":"%s"}', p_key ->> 'crv', p_key ->> 'kty', p_key ->> 'x'), 'utf8')), 'base64'), '+/=', '-_')
$$;
--> statement-breakpoint

-- What is sealed for an agent to another key than the one that is enrolled, each with what it was sealed together with. `device` is
-- unique, and in the order of bytes. A text that names no key is among them.
create function sealed_to_other_keys(p_agent bigint) returns table (device text, hostname text, port integer, sealed text)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select s.device collate "C", s.hostname, s.port, s.sealed
    from agents a cross join lateral (
      select 'switch/' || w.label, w.hostname, w.port, w.sealed from switches w where w.agent_id = a.id
      union all
      select 'bmc/' || n.label, n.obm_host, n.obm_port, n.obm_sealed from nodes n where n.agent_id = a.id and n.obm_sealed is not null
      union all
      select 'headnode/' || h.label, h.uuid::text, 0, h.seed_sealed from headnodes h
        where h.agent_id = a.id and h.seed_sealed is not null) s (device, hostname, port, sealed)
    where a.id = p_agent and compact_part(s.sealed, 1) ->> 'kid' is distinct from key_name(a.public_key)
    order by 1
$$;
--> statement-breakpoint

-- Who the caller is, and the name of the key that is enrolled for it.
create function agent_enrolment() returns table (agent text, key text)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  me constant bigint := calling_agent();
begin
  return query select a.label, key_name(a.public_key) from agents a where a.id = me;
end $$;
--> statement-breakpoint

-- What is sealed for the caller to another key than the one that is enrolled, a part at a time: those after p_after.
create function agent_sealed(p_after text, p_most integer) returns table (device text, hostname text, port integer, sealed text)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select s.* from sealed_to_other_keys(calling_agent()) s where s.device > p_after collate "C" order by s.device limit p_most
$$;
--> statement-breakpoint

-- Puts p_new in the place of p_old, which is sealed for a device of the caller. False: it is not any more, or never was. Only what names the
-- key that is enrolled is taken. Whoever is about to order something with the old text is waited for, so that a command has either the new
-- text, or is there already when this is done.
create function agent_reseal(p_device text, p_old text, p_new text) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  me constant bigint := calling_agent();
  kind constant text := split_part(p_device, '/', 1);
  name constant text := split_part(p_device, '/', 2);
  current constant text := (select key_name(a.public_key) from agents a where a.id = me);
begin
  if p_new !~ '^[A-Za-z0-9_-]+\.\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$' or length(p_new) > length(p_old) + 256
      or compact_part(p_new, 1) ->> 'kid' is distinct from current then
    raise exception 'what is to replace the credentials of % is not sealed to the key that is enrolled', p_device
      using errcode = 'invalid_parameter_value';
  end if;
  case kind
    when 'switch' then
      perform from switches s where s.label = name and s.agent_id = me for update;
      update switches s set sealed = p_new where s.label = name and s.agent_id = me and s.sealed = p_old;
    when 'bmc' then
      perform from nodes n where n.label = name and n.agent_id = me for update;
      update nodes n set obm_sealed = p_new where n.label = name and n.agent_id = me and n.obm_sealed = p_old;
    when 'headnode' then
      -- As everybody who orders something of a headnode, by its device.
      perform from devices d where d.label = p_device and d.agent_id = me for update;
      update headnodes h set seed_sealed = p_new where h.label = name and h.agent_id = me and h.seed_sealed = p_old;
    else
      return false;
  end case;
  return found;
end $$;
--> statement-breakpoint

-- The devices of the caller whose unfinished commands carry something that is sealed to another key than the one that is enrolled, and
-- which. Commands cannot be changed: that key is needed until they have ended.
create function agent_sealed_commands() returns table (device text, key text)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  me constant bigint := calling_agent();
begin
  return query
    select distinct d.label, k.name
      from agents a
        join commands c on c.agent_id = a.id and c.status in ('queued', 'running')
        join devices d on d.id = c.device_id
        cross join lateral jsonb_path_query(compact_part(c.signed, 2), '$.parameters.** ? (@.type() == "string")') t (text)
        cross join lateral (values (compact_part(t.text #>> '{}', 1) ->> 'kid')) k (name)
      where a.id = me and k.name <> key_name(a.public_key);
end $$;
--> statement-breakpoint

-- Who signed the caller's commands that have not ended, or are valid still, so that more by the same key may come: the key's name, until when
-- the last of them is valid, and how many have not ended. The tolerance is that of the agents' clocks.
create function agent_signers() returns table (key text, valid_until timestamptz, unfinished bigint)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  me constant bigint := calling_agent();
begin
  return query
    select compact_part(s.header, 1) ->> 'kid', s.until, s.open
      from (
        select split_part(c.signed, '.', 1) as header, max(c.not_after) as until, count(*) filter (where c.finished_at is null) as open
          from commands c
          where c.agent_id = me
            and (c.status in ('queued', 'running')
              or c.finished_at > now() - interval '1 day' and c.not_after + interval '30 seconds' > now())
          group by 1) s;
end $$;
--> statement-breakpoint

revoke execute on function
  compact_part(text, integer),
  key_name(jsonb),
  sealed_to_other_keys(bigint),
  agent_enrolment(),
  agent_sealed(text, integer),
  agent_reseal(text, text, text),
  agent_sealed_commands(),
  agent_signers()
  from public;
--> statement-breakpoint
grant execute on function sealed_to_other_keys(bigint) to haas_api;
--> statement-breakpoint
grant execute on function
  agent_enrolment(),
  agent_sealed(text, integer),
  agent_reseal(text, text, text),
  agent_sealed_commands(),
  agent_signers()
  to haas_agent;
