import type { CommandResult } from '../command-service.ts';
import type { DeviceSession } from '../device-session.ts';
import { succeeded } from '../linux/command-line.ts';
import type { SaveQueue } from '../linux/save-queue.ts';
import { readChange } from './changes.ts';
import { type Configuration, mistakes } from './configuration.ts';
import { configuredTree, operationalTree, RELEASE, setTree } from './object-model.ts';
import { readOptions } from './options.ts';
import { WORDING } from './parameters.ts';
import { revisionsOf, withChanges } from './revisions.ts';
import { type Branch, difference, isBranch, partAt, toPaths, toTable, toYaml } from './tree.ts';

/** What a command of `nv` runs on: a session, the user whose revision it works on, and how the switch was made. */
export interface NvSetting {
  readonly session: DeviceSession<Configuration>;
  readonly user: string;
  /** Whether applying saves too, where the configuration does not say. */
  readonly autoSave: boolean;
  readonly saves: SaveQueue;
}

/** Runs `nv` with these words behind it. */
export function runNv(words: readonly string[], setting: NvSetting): Promise<CommandResult> | CommandResult {
  const [verb, ...rest] = words;
  if (verb === 'set' || verb === 'unset') return edit(verb, rest, setting);
  if (verb === 'show') return show(rest, setting);
  if (verb !== 'config') return failed(WORDING.invalid);
  const [what, ...more] = rest;
  if (what === 'apply') return apply(more, setting);
  if (what === 'diff') return diff(more, setting);
  if (what === 'show') return configShow(more, setting);
  if (what === 'detach' && more.length === 0) return detach(setting);
  if (what === 'save' && more.length === 0) return save(setting);
  return failed(WORDING.invalid);
}

/** What `nv` leaves when it refuses. */
export function failed(message: string): CommandResult {
  return { stdout: '', stderr: `${message}\n`, code: 1 };
}

function edit(verb: 'set' | 'unset', words: readonly string[], { session, user }: NvSetting): CommandResult {
  const change = readChange(verb, words);
  if (typeof change === 'string') return failed(change);
  if (session.lying) return succeeded();
  const created = revisionsOf(session.device.running).add(user, change);
  return succeeded(created === null ? '' : `created [rev_id: ${created}]\n`);
}

/**
 * Applies all that is pending, or nothing of it: a configuration with a mistake leaves the switch as it was and stays pending (the
 * form of the text: knowledge base, "NVUE fails to apply configuration after upgrade").
 */
async function apply(words: readonly string[], setting: NvSetting): Promise<CommandResult> {
  const { session, user, saves } = setting;
  if (words.some((word) => !['-y', '--y', '--assume-yes'].includes(word))) return failed(WORDING.invalid);
  const revisions = revisionsOf(session.device.running);
  const { id, changes } = revisions.pending(user) ?? { id: revisions.applied, changes: [] };
  const wrong = mistakes(withChanges(session.configuration, changes), session.device.ports);
  if (wrong.length > 0) {
    const lines = wrong.map((mistake) => `  Config invalid at ${mistake}\n`);
    return { stdout: `Invalid config [rev_id: ${id}]\n${lines.join('')}`, stderr: '', code: 1 };
  }
  // Whoever runs commands without a terminal does not answer.
  if (words.length === 0) return { stdout: 'Are you sure? [y/N] ', stderr: 'Aborted apply\n', code: 1 };
  session.change((running) => {
    for (const change of changes) change(running);
  });
  if (!session.lying) revisions.drop(user, 'applied');
  if (!(session.configuration.autoSave ?? setting.autoSave)) return succeeded(`applied [rev_id: ${id}]\n`);
  await saves.save(session);
  return succeeded(`applied_and_saved [rev_id: ${id}]\n`);
}

function detach({ session, user }: NvSetting): CommandResult {
  if (!session.lying) revisionsOf(session.device.running).drop(user, 'detached');
  return succeeded();
}

async function save({ session, saves }: NvSetting): Promise<CommandResult> {
  await saves.save(session);
  return succeeded('saved [rev_id: applied]\n');
}

/** A revision by its name or number; null if there is none. */
function revision(name: string, { session, user }: NvSetting): Configuration | null {
  const { configuration } = session;
  const revisions = revisionsOf(session.device.running);
  const pending = revisions.pending(user);
  if (['applied', 'operational', `${revisions.applied}`].includes(name)) return configuration;
  if (name === 'startup') return session.device.startup;
  if (name === 'empty') return session.device.model.fresh([]);
  return name === 'pending' || name === `${pending?.id}` ? withChanges(configuration, pending?.changes ?? []) : null;
}

/** From the applied revision to the pending one unless told otherwise; says nothing where there is no difference. */
function diff(words: readonly string[], setting: NvSetting): CommandResult {
  const options = readOptions(words, 'applied');
  if (options === null) return failed(WORDING.invalid);
  const [before = 'applied', after = 'pending'] = options.words;
  const [from, to] = [revision(before, setting), revision(after, setting)];
  if (from === null || to === null) return failed(`Error: Unknown revision: ${from === null ? before : after}`);
  const { set, unset } = difference(setTree(from, 'apart'), setTree(to, 'apart'));
  const parts = [['unset', unset] as const, ['set', set] as const].filter(([, tree]) => Object.keys(tree).length > 0);
  if (options.output === 'json') return succeeded(json(parts.map(([verb, tree]) => ({ [verb]: tree }))));
  if (options.output === 'commands') return succeeded(parts.map(([verb, tree]) => commandLines(verb, tree)).join(''));
  return succeeded(parts.map(([verb, tree]) => `- ${verb}:\n${toYaml(tree, 4)}`).join(''));
}

function configShow(words: readonly string[], setting: NvSetting): CommandResult {
  const options = readOptions(words, 'applied');
  if (options === null || options.words.length > 0) return failed(WORDING.invalid);
  const configuration = revision(options.revision, setting);
  if (configuration === null) return failed(`Error: Unknown revision: ${options.revision}`);
  const set = setTree(configuration, 'joined');
  if (options.output === 'commands') return succeeded(commandLines('set', set));
  const header = { model: 'SN2100', 'nvue-api-version': 'nvue_v1', 'rev-id': 1, version: `Cumulus Linux ${RELEASE}` };
  if (options.output === 'json') return succeeded(json([{ header }, { set }]));
  return succeeded(`- header:\n${toYaml(header, 4)}- set:\n${toYaml(set, 4)}`);
}

function show(words: readonly string[], setting: NvSetting): CommandResult {
  const options = readOptions(words, 'operational');
  if (options === null) return failed(WORDING.invalid);
  const configuration = revision(options.revision, setting);
  if (configuration === null) return failed(`Error: Unknown revision: ${options.revision}`);
  const { device } = setting.session;
  const tree =
    options.revision === 'operational'
      ? operationalTree(configuration, device)
      : configuredTree(configuration, device.hostname, setting.autoSave);
  const part = partAt(tree, options.words);
  if (part === null) return failed('Error: The requested item does not exist.');
  if (options.output === 'json') return succeeded(json(part));
  return succeeded(isBranch(part) ? toTable(part, options.revision) : `${part}\n`);
}

function commandLines(verb: string, tree: Branch): string {
  return toPaths(tree)
    .map((path) => `nv ${verb} ${path}\n`)
    .join('');
}

function json(data: unknown): string {
  return `${JSON.stringify(data, null, 2)}\n`;
}
