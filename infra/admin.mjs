#!/usr/bin/env node
// The administrator's command, wherever it is called from: TypeScript is understood from here on.
import { register } from 'tsx/esm/api';

register();
await import('./admin.ts');
