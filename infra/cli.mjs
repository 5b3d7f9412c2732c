#!/usr/bin/env node
// The user's command, wherever it is called from: TypeScript is understood from here on. What is plain JavaScript is loaded before: it
// takes half as long then.
import 'commander';
import 'zod';
import { register } from 'tsx/esm/api';

register();
await import('./cli/main.ts');
