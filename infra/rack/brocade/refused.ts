import type { HttpAnswer } from '../http-server.ts';
import { escapeXml } from '../xml.ts';

/** Why a request is refused: thrown where that is found, and answered where the request came in. */
export class Refused extends Error {
  readonly status: number;
  readonly tag: string;

  constructor(status: number, tag: string, message: string) {
    super(message);
    this.status = status;
    this.tag = tag;
  }
}

/** For a path that leads nowhere now. */
export function notFound(path: string): Refused {
  return new Refused(404, 'data-missing', `${path}: the resource does not exist`);
}

/** For a value that the switch cannot take. */
export function invalidValue(message: string): Refused {
  return new Refused(400, 'invalid-value', message);
}

/** A refusal as the switch words it; its kin list the same tags and statuses (SLX-OS RESTCONF guide, "Error reporting"). */
export function refusalAnswer({ status, tag, message }: Refused): HttpAnswer {
  const lines = [
    '<errors>',
    '  <error>',
    '    <error-type>application</error-type>',
    `    <error-tag>${tag}</error-tag>`,
    `    <error-message>${escapeXml(message)}</error-message>`,
    '  </error>',
    '</errors>',
  ];
  return { status, body: `${lines.join('\n')}\n`, headers: { 'content-type': 'application/vnd.error+xml' } };
}
