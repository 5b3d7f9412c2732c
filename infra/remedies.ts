import type { ProblemType } from '../functions/http/problem.ts';

/** Who is to do something about an error. */
export const reacting = {
  caller: 'whoever asked',
  administrator: 'an administrator',
  operator: 'whoever runs HaaS',
  nobody: 'nobody: ask again',
} as const;

/** Who reacts to an error, and what they do: sentences of Markdown. */
export interface Remedy {
  readonly who: keyof typeof reacting;
  readonly what: string;
}

const caller = (what: string): Remedy => ({ who: 'caller', what });
const administrator = (what: string): Remedy => ({ who: 'administrator', what });
const operator = (what: string): Remedy => ({ who: 'operator', what });
const nobody = (what: string): Remedy => ({ who: 'nobody', what });

/** What to do about a type of error, whatever its code; null where each code has a remedy of its own. */
export const typeRemedies: Record<ProblemType, Remedy | null> = {
  ValidationError: caller('Correct the fields that `errors` names.'),
  BadArgumentError: null,
  AuthorizationError: caller('Ask for what is of your own projects, or have an administrator add you to the project.'),
  NotFoundError: caller('Correct the name. If it was right, somebody deleted what it named: the lists show what there is.'),
  MethodNotAllowedError: caller('Use one of the methods that the header `Allow` names.'),
  DuplicateError: caller(
    'Go on with what is there, or choose another name. After a lost answer it may be your own: a retry with the same `Idempotency-Key` gets the first answer.',
  ),
  ProjectMismatchError: null,
  BlockedError: null,
  IllegalStateError: null,
  PayloadTooLargeError: caller('Send less.'),
  HeadersTooLargeError: caller('Send shorter headers, or a shorter path and query.'),
  RequestTimeoutError: nobody(
    'If it lasts, the network between you and the API is slow, or something in between holds requests back.',
  ),
  IdempotencyError: caller('Send each request with an `Idempotency-Key` of its own, and only its retries with the same one.'),
  TooManyRequestsError: nobody('Wait for the seconds that `Retry-After` names.'),
  InternalError: operator('Look into the log of the API for the `request_id`, and report the defect.'),
  NotImplementedError: null,
  OBMError: null,
  HeadnodeError: null,
  AllocationError: null,
  UnavailableError: nobody('Wait for the seconds that `Retry-After` names.'),
};

const PENDING = 'Wait until the action that `msg` names is `DONE` or `ERROR`.';

/** What to do about an error of this code, where its type does not say enough. */
export const codeRemedies: Record<string, Remedy> = {
  // Of every operation.
  not_authenticated: caller('Send a user name and its password, or a token that has not expired or been deleted.'),
  not_an_administrator: administrator('Only they do this.'),
  read_only_token: caller('Use a token that was made without `read_only`.'),
  identity_provider_unavailable: nobody(
    'Wait for the seconds that `Retry-After` names. If it lasts, whoever runs HaaS looks at the provider, and at the log of the API, which says why.',
  ),
  unknown_path: caller('Correct the path: `GET /openapi.json` has all of them, and `/docs` shows them.'),
  foreign_origin: caller('Send the request from a program, or from a page of the API itself.'),
  no_web_socket: operator(
    'Serve consoles from a host that has WebSockets. Until then: a plain GET to watch, `/console/input` to type.',
  ),
  no_streams: operator(
    'Send what streams to an API host that runs as a process: the proxy decides by the path. [serverless.md](serverless.md) lists them.',
  ),
  database_unavailable: nobody(
    'Wait for the seconds that `Retry-After` names; with an `Idempotency-Key` even a change is safe to repeat. If it lasts, whoever runs HaaS looks at PostgreSQL.',
  ),

  malformed_request: caller('Send it by a library for HTTP; a path is percent-encoded.'),
  too_many_connections: caller(
    'Close connections, or use them again. Behind a proxy all clients have its address, unless `HAAS_TRUSTED_PROXIES` names it.',
  ),
  unknown_then: administrator(
    'Ask for a time of which something is known: `msg` says from when to when. Older entries may be in a [backup](backup.md).',
  ),
  forgotten: administrator('Begin at the beginning: leave out `after` and `hash`.'),
  too_many_streams: caller('End streams that nobody looks at; the administrators can raise [the limits](limits.md).'),
  too_many_waiting: caller('Send `Prefer: respond-async` and read the action at `/networking_action/<status_id>`.'),
  too_many_pending: caller('Wait until the device has done some of what it was ordered. If nothing ends, look at its agent.'),

  // Users, projects, rights.
  not_for_users: administrator('Only they may see this.'),
  password_required: caller('Sign in with user name and password (HTTP Basic).'),
  too_many_tokens: caller('Delete a token that is not needed (`DELETE /v0/auth/token/<id>`).'),
  yourself: administrator('Another one does it.'),
  last_admin: administrator('Make another user an administrator first.'),
  has_nodes: caller('Release the nodes of the project; delete those of an agent, and register them under another.'),
  has_networks: caller('Delete the networks of the project first.'),
  has_headnodes: caller('Delete the headnodes first.'),
  has_access: caller("Revoke the project's access to the network that `msg` names."),
  quota_exceeded: caller(
    'Release nodes, or delete networks or headnodes, that are not needed; or ask an administrator for a higher [quota](quotas.md).',
  ),
  unknown_maintenance_project: administrator('Create the project of `HAAS_MAINTENANCE_PROJECT`.'),

  // Agents and switches.
  unusable_key: administrator('Send the public key as the agent shows it.'),
  no_agent: caller('Name one that there is: administrators see them with `GET /v0/agents`.'),
  has_commands: caller(PENDING),
  has_switches: administrator('Delete the switches of the agent, and register them under another.'),
  has_ports: administrator('Delete the ports of the switch first.'),
  unknown_type: administrator('Name one of the types that `msg` lists.'),
  bad_fields: administrator('Correct the fields that `errors` names: [switches](switches/README.md), [BMCs](power.md).'),
  bad_port_name: administrator('Name the port as its switch does; `msg` has an example.'),
  idle_up: administrator('Leave `idle` out.'),
  fixed_field: administrator('Delete the switch, and register it anew.'),
  login_needed: administrator('Give user name and password as well: they are encrypted for one address and one agent.'),
  address_taken: administrator('Correct the address, or delete what is registered there.'),
  ports_named_otherwise: administrator('Delete the ports of the switch first, and register them by their new names.'),
  vlan_in_use: administrator('Have the network that `msg` names deleted, or set the switch to keep another VLAN for itself.'),
  too_many_ports: administrator('Name the ports that are to be read in `ports`.'),
  port_cabled: administrator('Take the NIC from the port first (`detach_nic`).'),
  nic_cabled: administrator('Take the NIC from its port first (`detach_nic`).'),
  no_nic: administrator('Connect a NIC to the port first (`connect_nic`).'),

  // Nodes.
  node_taken: caller('Take another node: `GET /v0/nodes/free`. To delete it, or its NIC, have the project release it.'),
  node_in_no_project: caller('Reserve the node first (`connect_node`).'),
  has_nics: administrator('Delete the NICs of the node first.'),
  busy: caller(PENDING),
  changed_meanwhile: caller('Look at the node, and ask again where that is still wanted.'),
  other_agent_busy: administrator('Stop the console of the node, and wait until its actions are `DONE` or `ERROR`.'),
  suspect_port: administrator(
    'Revert the port (`POST /v0/switch/<switch>/port/<port>/revert`): when that is `DONE`, it is proven what the port carries.',
  ),
  attached: caller('Detach the NICs that `msg` names from their networks first.'),
  obm_enabled: caller('Revoke the token first: `PUT /v0/node/<node>/obm {"enabled": false}`.'),
  obm_disabled: caller('Enable it: `PUT /v0/node/<node>/obm {"enabled": true}`.'),
  obm_unusable: caller('Enable it for the nodes that `errors` names, or leave them out. Nodes with `obmd` are asked one by one.'),
  obmd_node: administrator('Ask obmd itself.'),
  only_without_obmd: caller('Leave the field out for this node.'),
  unknown_boot_device: caller('Name one of the devices that `msg` lists.'),
  options_of_none: caller('Leave `persistent` and `uefi` out.'),
  obm_failed: caller(
    'Read `msg`: the machine may be asked again, or its console looked at. Where the BMC does not answer, an administrator checks it (`POST /v0/node/<node>/obm/check`).',
  ),
  obmd_failed: administrator('See that obmd runs and takes the admin token. Nothing was changed: ask again then.'),
  agent_refused: operator('Look `msg` up below, among what agents refuse.'),
  outcome_unknown: caller('Look at what is there (power status, headnode), and ask again for what is missing.'),

  // Networks.
  no_access: caller("Have the network's owner grant access to the project (`PUT /v0/network/<network>/access/<project>`)."),
  not_your_network: caller('Ask the owner of the network, or an administrator.'),
  bad_id: administrator('Give `net_id` as a number from 1 to 4094, or empty.'),
  id_not_yours_to_choose: caller('Leave `net_id` empty, and `vlan` out.'),
  owner_without_access: caller('Name the owner as `access` too, and grant access to others afterwards.'),
  id_in_use: administrator('Choose another VLAN, or delete the network that has it.'),
  id_reserved: administrator('Choose another VLAN.'),
  pool_exhausted: administrator(
    'Have networks deleted that nobody needs, have ports in doubt [proven](backup.md#after-a-restore), or enlarge `HAAS_VLANS`.',
  ),
  owner: caller('Delete the network instead.'),
  public_network: caller('Nothing: the project may use the network.'),
  already_connected: caller('Nothing: it is as you want it.'),
  not_connected: caller('Look at the networks of the NIC (`GET /v0/node/<node>`).'),
  not_cabled: administrator('Register which switch port the NIC is cabled to (`connect_nic`).'),
  illegal_channel: caller('Use one of the channels that `msg` names.'),
  channel_in_use: caller('Use another channel, or detach the network that is on it.'),
  native_first: caller('Connect the NIC to a network on `vlan/native` first.'),
  native_last: caller('Detach the tagged networks of the NIC first.'),
  headnode_attached: caller('Detach the headnode that `msg` names; one that was started is deleted.'),

  // Headnodes.
  unknown_image: caller('Name one of `GET /v0/headnode_images`.'),
  disk_too_small: caller("Ask for as much disk as the image's, or leave `disk` out."),
  no_room: caller(
    'Ask for less, or delete a headnode. How much room there is, the administrator says (`limits` of `vm-host.json`).',
  ),
  too_many_hnics: caller('Delete an interface that is not needed.'),
  frozen: caller('Delete the headnode, and create another with the interfaces that it needs.'),
  being_deleted: caller('Wait until it is gone, and create another.'),
  headnode_failed: caller(
    'Read `msg`, and ask again. Where the host lacks something, an administrator mends it ([headnodes-host.md](headnodes-host.md)).',
  ),

  // Consoles.
  console_taken: caller('Wait until they leave, or take the right to type from them: a WebSocket with `write=steal`.'),
  not_open: caller('Open the console: `PUT .../console`.'),
  no_web_socket_asked: caller('Ask for a WebSocket, or leave `write` out; scripts type with `POST .../console/input`.'),
};

/** What to do about an answer of the API. Undefined where nobody wrote it down, which a test finds. */
export function remedyOf(type: ProblemType, code: string): Remedy | undefined {
  return codeRemedies[code] ?? typeRemedies[type] ?? undefined;
}

const ALARM = operator('Alarm: somebody alters commands.');
const AGAIN = 'Then ask again.';

/** What to do about a command that did not end well, by its reason. */
export const reasonRemedies: Record<string, Remedy> = {
  malformed: operator('Alarm: somebody writes into the commands table.'),
  'unknown-key': operator("After a rotation: add the new key to the agent's `trusted-keys.json`. Otherwise an alarm."),
  'bad-signature': ALARM,
  'wrong-issuer': operator('Alarm, or an agent whose `trusted-keys.json` is of another deployment.'),
  'altered-row': ALARM,
  'wrong-agent': operator('Alarm, or two agents share a database login.'),
  'wrong-device': ALARM,
  'wrong-seq': ALARM,
  'not-yet-valid': operator('Set the clocks of the API hosts and the management node (NTP).'),
  expired: nobody('If it happens often, whoever runs HaaS compares the clocks, and looks at what keeps the agent busy.'),
  replayed: operator('Alarm: somebody alters commands. Or the state folder of the agent was put back to an older one.'),
  'out-of-order': operator('Alarm: somebody alters commands. Or two hosts run processes of one agent.'),
  'unknown-kind': operator('Upgrade the agent.'),
  'unknown-version': operator('Upgrade the agent.'),
  'bad-parameters': operator('A defect, or an agent of another version than the API.'),
  'bad-credentials': administrator(
    'The password must be entered again, for this address and to the key that the agent has now: PATCH the switch, or the node of a BMC, with its login.',
  ),
  policy: operator("The message names the rule in the agent's `policy.json`."),
  unreachable: administrator(
    `Look at the address (PATCH the switch or the node when it has changed), the cable, the session limit of the device. ${AGAIN}`,
  ),
  denied: administrator(
    "Look at user name and password, and PATCH the switch or the node when they have changed. If the switch was replaced, remove its line from the agent's `known-hosts`.",
  ),
  'device-refused': administrator(`The message says what the switch answered. Mend it there. ${AGAIN}`),
  mismatch: administrator(`Somebody else configures this port, or the switch says yes and does not mean it. ${AGAIN}`),
  interrupted: nobody('It is as it was.'),
  unreadable: administrator(
    'The message says what the device answered. If it is one that HaaS should understand, that is a defect.',
  ),
  'no-reaction': caller(
    'Look at the console of the machine: its operating system may hang, or ignore its power button. `"force": true` does not ask it.',
  ),
  incomplete: caller('Look at what was read back, and ask again for what is missing.'),
  closed: caller('Start the console (`PUT /v0/node/<node>/console`), then ask again.'),
  unproven: administrator('When the switch answers again, revert the port.'),
  abandoned: operator('Start the agent; then an administrator reverts the port.'),
  contradiction: administrator('Revert the port; the message says what did not fit.'),
  moved: administrator('Check the switch at its new address, then revert the port.'),
  restored: administrator('Look at the device; have every port that is in doubt [proven](backup.md#after-a-restore).'),
};
