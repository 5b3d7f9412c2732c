/** Every table, by what it is about. */
export * from './schema/audit.ts';
export * from './schema/commands.ts';
export * from './schema/consoles.ts';
export * from './schema/devices.ts';
export * from './schema/hardware.ts';
export * from './schema/headnodes.ts';
export * from './schema/networks.ts';
export * from './schema/people.ts';
export * from './schema/sign-in.ts';
