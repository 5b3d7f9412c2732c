import type { Connection, Session } from 'ssh2';

/** The client's end of a command run over SSH. Text is one byte a character (latin1). */
export interface RunningCommand {
  /** Whether the client has gone, so that nobody waits for the end. */
  isGone(): boolean;
  /** Sends what the command left, and its exit code. */
  finish(result: { readonly stdout: string; readonly stderr: string; readonly code: number }): void;
  /** Sends output, and ends the connection without an exit code. */
  breakOff(stdout: string): void;
}

/** Takes commands that are to be run without a shell; several may run on one connection. */
export function offerCommands(
  session: Session,
  connection: Connection,
  onCommand: (command: string, running: RunningCommand) => void,
): void {
  session.on('exec', (accept, _reject, { command }) => {
    const channel = accept();
    onCommand(command, {
      isGone: () => !channel.writable,
      finish({ stdout, stderr, code }) {
        if (!channel.writable) return;
        channel.stderr.write(Buffer.from(stderr, 'latin1'));
        channel.write(Buffer.from(stdout, 'latin1'));
        channel.exit(code);
        channel.end();
      },
      breakOff(stdout) {
        if (channel.writable) channel.write(Buffer.from(stdout, 'latin1'));
        connection.end();
      },
    });
  });
}
