// A warning of Node.js (a deprecation, too many listeners, a promise rejected twice) is a fault that users would see on their terminal.
// Thrown here it is nobody's to catch, and vitest fails the run and names the test file.
const installed = Symbol.for('tests fail on warnings');

// Files that share a process come here one after another.
if (!Reflect.has(process, installed)) {
  Reflect.set(process, installed, true);
  process.on('warning', (warning) => {
    throw warning;
  });
}
