import { lockDevice } from '../../agents/device-lock.ts';

// Takes the lock of a device, says how that went, and keeps it until it is killed. Arguments: the folder, the device.
const [folder, device] = process.argv.slice(2);
if (folder === undefined || device === undefined) throw new Error('name a folder and a device');
process.stdout.write(lockDevice(folder, device) ? 'locked\n' : 'taken\n');
setInterval(() => {}, 1000);
