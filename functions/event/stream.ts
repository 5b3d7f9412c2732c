import { z } from 'zod';
import { placeOfEntry } from '../http/labels.ts';
import { nothing } from '../http/operation.ts';
import { Problem } from '../http/problem.ts';
import { bodyOf } from '../http/stream-body.ts';
import { streaming } from '../http/streaming.ts';
import { unavailable } from '../http/unavailable.ts';
import { follow } from './stream/following.ts';

/**
 * Tells what is added to the audit, from now on or after an entry, for as long as the client listens: of the projects that the caller acts
 * for at that moment, or all to administrators. Where entries are missing, since they were forgotten, an event `gap` says so.
 */
export const showEvents = streaming({
  id: 'show_events',
  summary: 'Tell who changes what, as it happens',
  path: '/events',
  access: 'user',
  mediaType: 'text/event-stream',
  params: nothing,
  query: z.strictObject({
    after: placeOfEntry.optional().meta({
      description:
        'Begin after this entry, by its seq; with what is done from now on unless given. The header Last-Event-ID comes first',
      examples: ['1041'],
    }),
  }),
  refusals: {},

  async stream({ services, caller, client }, { query }) {
    const after = client.lastEventId === undefined ? query.after : lastEvent(client.lastEventId);
    const { events, log } = services;
    return bodyOf((gone) => follow({ feed: events, caller, after }, gone), {
      hangUp: client.hangUp,
      stopping: events.stopping,
      onError(error) {
        if (!unavailable(error)) log.error({ err: error }, 'events could not be told');
      },
    });
  },
});

/** The id of the last event that a client has. Throws Problem where it is none. */
function lastEvent(id: string): number {
  const place = placeOfEntry.safeParse(id);
  if (place.success) return place.data;
  const msg = 'must be the id of an event';
  throw new Problem('ValidationError', 'invalid_request', `the header Last-Event-ID ${msg}`, {
    errors: [{ path: 'header.Last-Event-ID', msg }],
  });
}
