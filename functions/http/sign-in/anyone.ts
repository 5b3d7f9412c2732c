import type { Caller } from '../caller.ts';
import type { Backend } from './backend.ts';

/** Names by which a program on this machine reaches it. */
const HERE = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

const anyone: Caller = {
  label: 'null:admin',
  id: null,
  isAdmin: true,
  projects: new Set(),
  identity: 'null',
  isReadOnly: false,
  hasPassword: false,
  current: async () => anyone,
};

/**
 * The predecessor's null backend: whoever asks is an administrator. A web page can have its own name lead here, and a browser would then
 * take it for a page of this API: so only requests to this machine by one of its own names count, unless `anywhere`.
 */
export function nullBackend(anywhere: boolean): Backend {
  return {
    extension: 'hil.ext.auth.null',
    hint: 'nothing at all, from this machine',
    identify: async ({ host }) => (anywhere || HERE.test(host ?? '') ? anyone : undefined),
  };
}
