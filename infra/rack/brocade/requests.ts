import type { DeviceSession } from '../device-session.ts';
import type { HttpAnswer, HttpRequest } from '../http-server.ts';
import { parseXml, type XmlElement } from '../xml.ts';
import { type Address, addressOf, portName, portPath, vlanPath } from './addresses.ts';
import { type Configuration, FCOE_VLAN, LAST_VLAN } from './configuration.ts';
import { type Container, type Edit, portSchema, type Resource } from './port-schema.ts';
import { invalidValue, notFound, Refused, refusalAnswer } from './refused.ts';
import { documentOf, firmwareVersion, shownInterfaces, shownPort, shownResource, shownVlan } from './show.ts';

/** What differs from one VDX to the next. */
export interface Variety {
  readonly interfaceType: string;
  readonly vlanMustExist: boolean;
}

const NO_CONTENT: HttpAnswer = { status: 204, body: '' };
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Answers one request. What is refused changes nothing. */
export function answerRequest(session: DeviceSession<Configuration>, request: HttpRequest, variety: Variety): HttpAnswer {
  try {
    return answer(session, request, variety);
  } catch (error) {
    if (error instanceof Refused) return refusalAnswer(error);
    throw error;
  }
}

function answer(session: DeviceSession<Configuration>, { method, path, body }: HttpRequest, variety: Variety): HttpAnswer {
  if (!METHODS.includes(method)) throw notAllowed(method, path);
  if (/^\/rest\/(operations|operational-state)\/show-firmware-version\/?$/.test(path)) {
    if (method !== 'POST') throw notAllowed(method, path);
    return firmwareVersion();
  }
  const address = addressOf(path, session.configuration, variety.interfaceType);
  if (address === null) throw notFound(path);
  if (method === 'GET') return show(session.configuration, address, path, variety);
  const configuration = structuredClone(session.configuration);
  const done = write(configuration, address, { method, path, body }, variety);
  session.change((running) => Object.assign(running, configuration));
  return done;
}

function show(configuration: Configuration, address: Address, path: string, { interfaceType }: Variety): HttpAnswer {
  if (address.kind === 'interfaces') return documentOf(shownInterfaces(configuration, interfaceType), path);
  if (address.kind === 'vlan') {
    if (!configuration.vlans.map(String).includes(address.vlan)) throw notFound(path);
    return documentOf(shownVlan(address.vlan), path);
  }
  const port = configuration.ports[address.name];
  if (port === undefined) throw notFound(path);
  const name = portName(address.name, interfaceType);
  const last = address.below.at(-1);
  if (last === undefined) return documentOf(shownPort(port, name), path);
  const self = [portPath(name), ...address.below].join('/');
  const { resource } = find(address.below, path);
  const [shown] = shownResource(last, resource, port, self);
  if (shown === undefined) throw notFound(path);
  return documentOf(shown, self);
}

function write(configuration: Configuration, address: Address, request: HttpRequest, variety: Variety): HttpAnswer {
  if (address.kind === 'interfaces') return writeInterfaces(configuration, request);
  if (address.kind === 'vlan') return writeVlan(configuration, address.vlan, request);
  const port = configuration.ports[address.name];
  if (port === undefined) throw notFound(request.path);
  const edit = { configuration, port, vlanMustExist: variety.vlanMustExist };
  const { resource, parent } = find(address.below, request.path);
  if (request.method === 'DELETE') return remove(edit, resource, request);
  const element = bodyOf(request);
  if (request.method !== 'POST') {
    // The root of the body names the resource itself. What it does not mention stays as it is.
    if (element.name !== (address.below.at(-1) ?? portName(address.name, variety.interfaceType).type)) throw unknown(element);
    if (parent !== null && !parent.exists(port)) throw notFound(request.path);
    merge(edit, resource, element, request.path);
    return NO_CONTENT;
  }
  if (!('children' in resource)) throw notAllowed('POST', request.path);
  if (!resource.exists(port)) throw notFound(request.path);
  const child = childOf(resource, element);
  if (isThere(edit, child)) throw exists(`${request.path}/${element.name}`);
  merge(edit, child, element, request.path);
  return created(`${request.path}/${element.name}`);
}

/** What is found below a port, and what holds it; each step must be one of the schema. */
function find(below: readonly string[], path: string): { readonly resource: Resource; readonly parent: Container | null } {
  let resource: Resource = portSchema;
  let parent: Container | null = null;
  for (const step of below) {
    const next: Resource | undefined = 'children' in resource ? childNamed(resource, step) : undefined;
    if (next === undefined || !('children' in resource)) throw notFound(path);
    parent = resource;
    resource = next;
  }
  return { resource, parent };
}

function isThere({ port }: Edit, resource: Resource): boolean {
  return 'children' in resource ? resource.exists(port) : resource.value(port) !== null;
}

function remove(edit: Edit, resource: Resource, { method, path }: HttpRequest): HttpAnswer {
  if (!isThere(edit, resource)) throw notFound(path);
  if (resource.remove === undefined) throw notAllowed(method, path);
  resource.remove(edit.port);
  return NO_CONTENT;
}

function merge(edit: Edit, resource: Resource, element: XmlElement, path: string): void {
  if (!('children' in resource)) {
    resource.set(edit, element.text.trim());
    return;
  }
  if (!resource.exists(edit.port)) {
    if (resource.create === undefined) throw notFound(path);
    resource.create(edit.port);
  }
  for (const child of element.children) {
    // The key is part of a port; it cannot be changed.
    if (resource === portSchema && child.name === 'name') continue;
    merge(edit, childOf(resource, child), child, path);
  }
}

function childOf(resource: Container, element: XmlElement): Resource {
  const child = childNamed(resource, element.name);
  if (child === undefined) throw unknown(element);
  return child;
}

function childNamed({ children }: Container, name: string): Resource | undefined {
  return Object.hasOwn(children, name) ? children[name] : undefined;
}

function writeInterfaces(configuration: Configuration, request: HttpRequest): HttpAnswer {
  if (request.method !== 'POST') throw notAllowed(request.method, request.path);
  const element = bodyOf(request);
  const vlan = nameIn(element);
  if (configuration.vlans.includes(vlan)) throw exists(vlanPath(String(vlan)));
  addVlan(configuration, vlan);
  return created(vlanPath(String(vlan)));
}

function writeVlan(configuration: Configuration, name: string, request: HttpRequest): HttpAnswer {
  const vlan = Number(name);
  const known = configuration.vlans.includes(vlan);
  if (request.method === 'DELETE') {
    if (!known) throw notFound(request.path);
    if (vlan === 1) throw invalidValue('the default VLAN cannot be deleted');
    configuration.vlans = configuration.vlans.filter((each) => each !== vlan);
    return NO_CONTENT;
  }
  if (request.method === 'POST') throw notAllowed(request.method, request.path);
  if (nameIn(bodyOf(request)) !== vlan) throw invalidValue('the name in the body is not the one in the path');
  if (known) return NO_CONTENT;
  addVlan(configuration, vlan);
  return created(request.path);
}

function addVlan(configuration: Configuration, vlan: number): void {
  if (!Number.isInteger(vlan) || vlan < 1 || vlan > LAST_VLAN || vlan === FCOE_VLAN)
    throw invalidValue('not a VLAN that can be made');
  configuration.vlans = [...configuration.vlans, vlan].sort((a, b) => a - b);
}

/** The VLAN that `<Vlan><name>102</name></Vlan>` names. */
function nameIn(element: XmlElement): number {
  if (!/^vlan$/i.test(element.name)) throw unknown(element);
  const name = element.children.find((child) => child.name === 'name');
  return Number(name?.text.trim() || Number.NaN);
}

function bodyOf({ body }: HttpRequest): XmlElement {
  const element = parseXml(body);
  if (element === null) throw new Refused(400, 'malformed-message', 'the body is no well-formed document');
  return element;
}

function created(path: string): HttpAnswer {
  return { status: 201, body: '', headers: { location: path } };
}

function exists(path: string): Refused {
  return new Refused(409, 'data-exists', `${path}: the resource exists already`);
}

function unknown({ name }: XmlElement): Refused {
  return new Refused(400, 'unknown-element', `unknown element: ${name}`);
}

function notAllowed(method: string, path: string): Refused {
  return new Refused(405, 'operation-not-supported', `${method} is not possible at ${path}`);
}
