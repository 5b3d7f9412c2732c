import { writeFileSync } from 'node:fs';
import type { HeadnodeNic, HeadnodeState } from '../../../db/devices/headnode.ts';
import type { OfferedTemplate } from '../../../db/devices/vm-host.ts';
import { DeviceError } from '../../device-error.ts';
import type { Domain } from '../../reading/domain-xml.ts';
import { messageOf } from '../../scrub.ts';
import type { LibvirtConfig } from '../../vm-host-config.ts';
import type { ConsoleLine } from '../console-line.ts';
import { makeDisk } from './clone.ts';
import { buildDomain, domainName, headnodeOf } from './domain-xml.ts';
import { type Machine, type MachineUse, NotIsolated, type OpenVmHost, type VmHost } from './driver.ts';
import { HeadnodeFolder, headnodeFolders, unfitFolder } from './headnode-folder.ts';
import { HeadnodeSerial } from './headnode-serial.ts';
import { misplacements } from './isolation.ts';
import type { VmNetworks } from './networks.ts';
import { OpenVswitchNetworks } from './openvswitch-networks.ts';
import { QemuImg } from './qemu-img.ts';
import { writeSeed } from './seed-image.ts';
import { readTemplate, type Template } from './templates.ts';
import { Virsh } from './virsh.ts';
import { VlanBridges } from './vlan-bridges.ts';

/** Opens the virtual machines of this host, by libvirt. */
export function openLibvirt(open: OpenVmHost<LibvirtConfig>): VmHost {
  return new LibvirtHost(open);
}

class LibvirtHost implements VmHost {
  readonly #config: LibvirtConfig;
  readonly #signal: AbortSignal;
  readonly #virsh: Virsh;
  readonly #qemuImg: QemuImg;
  readonly #networks: VmNetworks;

  constructor({ config, signal, stateDir }: OpenVmHost<LibvirtConfig>) {
    this.#config = config;
    this.#signal = signal;
    this.#virsh = new Virsh(config.uri, signal);
    this.#qemuImg = new QemuImg(signal);
    this.#networks =
      'openvswitch' in config.networks
        ? new OpenVswitchNetworks(config.networks.openvswitch, signal)
        : new VlanBridges(config.networks.trunk, stateDir, signal);
  }

  async readTemplates(): Promise<{ readonly templates: OfferedTemplate[]; readonly problems: string[] }> {
    await this.#virsh.uuids('reading the templates', 'all');
    const unfit = unfitFolder(this.#config.folder);
    if (unfit !== undefined) return { templates: [], problems: [unfit] };
    const templates: OfferedTemplate[] = [];
    const problems: string[] = [];
    for (const name of Object.keys(this.#config.templates)) {
      try {
        templates.push((await this.#template(name)).offered);
      } catch (error) {
        // Of what could not be asked nothing is known.
        if (!(error instanceof DeviceError) || error.fault === 'unreachable') throw error;
        problems.push(error.message);
      }
    }
    return { templates, problems };
  }

  async readUse(): Promise<MachineUse[]> {
    const task = 'reading what headnodes use';
    const names = (await this.#virsh.read(['list', '--all', '--name'], task)).split('\n');
    const uses: MachineUse[] = [];
    for (const name of names) {
      const uuid = headnodeOf(name);
      const domain = uuid === undefined ? undefined : await this.#find(uuid, task);
      if (uuid === undefined || domain === undefined) continue;
      const { memory, vcpus, notedDisk } = domain;
      if (notedDisk === undefined)
        throw new DeviceError('unintelligible', `${task}: the definition of ${name} does not tell the size of its disk any more`);
      uses.push({ uuid, memory, vcpus, disk: notedDisk });
    }
    return uses;
  }

  async read(uuid: string): Promise<HeadnodeState> {
    const task = `reading ${domainName(uuid)}`;
    const domain = await this.#find(uuid, task, 'live');
    if (!domain) return { state: 'absent' };
    // A guest that waits was never shown to be on its VLANs, or waits for an administrator: to its user it does not run.
    const isRunning = (await this.#virsh.activity(uuid, task)) === 'running';
    return isRunning ? { state: 'running', vncport: domain.vncPort } : { state: 'stopped' };
  }

  async create(machine: Machine): Promise<void> {
    const { uuid, size } = machine;
    const task = `creating ${domainName(uuid)}`;
    const folder = this.#folder(uuid);
    const unfit = unfitFolder(this.#config.folder);
    if (unfit !== undefined) throw new DeviceError('refused', `${task}: ${unfit}`);
    const template = await this.#template(machine.template);
    if (size.disk < template.offered.disk)
      throw new DeviceError('refused', `${task}: the disk of ${machine.template} has ${template.offered.disk} GiB already`);
    if (await this.#find(uuid, task)) throw new DeviceError('refused', `${task}: it is defined already`);
    let isDefining = false;
    try {
      await folder.remove();
      folder.make();
      await makeDisk(machine, template, folder, this.#qemuImg, task);
      if (machine.seed) await writeSeed(machine.seed, folder, task, this.#signal);
      const { like, image } = template;
      const backing = machine.fullCopy ? undefined : image;
      const definition = buildDomain({ machine, folder, config: this.#config, networks: this.#networks, like, backing });
      writeFileSync(folder.definition, definition, { mode: 0o600 });
      isDefining = true;
      await this.#virsh.change(['define', folder.definition], task);
    } catch (thrown) {
      const error = thrown instanceof DeviceError ? thrown : new DeviceError('refused', `${task}: ${messageOf(thrown)}`);
      // It may be defined, and must not be without its disk then.
      if (isDefining && error.fault === 'lost')
        throw new DeviceError('lost', `${error.message}; it may be defined, and ${folder.path} is left`);
      const left = await filesLeft(folder);
      throw left === undefined ? error : new DeviceError(error.fault, `${error.message}; ${left}`);
    }
  }

  async start(uuid: string, nics: readonly HeadnodeNic[]): Promise<void> {
    const task = `starting ${domainName(uuid)}`;
    if (!(await this.#find(uuid, task))) throw new DeviceError('refused', `${task}: it is not defined`);
    const before = await this.#virsh.activity(uuid, task);
    // Whoever started it did not come to show where its interfaces are.
    if (before === 'halted') await this.#virsh.change(['destroy', uuid], task, ['idle']);
    if (before !== 'running') await this.#startPaused(uuid, nics, task);
    const problems = await this.#misplaced(uuid, nics, task);
    if (problems.length > 0) throw new NotIsolated(`${task}: ${problems.join('; ')}; ${await this.#ended(uuid, task)}`);
    if (before !== 'running') await this.#virsh.change(['resume', uuid], task).catch(lost);
    const after = await this.#virsh.activity(uuid, task).catch(lost);
    if (after !== 'running') throw new DeviceError('refused', `${task}: it stopped at once; its console may tell why`);
  }

  async stop(uuid: string): Promise<void> {
    const task = `stopping ${domainName(uuid)}`;
    if (!(await this.#find(uuid, task))) return;
    await this.#end(uuid, task);
  }

  async remove(uuid: string): Promise<string[]> {
    const task = `removing ${domainName(uuid)}`;
    const folder = this.#folder(uuid);
    if (await this.#find(uuid, task)) {
      await this.#end(uuid, task);
      folder.close();
      const all = ['--managed-save', '--snapshots-metadata', '--checkpoints-metadata', '--nvram'];
      await this.#virsh.change(['undefine', ...all, uuid], task, ['absent']).catch(lost);
      if (await this.#find(uuid, task).catch(lost)) throw new DeviceError('refused', `${task}: libvirt has it still`);
    }
    const files = await filesLeft(folder);
    const left = files === undefined ? [] : [files];
    try {
      left.push(...(await this.#networks.tidy((gone) => gone === uuid)).left);
    } catch (error) {
      left.push(`its interfaces could not be looked for: ${messageOf(error)}`);
    }
    return left;
  }

  async sweep(isBusy: (uuid: string) => boolean): Promise<string[]> {
    const told: string[] = [];
    for (const uuid of headnodeFolders(this.#config.folder)) {
      const folder = this.#folder(uuid);
      // Whoever began before this look is busy, or has defined it by now. A domain that took its place may use its files.
      if (isBusy(uuid) || (await this.#virsh.find(uuid, 'sweeping')) || isBusy(uuid)) continue;
      if (folder.isInUse) told.push(this.#unknownMachine(folder));
      else told.push((await filesLeft(folder)) ?? `removed ${folder.path}, which was of no machine`);
    }
    // Before the look at what is active: what starts meanwhile needs its interfaces.
    const busy = new Set([...(await this.#virsh.uuids('sweeping', 'all'))].filter(isBusy));
    const active = await this.#virsh.uuids('sweeping', 'active');
    const { removed, left } = await this.#networks.tidy((uuid) => !active.has(uuid) && !busy.has(uuid) && !isBusy(uuid));
    return [...told, ...removed.map((what) => `removed ${what}`), ...left];
  }

  async openConsole(uuid: string, onOutput: (data: Buffer) => void): Promise<ConsoleLine> {
    return HeadnodeSerial.open(domainName(uuid), this.#folder(uuid).console, this.#signal, onOutput);
  }

  #folder(uuid: string): HeadnodeFolder {
    return new HeadnodeFolder(this.#config.folder, uuid);
  }

  async #template(name: string): Promise<Template> {
    const config = Object.hasOwn(this.#config.templates, name) ? this.#config.templates[name] : undefined;
    if (!config) throw new DeviceError('refused', `there is no template ${JSON.stringify(name)} in vm-host.json`);
    return readTemplate(name, config, this.#virsh, this.#qemuImg);
  }

  /** The domain of a headnode; undefined: there is certainly none. */
  async #find(uuid: string, task: string, view: 'defined' | 'live' = 'defined'): Promise<Domain | undefined> {
    const folder = this.#folder(uuid);
    const domain = await this.#virsh.find(folder.uuid, task, view);
    // Another libvirt, or one that was installed anew, must not have its disk removed, nor tell of it while it runs elsewhere.
    if (!domain && folder.isInUse) throw new DeviceError('unreachable', `${task}: ${this.#unknownMachine(folder)}`);
    // Whatever has that name in place of that UUID, or that UUID and another name, is somebody else's.
    if (domain && (domain.uuid !== uuid || domain.name !== domainName(uuid)))
      throw new DeviceError('refused', `${task}: libvirt has another domain in its place: ${domain.name}, ${domain.uuid}`);
    return domain;
  }

  #unknownMachine({ path, definition }: HeadnodeFolder): string {
    return `libvirt at ${this.#config.uri} does not know the machine of ${path}: correct "uri" in vm-host.json, or bring it back ("virsh define ${definition}"), or remove that folder`;
  }

  async #startPaused(uuid: string, nics: readonly HeadnodeNic[], task: string): Promise<void> {
    this.#folder(uuid).open();
    const vlans = nics.map(({ vlan }) => vlan);
    try {
      await this.#networks.whileThere(vlans, () => this.#virsh.change(['start', '--paused', uuid], task));
    } catch (error) {
      await this.#tidyAfter();
      throw error;
    }
  }

  /** Why the interfaces of a machine that has a process are not as wanted, as sentences. None: each was read back on its VLAN. */
  async #misplaced(uuid: string, nics: readonly HeadnodeNic[], task: string): Promise<string[]> {
    try {
      const live = await this.#find(uuid, task, 'live');
      return live ? await misplacements(live, nics, this.#networks, this.#config.uplink !== undefined) : ['it is gone'];
    } catch (error) {
      // Called off: somebody else may have begun with this machine before it could be ended. Its guest waits, and the next start ends it.
      if (this.#signal.aborted) return lost(error);
      return [`its interfaces could not be read back: ${messageOf(error)}`];
    }
  }

  /** Removes what the networks have left now that a machine has stopped. What cannot be removed, the next sweep tells. */
  async #tidyAfter(): Promise<void> {
    await this.#networks.tidy(() => false).catch(() => {});
  }

  /** Ends a machine that must not go on; answers what became of it. */
  async #ended(uuid: string, task: string): Promise<string> {
    try {
      await this.#end(uuid, task);
      return 'it was ended';
    } catch (error) {
      return `it could not be ended, end it by hand ("virsh destroy ${uuid}"): ${messageOf(error)}`;
    }
  }

  /** Takes its power, and reads that it has none. */
  async #end(uuid: string, task: string): Promise<void> {
    await this.#virsh.change(['destroy', uuid], task, ['idle']);
    if ((await this.#virsh.activity(uuid, task).catch(lost)) !== 'off')
      throw new DeviceError('refused', `${task}: it runs still, although libvirt ended it`);
    await this.#tidyAfter();
  }
}

/** Throws an error that came after something was changed. */
function lost(error: unknown): never {
  if (error instanceof DeviceError && error.fault === 'unreachable') throw new DeviceError('lost', error.message);
  throw error;
}

/** Removes all files of a headnode; answers what is left, and why. */
async function filesLeft(folder: HeadnodeFolder): Promise<string | undefined> {
  try {
    await folder.remove();
    return undefined;
  } catch (error) {
    return `files are left in ${folder.path}: ${messageOf(error)}`;
  }
}
