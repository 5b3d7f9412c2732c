import { DeviceError } from '../../device-error.ts';

/**
 * What the interfaces of a headnode are called on the host, so that they can be found there: of Linux's 15 characters ten are the
 * beginning of its UUID. libvirt would replace names that begin with its own `vnet`.
 */
const prefixOf = (uuid: string) => `hn${uuid.replaceAll('-', '').slice(0, 10)}-`;

/** Of the interface with that index. */
export function interfaceName(uuid: string, index: number): string {
  if (index > 99) throw new DeviceError('refused', 'a headnode cannot have more than 100 interfaces');
  return `${prefixOf(uuid)}${index}`;
}

/** Of the interface that the administrator gives to every headnode. */
export const uplinkName = (uuid: string) => `${prefixOf(uuid)}up`;

/** Whether an interface is one of this headnode's, by its name. */
export function isInterfaceOf(uuid: string, name: string): boolean {
  return isHeadnodeInterface(name) && name.startsWith(prefixOf(uuid));
}

/** Whether an interface is one of any headnode's, by its name. */
export function isHeadnodeInterface(name: string): boolean {
  return /^hn[0-9a-f]{10}-(?:\d{1,2}|up)$/.test(name);
}
