-- Forgets commands, and with them the actions of users, that ended longer ago than the age given; keystrokes after an hour. A part at a
-- time, the oldest first, so that no transaction is long and hosts do not wait for each other: called until it answers 0.
-- Answers how many it forgot.
create or replace function prune_history(p_age interval) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  forgotten bigint;
begin
  delete from commands
    where id in (
      select c.id from commands c
        where c.finished_at < now() - least(p_age, interval '1 hour')
          and (c.finished_at < now() - p_age or c.kind in ('console.input', 'console.break'))
        order by c.finished_at limit 5000 for update skip locked);
  get diagnostics forgotten = row_count;
  return forgotten;
end $$;
