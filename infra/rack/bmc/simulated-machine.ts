import type { SimulatedBmc } from './simulated-bmc.ts';

/** How often the machine looks whether it has power, in ms. */
const LOOK = 100;

/**
 * Gives a BMC a machine with something to say on its serial console: a few lines after it was turned on, which name the boot device,
 * and then a shell that is none, which answers every line. Answers how to stop it.
 */
export function runMachine(bmc: SimulatedBmc): () => void {
  const { name, serial } = bmc;
  let power = bmc.power();
  let line = '';
  const prompt = () => serial.write(`\r\n${name}:~# `);

  serial.onTyped = (data) => {
    if (power === 'off') return;
    for (const key of data.toString('latin1')) {
      if (key === '\r' || key === '\n') {
        if (line !== '') serial.write(`\r\n${name}: ${line}: there is nothing behind this console that could do it`);
        line = '';
        prompt();
      } else if (key === '\x7f' || key === '\b') {
        if (line !== '') serial.write('\b \b');
        line = line.slice(0, -1);
      } else if (key >= ' ' && key <= '~') {
        line += key;
        serial.write(key);
      }
    }
  };
  const watching = setInterval(() => {
    const now = bmc.power();
    if (now === power) return;
    power = now;
    line = '';
    if (power === 'off') return serial.write('\r\n[power off]\r\n');
    serial.write(`\r\n${name}: power on self test ... ok\r\n`);
    serial.write(`${name}: booting from ${['none', 'default'].includes(bmc.boot()) ? 'the first device' : bmc.boot()} ...\r\n`);
    prompt();
  }, LOOK);
  watching.unref();
  return () => {
    clearInterval(watching);
    serial.onTyped = undefined;
  };
}
