/** The configuration of a port as OS 9 prints it. */
export const configured = (...lines: string[]) =>
  ['interface GigabitEthernet 1/3', ' no ip address', ...lines.map((line) => ` ${line}`)].join('\n');

/** What `show interfaces switchport` says of a port. */
export const members = (tagging: string, ...rows: string[]) =>
  ['Name: GigabitEthernet 1/3', `802.1QTagged: ${tagging}`, 'Vlan membership:', 'Q       Vlans', ...rows].join('\n');

/** As much of OS 9 as one port, `GigabitEthernet 1/3`, needs to be changed: for the tests of its driver, over any carrier. */
export class Os9Port {
  readonly #lines = new Set(['shutdown']);
  #untagged: number | null = null;
  readonly #tagged = new Set<number>();
  /** As the prompt shows it, `conf-if-vl-100`; empty outside of the configuration. */
  mode = '';

  get shut(): boolean {
    return this.#lines.has('shutdown');
  }

  /** What is printed for a line; the next prompt shows the mode that it leads to. */
  type(line: string): string {
    if (line.startsWith('show ')) return this.#show(line.slice(5));
    if (line === 'configure' || line === 'end') {
      this.mode = line === 'end' ? '' : 'conf';
      return '';
    }
    const [, vlan] = /^interface vlan (\d+)$/.exec(line) ?? [];
    if (vlan !== undefined || line === 'interface GigabitEthernet 1/3') {
      this.mode = vlan === undefined ? 'conf-if-gi-1/3' : `conf-if-vl-${vlan}`;
      return '';
    }
    const [member, no, un] = /^(no )?(un)?tagged GigabitEthernet 1\/3$/.exec(line) ?? [];
    const id = Number(/-vl-(\d+)$/.exec(this.mode)?.[1]);
    if (member !== undefined) return this.#member(id, no === undefined, un !== undefined);
    return this.mode === 'conf-if-gi-1/3' ? this.#set(line) : '% Error: Invalid input at "^" marker.';
  }

  #set(line: string): string {
    const switchport = this.#lines.has('switchport');
    if (line.endsWith('portmode hybrid') && switchport) return '% Error: Port is in Layer-2 mode Gi 1/3.';
    if (line === 'no switchport' && (this.#tagged.size > 0 || this.#untagged !== 1)) return '% Error: Gi 1/3 is in a Vlan.';
    if (!/^(?:no )?(?:shutdown|switchport|portmode hybrid)$/.test(line)) return '% Error: Invalid input at "^" marker.';
    if (line.startsWith('no ')) this.#lines.delete(line.slice(3));
    else this.#lines.add(line);
    if (line.endsWith('switchport')) this.#untagged = line === 'switchport' ? (this.#untagged ?? 1) : null;
    return '';
  }

  #member(vlan: number, enters: boolean, untagged: boolean): string {
    const hybrid = this.#lines.has('portmode hybrid');
    if (!this.#lines.has('switchport')) return '% Error: Gi 1/3 is not in Layer-2 mode.';
    if (untagged && enters && this.#untagged !== 1 && this.#untagged !== vlan)
      return '% Error: Gi 1/3 Port is untagged in another Vlan.';
    if (!untagged && enters && !hybrid && this.#untagged !== null && this.#untagged !== 1)
      return '% Error: Gi 1/3 Port is untagged in another Vlan.';
    if (untagged) this.#untagged = enters ? vlan : 1;
    else if (enters) this.#tagged.add(vlan);
    else this.#tagged.delete(vlan);
    if (!hybrid && this.#tagged.size > 0) this.#untagged = null;
    if (this.#tagged.size === 0) this.#untagged ??= 1;
    return '';
  }

  #show(what: string): string {
    if (what === 'version') return 'Dell EMC Networking OS Version:  9.14(2.4)';
    if (!what.endsWith(' GigabitEthernet 1/3')) return '% Error: No such interface.';
    const lines = [...this.#lines].filter((line) => line !== 'shutdown');
    if (what.startsWith('running-config')) return configured(...lines, this.shut ? 'shutdown' : 'no shutdown');
    if (!this.#lines.has('switchport')) return '% Error: Port is not a switchport.';
    const tagging = this.#lines.has('portmode hybrid') ? 'Hybrid' : this.#tagged.size > 0 ? 'True' : 'False';
    const untagged = this.#untagged === null ? [] : [`U       ${this.#untagged}`];
    const tagged = this.#tagged.size === 0 ? [] : [`T       ${[...this.#tagged].join()}`];
    return members(tagging, ...untagged, ...tagged);
  }
}
