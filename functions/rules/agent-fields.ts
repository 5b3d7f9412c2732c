import { z } from 'zod';
import { timestamp } from '../http/labels.ts';

/** What is told of an agent, wherever agents are shown. */
export const agentAlive = z
  .boolean()
  .meta({ description: 'Whether the agent was there within the last 40 seconds', examples: [true] });

export const agentSeenAt = timestamp
  .nullable()
  .meta({ description: 'When the agent was there last, in UTC; null: never yet', examples: ['2026-03-02T09:30:00.000Z'] });

export const agentVersion = z
  .string()
  .nullable()
  .meta({ description: 'Version of the agent; null: it never said', examples: ['0.1.0'] });

export const agentBacklog = z
  .int()
  .min(0)
  .meta({ description: 'How many commands it has yet to finish', examples: [0] });
