import { agentLabel } from '../../functions/http/labels.ts';
import { AdminError } from './command.ts';

/** The label of an agent, or AdminError for what is none. */
export function demandAgentLabel(text: string): string {
  const known = agentLabel.safeParse(text);
  if (known.success) return known.data;
  throw new AdminError(`the label ${known.error.issues[0]?.message}`);
}
