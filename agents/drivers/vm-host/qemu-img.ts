import { DeviceError } from '../../device-error.ts';
import { type ImageInfo, parseImageInfo, parseMeasure } from '../../reading/qemu-img.ts';
import { quote } from '../../sessions/screen.ts';
import type { NotUnderstood } from '../port-family.ts';
import { type HostCall, runOnHost } from './host-program.ts';

/** Milliseconds of one call; a copy of a large image takes its time. */
const patience = { short: 60_000, copy: 3_600_000 } as const;

/** Disk images, all of them qcow2: what an image is, is never guessed from its content, which a guest may have written. */
export class QemuImg {
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** What an image is. Refused for one that is no qcow2, is missing a part of itself, or that somebody is writing to. */
  async info(file: string, task: string): Promise<ImageInfo> {
    const text = await this.#call(['info', '--output=json', '-f', 'qcow2', file], task, 'reads');
    return this.#understood(parseImageInfo(text), task, text);
  }

  /** How many bytes a full copy would take. */
  async measure(file: string, task: string): Promise<number> {
    const text = await this.#call(['measure', '--output=json', '-f', 'qcow2', '-O', 'qcow2', file], task, 'reads');
    return this.#understood(parseMeasure(text), task, text);
  }

  /** Makes an image of so many GiB that holds what differs from a template, which must stay as it is. */
  async overlay(template: string, file: string, size: number, task: string): Promise<void> {
    await this.#call(['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', template, file, `${size}G`], task, 'changes');
  }

  /** Makes an image of so many GiB that is a full copy. */
  async copy(template: string, file: string, size: number, task: string): Promise<void> {
    await this.#call(['convert', '-f', 'qcow2', '-O', 'qcow2', template, file], task, 'changes', patience.copy);
    await this.#call(['resize', '-q', '-f', 'qcow2', file, `${size}G`], task, 'changes');
  }

  async #call(
    args: readonly string[],
    task: string,
    effect: HostCall['effect'],
    timeout: number = patience.short,
  ): Promise<string> {
    const { code, stdout, stderr } = await runOnHost({
      program: 'qemu-img',
      args,
      task,
      effect,
      timeout,
      signal: this.#signal,
    });
    if (code === 0) return stdout;
    const why = /Failed to get (?:shared )?"\w+" lock/.test(stderr)
      ? 'in use: something writes to it'
      : /not in qcow2 format/.test(stderr)
        ? 'no qcow2 image: convert it with "qemu-img convert -O qcow2"'
        : undefined;
    throw new DeviceError('refused', `${task}: ${why === undefined ? '' : `${why} `}(qemu-img: ${quote(stderr, [])})`);
  }

  #understood<T extends object | number>(answer: T | NotUnderstood, task: string, text: string): T {
    if (typeof answer === 'object' && 'problem' in answer)
      throw new DeviceError('unintelligible', `${task}: ${answer.problem} (qemu-img: ${quote(text, [])})`);
    return answer;
  }
}
