import type { Operation } from './http/operation.ts';
import { registerNic } from './nic/register.ts';
import { connectNetwork } from './node/connect-network.ts';
import { registerNode } from './node/register.ts';
import { showNode } from './node/show.ts';
import { connectNode } from './project/connect-node.ts';

/** Every operation there is. The router, the API reference and the coverage tests are derived from this list. */
export const operations: readonly Operation[] = [registerNode, showNode, connectNetwork, registerNic, connectNode];
