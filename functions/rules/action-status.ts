import type { CommandStatus } from '../../db/queries/commands.ts';

/** The predecessor's words for the states of a command. */
export function actionStatus(status: CommandStatus): 'PENDING' | 'DONE' | 'ERROR' {
  switch (status) {
    case 'queued':
    case 'running':
      return 'PENDING';
    case 'done':
      return 'DONE';
    case 'failed':
    case 'refused':
    case 'unknown':
      return 'ERROR';
  }
}
