import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { SimulatedBmc } from '../rack/bmc/simulated-bmc.ts';
import type { Acceleration } from './acceleration.ts';

/** A virtual machine that is the machine behind a BMC. */
export interface MachineOptions {
  readonly mac: string;
  /** The tap device of its network card. */
  readonly tap: string;
  /** MiB. */
  readonly memory: number;
  readonly acceleration: Acceleration;
}

/** A machine that runs for as long as its BMC gives it power. */
export interface Machine {
  readonly bmc: SimulatedBmc;
  readonly mac: string;
  readonly tap: string;
  /** Everything that it has printed to its serial port, whoever listened. */
  printed(): string;
  /** Cuts the power, and waits until it is gone. */
  close(): Promise<void>;
}

/** How often the machine looks whether it has power, in ms. */
const LOOK = 50;

/** Gives a BMC a virtual machine: QEMU runs while the BMC says that the power is on, and its serial port is the BMC's. */
export function runMachine(bmc: SimulatedBmc, options: MachineOptions): Machine {
  let running: ChildProcessWithoutNullStreams | undefined;
  let printed = '';
  const print = (bytes: Buffer) => {
    printed += bytes.toString('latin1');
    bmc.serial.write(bytes);
  };

  const turnOn = () => {
    const child = spawn('qemu-system-x86_64', argumentsOf(bmc, options));
    child.stdin.on('error', () => {});
    child.stdout.on('data', print);
    // What QEMU complains of is seen where its guest would be.
    child.stderr.on('data', print);
    child.once('error', (error) => print(Buffer.from(`QEMU does not start: ${error.message}\r\n`)));
    child.once('close', () => {
      // A machine that turned itself off has no power, whatever its BMC was told last.
      if (running === child) bmc.setPower('off');
      running = undefined;
    });
    running = child;
  };
  const look = () => {
    const power = bmc.power();
    if (power === 'on' && !running) turnOn();
    if (power === 'off' && running) running.kill('SIGKILL');
  };

  bmc.serial.onTyped = (data) => running?.stdin.write(data);
  const watching = setInterval(look, LOOK);
  return {
    bmc,
    mac: options.mac,
    tap: options.tap,
    printed: () => printed,
    async close() {
      clearInterval(watching);
      bmc.setPower('off');
      const closed = running && once(running, 'close');
      running?.kill('SIGKILL');
      await closed;
    },
  };
}

function argumentsOf(bmc: SimulatedBmc, { mac, tap, memory, acceleration }: MachineOptions): string[] {
  return [
    ...['-name', bmc.name, '-accel', acceleration, '-m', `${memory}`, '-nodefaults', '-display', 'none'],
    // BIOS and boot loader speak to the serial port, too.
    ...['-machine', 'pc,graphics=off', '-serial', 'stdio'],
    ...['-netdev', `tap,id=net0,ifname=${tap},script=no,downscript=no`, '-device', `virtio-net-pci,netdev=net0,mac=${mac}`],
    ...['-boot', `order=${bmc.boot() === 'pxe' ? 'n' : 'c'}`],
  ];
}
