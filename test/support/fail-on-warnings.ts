// A warning of Node.js (a deprecation, too many listeners, a promise rejected twice) is a fault that users would see on their terminal.
// Thrown here it is nobody's to catch, and vitest fails the run and names the test file.
process.on('warning', (warning) => {
  throw warning;
});
