import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Backlog, CAPACITY } from '../../../agents/console/backlog.ts';

/** The log of a console as the database keeps it: the first piece of each seq. */
class Log {
  readonly #pieces: string[] = [];
  nextSeq = 1;

  append(pieces: ReturnType<Backlog['next']>): void {
    for (const { chunk } of pieces) {
      if (chunk.seq < this.nextSeq) continue;
      if (chunk.seq !== this.nextSeq) throw new Error(`${chunk.seq} came instead of ${this.nextSeq}`);
      this.#pieces.push('gap' in chunk ? `[${chunk.gap}]` : chunk.data.toString());
      this.nextSeq += 1;
    }
  }

  get text(): string {
    return this.#pieces.join('');
  }
}

const at = (milliseconds: number) => new Date(Date.UTC(2026, 10, 22, 21) + milliseconds);

function drain(backlog: Backlog, log: Log): void {
  while (!backlog.isEmpty) {
    log.append(backlog.next());
    backlog.acknowledge();
  }
}

describe('what waits for the database', () => {
  test('gets there whole, in order and once, however requests end', () => {
    const happening = fc.oneof(
      fc.record({ what: fc.constant('write' as const), size: fc.nat(100_000), wait: fc.nat(400) }),
      fc.record({ what: fc.constant('mark' as const) }),
      // A request that never arrives, one whose answer is lost, one that goes well, and one after which we begin anew with the next lease.
      fc.record({ what: fc.constantFrom('fails' as const, 'is lost' as const, 'goes well' as const, 'goes on' as const) }),
    );
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
        const log = new Log();
        const backlog = new Backlog(1);
        let expected = '';
        let now = 0;
        let waiting = 0;
        for (const [index, event] of happenings.entries()) {
          switch (event.what) {
            case 'write': {
              // What is dropped is the next test's.
              if (waiting + event.size > CAPACITY / 2) break;
              waiting += event.size;
              now += event.wait;
              const text = `${index},`.repeat(event.size).slice(0, event.size);
              backlog.write(Buffer.from(text), at(now));
              expected += text;
              break;
            }
            case 'mark':
              backlog.mark(`mark ${index}`, at(now));
              expected += `[mark ${index}]`;
              break;
            case 'fails':
              backlog.next();
              break;
            case 'is lost':
              log.append(backlog.next());
              break;
            case 'goes well':
              log.append(backlog.next());
              backlog.acknowledge();
              waiting = 0;
              break;
            case 'goes on':
              expect(backlog.goOn(log.nextSeq)).toBe(true);
          }
        }
        drain(backlog, log);
        expect(log.text).toBe(expected);
      }),
    );
  });

  test('is split into pieces that are not too large, and have the time of their first byte', () => {
    const backlog = new Backlog(7);
    for (let now = 0; now < 600; now += 100) backlog.write(Buffer.from(`${now} `), at(now));
    expect(backlog.since).toEqual(at(0));
    const pieces = backlog.next();
    expect(pieces.map(({ at, chunk }) => [at, 'data' in chunk ? chunk.data.toString() : '', chunk.seq])).toEqual([
      [at(0), '0 100 200 ', 7],
      [at(300), '300 400 500 ', 8],
    ]);
    backlog.write(Buffer.alloc(100_000), at(600));
    // What was sent is never added to.
    expect(backlog.next()).toBe(pieces);
    backlog.acknowledge();
    const sizes = backlog.next().map(({ chunk }) => ('data' in chunk ? chunk.data.length : 0));
    expect(sizes).toEqual([32_768, 32_768]);
  });

  test('is dropped from the oldest on when it is too much, with one mark that says how much and when', () => {
    const log = new Log();
    const backlog = new Backlog(1);
    backlog.write(Buffer.from('sent\n'), at(0));
    const sent = backlog.next();
    const line = (index: number) => `${String(index).padStart(1023, '0')}\n`;
    for (let index = 0; index < 3000; index += 1) {
      if (index === 1000) backlog.mark('a gap', at(index * 1000));
      backlog.write(Buffer.from(line(index)), at(index * 1000));
    }
    expect(backlog.next()).toBe(sent);
    drain(backlog, log);
    const [, gap = '', bytes, rest = ''] =
      /^sent\n\[(\S+ to \S+: (\d+) bytes of output and 1 mark\(s\) of gaps were dropped[^\]]*)\]([^[]*)$/.exec(log.text) ?? [];
    const kept = rest.length / 1024;
    expect(kept).toBeGreaterThan(1000);
    expect(kept).toBeLessThanOrEqual(CAPACITY / 1024);
    expect(rest.startsWith(line(3000 - kept))).toBe(true);
    expect(rest.endsWith(line(2999))).toBe(true);
    expect(Number(bytes)).toBe((3000 - kept) * 1024);
    expect(gap).toContain(
      `${at(0).toISOString().replace('.000', '')} to ${at((2999 - kept) * 1000)
        .toISOString()
        .replace('.000', '')}`,
    );
  });

  test('does not grow without bound when there is nothing but marks', () => {
    const log = new Log();
    const backlog = new Backlog(1);
    for (let index = 0; index < 10_000; index += 1) backlog.mark(`gap ${index}`, at(index));
    drain(backlog, log);
    expect(log.nextSeq).toBeLessThan(5000);
    expect(log.text).toMatch(/^\[[^\]]* 0 bytes of output and \d+ mark\(s\) of gaps were dropped/);
    expect(log.text.endsWith('[gap 9999]')).toBe(true);
  });

  test('is not gone on with where the database is elsewhere', () => {
    const backlog = new Backlog(5);
    backlog.write(Buffer.from('x'), at(0));
    expect([backlog.goOn(4), backlog.goOn(6), backlog.goOn(5)]).toEqual([false, false, true]);
    backlog.next();
    expect([backlog.goOn(4), backlog.goOn(7), backlog.goOn(6)]).toEqual([false, false, true]);
    expect(backlog.isEmpty).toBe(true);
  });
});
