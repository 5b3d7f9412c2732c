import { dumps, type PythonResponse, type PythonSession, type PythonStream, quote } from './python-requests.ts';

/** What the predecessor's library raises for an answer that is not success. */
export class FailedApiCall extends Error {
  readonly errorType: unknown;

  constructor(errorType: unknown, message: unknown) {
    super(String(message));
    this.errorType = errorType;
  }
}

type Method = 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';

/** The type of a switch, or of a BMC, as the predecessor names them. */
const schemaOf = (kind: 'switches' | 'obm', type: string) => `http://schema.massopencloud.org/haas/v0/${kind}/${type}`;

/**
 * The calls of the predecessor's library, as its command `hil` makes them too: what each sends, and what it makes of the answer, which is
 * JSON or nothing. Labels stand in the address as they are.
 */
export class HilLibrary {
  readonly #session: PythonSession;
  readonly #endpoint: string;

  /** Of the endpoint only scheme and host count. */
  constructor(session: PythonSession, endpoint: string) {
    this.#session = session;
    this.#endpoint = endpoint;
  }

  readonly extensions = { listActive: () => this.#call('GET', ['active_extensions']) };

  readonly user = {
    list: () => this.#call('GET', ['auth/basic/users']),
    create: (user: string, password: string, isAdmin: boolean) =>
      this.#call('PUT', ['auth/basic/user', user], { password, is_admin: isAdmin }),
    delete: (user: string) => this.#call('DELETE', ['auth/basic/user', user]),
    add: (user: string, project: string) => this.#call('POST', ['auth/basic/user', user, 'add_project'], { project }),
    remove: (user: string, project: string) => this.#call('POST', ['auth/basic/user', user, 'remove_project'], { project }),
    setAdmin: (user: string, isAdmin: boolean) => this.#call('PATCH', ['auth/basic/user', user], { is_admin: isAdmin }),
  };

  readonly project = {
    list: () => this.#call('GET', ['projects']),
    nodesIn: (project: string) => this.#call('GET', ['project', project, 'nodes']),
    networksIn: (project: string) => this.#call('GET', ['project', project, 'networks']),
    create: (project: string) => this.#call('PUT', ['project', project]),
    delete: (project: string) => this.#call('DELETE', ['project', project]),
    connect: (project: string, node: string) => this.#call('POST', ['project', project, 'connect_node'], { node }),
    detach: (project: string, node: string) => this.#call('POST', ['project', project, 'detach_node'], { node }),
  };

  readonly node = {
    list: (which: 'free' | 'all') => this.#call('GET', ['nodes', which]),
    show: (node: string) => this.#call('GET', ['node', node]),
    /** As in 2018. */
    register: (node: string, uri: string, token: string) =>
      this.#call('PUT', ['node', node], { obmd: { uri, admin_token: token } }),
    /** As in 2016. */
    registerWithObm: (node: string, type: string, host: string, user: string, password: string) =>
      this.#call('PUT', ['node', node], { obm: { type: schemaOf('obm', type), host, user, password } }),
    delete: (node: string) => this.#call('DELETE', ['node', node]),
    enableObm: (node: string) => this.#call('PUT', ['node', node, 'obm'], { enabled: true }),
    disableObm: (node: string) => this.#call('PUT', ['node', node, 'obm'], { enabled: false }),
    powerCycle: (node: string, force = false) => this.#call('POST', ['node', node, 'power_cycle'], { force }),
    powerOff: (node: string) => this.#call('POST', ['node', node, 'power_off']),
    powerOn: (node: string) => this.#call('POST', ['node', node, 'power_on']),
    powerStatus: (node: string) => this.#call('GET', ['node', node, 'power_status']),
    setBootdev: (node: string, bootdev: string) => this.#call('PUT', ['node', node, 'boot_device'], { bootdev }),
    addNic: (node: string, nic: string, macaddr: string) => this.#call('PUT', ['node', node, 'nic', nic], { macaddr }),
    removeNic: (node: string, nic: string) => this.#call('DELETE', ['node', node, 'nic', nic]),
    connectNetwork: (node: string, nic: string, network: string, channel: string) =>
      this.#call('POST', ['node', node, 'nic', nic, 'connect_network'], { network, channel }),
    detachNetwork: (node: string, nic: string, network: string) =>
      this.#call('POST', ['node', node, 'nic', nic, 'detach_network'], { network }),
    metadataSet: (node: string, label: string, value: unknown) => this.#call('PUT', ['node', node, 'metadata', label], { value }),
    metadataDelete: (node: string, label: string) => this.#call('DELETE', ['node', node, 'metadata', label]),
    showNetworkingAction: (id: string) => this.#call('GET', ['networking_action', id]),
    startConsole: (node: string) => this.#call('PUT', ['node', node, 'console']),
    stopConsole: (node: string) => this.#call('DELETE', ['node', node, 'console']),
    /** Its bytes, one by one. */
    showConsole: async (node: string): Promise<PythonStream['body']> => {
      const answer = await this.#session.stream('GET', this.#url(['node', node, 'console']));
      if (answer.status >= 200 && answer.status < 300) return answer.body;
      let content = '';
      for await (const byte of answer.body) content += byte;
      throw new FailedApiCall(answer.status, content);
    },
  };

  readonly switch = {
    list: () => this.#call('GET', ['switches']),
    register: (label: string, type: string, fields: Readonly<Record<string, string>>) =>
      this.#call('PUT', ['switch', label], { ...fields, type: schemaOf('switches', type) }),
    delete: (label: string) => this.#call('DELETE', ['switch', label]),
    show: (label: string) => this.#call('GET', ['switch', label]),
  };

  readonly port = {
    register: (label: string, port: string) => this.#call('PUT', ['switch', label, 'port', port]),
    delete: (label: string, port: string) => this.#call('DELETE', ['switch', label, 'port', port]),
    connectNic: (label: string, port: string, node: string, nic: string) =>
      this.#call('POST', ['switch', label, 'port', port, 'connect_nic'], { node, nic }),
    detachNic: (label: string, port: string) => this.#call('POST', ['switch', label, 'port', port, 'detach_nic']),
    show: (label: string, port: string) => this.#call('GET', ['switch', label, 'port', port]),
    revert: (label: string, port: string) => this.#call('POST', ['switch', label, 'port', port, 'revert']),
  };

  readonly network = {
    list: () => this.#call('GET', ['networks']),
    /** `all`: of all projects. */
    listAttachments: (network: string, project: string) =>
      this.#call('GET', ['network', network, 'attachments'], undefined, project === 'all' ? {} : { project }),
    show: (network: string) => this.#call('GET', ['network', network]),
    create: (network: string, owner: string, access: string, netId: string) =>
      this.#call('PUT', ['network', network], { owner, access, net_id: netId }),
    delete: (network: string) => this.#call('DELETE', ['network', network]),
    grantAccess: (project: string, network: string) => this.#call('PUT', ['network', network, 'access', project]),
    revokeAccess: (project: string, network: string) => this.#call('DELETE', ['network', network, 'access', project]),
  };

  #url(segments: readonly string[]): string {
    const [, origin] = /^(http:\/\/[^/]+)/.exec(this.#endpoint) ?? [];
    return `${origin}/v0/${segments.join('/')}`;
  }

  async #call(method: Method, segments: readonly string[], data?: unknown, params?: Record<string, string>): Promise<unknown> {
    const answer = await this.#session.request(method, this.#url(segments), {
      ...(data === undefined ? {} : { data: dumps(data) }),
      ...(params === undefined ? {} : { params }),
    });
    return checkedResponse(answer);
  }
}

/** What the library makes of an answer: JSON where there is some, nothing otherwise. */
function checkedResponse({ status, content }: PythonResponse): unknown {
  const isJson = parses(content);
  if (status >= 200 && status < 300) return isJson ? JSON.parse(content) : undefined;
  if (!isJson) throw new FailedApiCall('unknown', content);
  const { type, msg } = JSON.parse(content);
  throw new FailedApiCall(type, msg);
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * The commands of 2016 (`haas`), and those for headnodes of 2018: each label is encoded and added to the endpoint, `{}` is sent where there
 * is nothing to say, and the answer is printed as it is.
 */
export class HilCommands {
  readonly #session: PythonSession;
  readonly #endpoint: string;

  constructor(session: PythonSession, endpoint: string) {
    this.#session = session;
    this.#endpoint = endpoint;
  }

  get(...segments: string[]): Promise<string> {
    return this.#print('GET', segments);
  }

  delete(...segments: string[]): Promise<string> {
    return this.#print('DELETE', segments);
  }

  put(segments: readonly string[], data: unknown = {}): Promise<string> {
    return this.#print('PUT', segments, dumps(data));
  }

  post(segments: readonly string[], data: unknown = {}): Promise<string> {
    return this.#print('POST', segments, dumps(data));
  }

  async #print(method: Method, segments: readonly string[], data?: string): Promise<string> {
    const url = [this.#endpoint, ...segments.map((segment) => quote(segment, ''))].join('/');
    const { status, content } = await this.#session.request(method, url, data === undefined ? {} : { data });
    if (status < 200 || status >= 300) throw new FailedApiCall(status, content);
    return content;
  }
}
