import { byName, type Draft, same, shownChange, unnamed } from './draft.ts';
import type { LayoutSwitch, SiteLayout } from './layout.ts';
import { portsNamed } from './names.ts';
import type { Path } from './place.ts';
import { textOf, whyMissing } from './secrets.ts';

/** Fields that are no part of what is compared: the login cannot be read again, and the others are judged by themselves. */
const APART = ['name', 'type', 'agent', 'ports', 'username', 'password', 'private_key', 'enable_password'];
/** A login is sealed together with these, so that another of them needs it again. */
const SEALED_WITH = ['hostname', 'port', 'transport', 'tls'];

/** Switches and their ports: those that they name, and those that a NIC is cabled to. */
export function planSwitches(draft: Draft, layout: SiteLayout, site: SiteLayout): void {
  const there = byName(site.switches);
  for (const [at, each] of (layout.switches ?? []).entries()) {
    const path = ['switches', at];
    const known = there.get(each.name);
    if (known) changeSwitch(draft, each, known, path);
    else registerSwitch(draft, each, path);
  }
  planPorts(draft, layout, site);
  for (const { name, ports = [] } of unnamed(site.switches, layout.switches)) {
    for (const port of ports) deletePort(draft, name, port.name, ['switches']);
    const values = { switch: name };
    draft.replace({
      phase: 'delete switches',
      kind: 'delete',
      what: `switch ${name}`,
      operation: 'switch_delete',
      values,
      path: ['switches'],
    });
  }
}

function registerSwitch(draft: Draft, each: LayoutSwitch, path: Path): void {
  const { name, ports: _, ...registration } = each;
  const login = loginOf(each);
  // The agent needs no login for its own machine; what else is missing the document tells.
  const hasLogin = login.password !== undefined || login.private_key !== undefined;
  if (!hasLogin && (each.type !== 'ovs' || each['transport'] === 'ssh')) {
    const given = each.private_key !== undefined && each.password === undefined ? 'private_key' : 'password';
    draft.mistake([...path, given], `${whyMissing(each[given])} (switch ${name} is new)`);
  }
  draft.add({
    phase: 'switches',
    kind: 'create',
    what: `switch ${name} (${each.type} at ${each['hostname']})`,
    operation: 'switch_register',
    values: { switch: name, ...registration, ...login },
    path,
    names: { switch: 'name' },
  });
}

function changeSwitch(draft: Draft, each: LayoutSwitch, known: LayoutSwitch, path: Path): void {
  for (const field of ['type', 'agent'] as const) {
    if (each[field] === undefined || each[field] === known[field]) continue;
    draft.conflict(
      [...path, field],
      `switch ${each.name} has ${known[field]}, and no switch changes its ${field}: delete it and its ports, and import again`,
    );
  }
  const changed = Object.keys(each).filter(
    (field) => !APART.includes(field) && each[field] !== undefined && !same(each[field], known[field]),
  );
  const isMoved = changed.some((field) => SEALED_WITH.includes(field));
  const needsLogin = isMoved || (draft.manner.renews && each.username !== undefined);
  if (changed.length === 0 && !needsLogin) return;
  const login = loginOf(each);
  if (needsLogin && login.password === undefined && login.private_key === undefined) {
    const why = isMoved ? ' (another address needs the login again)' : '';
    draft.mistake([...path, 'password'], `${whyMissing(each.password ?? each.private_key)}${why}`);
  }
  if (needsLogin && each.username === undefined)
    draft.mistake([...path, 'username'], 'is missing (another address needs the login again)');
  draft.add({
    phase: 'switches',
    kind: 'change',
    what: `switch ${each.name}: ${[
      ...changed.map((field) => shownChange(field, known[field], each[field])),
      ...(needsLogin ? ['the login'] : []),
    ].join(', ')}`,
    operation: 'switch_update',
    values: {
      switch: each.name,
      ...Object.fromEntries(changed.map((field) => [field, each[field]])),
      ...(needsLogin ? { username: each.username, ...login } : {}),
    },
    path,
    names: { switch: 'name' },
  });
}

function loginOf({ password, private_key, enable_password }: LayoutSwitch) {
  return {
    password: textOf(password),
    private_key: textOf(private_key),
    enable_password: textOf(enable_password),
  };
}

function planPorts(draft: Draft, layout: SiteLayout, site: SiteLayout): void {
  const there = new Map((site.switches ?? []).map(({ name, ports }) => [name, byName(ports)]));
  for (const [at, { name, ports = [] }] of (layout.switches ?? []).entries()) {
    for (const [index, port] of ports.entries()) {
      const path = ['switches', at, 'ports', index];
      const known = there.get(name)?.get(port.name);
      if (!known) registerPort(draft, name, port.name, path, { switch: null, port: 'name' }, port.idle);
      else if (port.idle !== undefined && port.idle !== known.idle) {
        const what = `port ${port.name} of switch ${name} is registered with ${known.idle ?? "its switch's idle"}`;
        draft.conflict([...path, 'idle'], `${what}, and no port changes that: delete the port, and import again`);
      }
    }
  }
  const listed = new Map((layout.switches ?? []).map(({ name, ports }) => [name, byName(ports)]));
  const done = new Set<string>();
  for (const [at, { nics = [] }] of (layout.nodes ?? []).entries()) {
    for (const [index, { switch: label, port }] of nics.entries()) {
      if (!label || !port || there.get(label)?.has(port) || listed.get(label)?.has(port) || done.has(`${label}\n${port}`))
        continue;
      done.add(`${label}\n${port}`);
      registerPort(draft, label, port, ['nodes', at, 'nics', index], {});
    }
  }
  const named = portsNamed(layout);
  for (const [at, { name, ports }] of (layout.switches ?? []).entries()) {
    for (const port of ports ? (there.get(name)?.values() ?? []) : []) {
      if (!named.get(name)?.has(port.name)) deletePort(draft, name, port.name, ['switches', at, 'ports']);
    }
  }
}

function registerPort(
  draft: Draft,
  label: string,
  port: string,
  path: Path,
  names: Readonly<Record<string, string | null>>,
  idle?: 'shut' | 'up',
): void {
  draft.add({
    phase: 'ports',
    kind: 'create',
    what: `port ${port} of switch ${label}`,
    operation: 'switch_register_port',
    values: { switch: label, port, idle },
    path,
    names,
  });
}

function deletePort(draft: Draft, label: string, port: string, path: Path): void {
  draft.replace({
    phase: 'delete ports',
    kind: 'delete',
    what: `port ${port} of switch ${label}`,
    operation: 'switch_delete_port',
    values: { switch: label, port },
    path,
  });
}
