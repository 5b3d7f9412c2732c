import { PostgresJsSession } from 'drizzle-orm/postgres-js/session';
const orig = PostgresJsSession.prototype.prepareQuery;
PostgresJsSession.prototype.prepareQuery = function (q, f, _n, ...r) { return orig.call(this, q, f, 'p', ...r); };
