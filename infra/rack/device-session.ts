import { setTimeout as delay } from 'node:timers/promises';
import type { SimulatedDevice } from './simulated-device.ts';

/** A switch as one session reads and changes it. */
export class DeviceSession<C> {
  readonly device: SimulatedDevice<C>;
  readonly username: string;
  /** While true, changes are made to a copy that is thrown away: the line looks carried out and is not. */
  lying = false;

  constructor(device: SimulatedDevice<C>, username: string) {
    this.device = device;
    this.username = username;
  }

  /** What the session sees; a family with transactions may show a candidate instead. */
  get configuration(): C {
    return this.device.running;
  }

  /** Changes the running configuration. */
  change(edit: (running: C) => void): void {
    if (this.lying) edit(structuredClone(this.device.running));
    else this.device.change(edit);
  }

  /** Saves the running configuration. Null if somebody else is saving. */
  save(): Promise<void> | null {
    return this.lying ? delay(this.device.saveDelay, undefined, { ref: false }) : this.device.save();
  }
}
