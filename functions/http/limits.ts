import { z } from 'zod';

const number = (usual: number) => z.coerce.number().int().min(1).max(1_000_000).default(usual);
const seconds = (usual: number, least = 1) => z.coerce.number().int().min(least).max(3600).default(usual);

/** The variables of the environment that set the limits, with what they are unless they are set. */
export const limitVariables = {
  HAAS_CONNECTIONS: number(4096),
  HAAS_CONNECTIONS_PER_ADDRESS: number(1024),
  HAAS_HEADERS_SECONDS: seconds(20),
  HAAS_REQUEST_SECONDS: seconds(60),
  // A client may ask to wait for a device for a minute, in which nothing is said.
  HAAS_ANSWER_SECONDS: seconds(120, 90),
  HAAS_IDLE_SECONDS: seconds(65),
  HAAS_STREAMS: number(2048),
  HAAS_STREAMS_PER_USER: number(256),
  HAAS_WAITING_PER_USER: number(256),
  HAAS_PENDING_PER_DEVICE: number(20),
};

/** How much one process serves at most. Times in seconds. */
export interface Limits {
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** In which the headers of a request must be complete, and in which all of it must be. */
  readonly headersSeconds: number;
  readonly requestSeconds: number;
  /** For which neither side says anything while a request is answered. */
  readonly answerSeconds: number;
  /** For which a connection is kept for the next request. */
  readonly idleSeconds: number;
  /** Answers that go on and on, WebSockets among them. */
  readonly streams: number;
  readonly streamsPerUser: number;
  /** Requests of a user that wait for a device. */
  readonly waitingPerUser: number;
  /** Commands for one device that have not ended, besides those of switch ports: so many that change something, and so many that only ask. Of all processes together. */
  readonly pendingPerDevice: number;
}

/** The limits as the environment sets them. */
export function limitsOf(variables: z.output<z.ZodObject<typeof limitVariables>>): Limits {
  return {
    connections: variables.HAAS_CONNECTIONS,
    connectionsPerAddress: variables.HAAS_CONNECTIONS_PER_ADDRESS,
    headersSeconds: variables.HAAS_HEADERS_SECONDS,
    requestSeconds: variables.HAAS_REQUEST_SECONDS,
    answerSeconds: variables.HAAS_ANSWER_SECONDS,
    idleSeconds: variables.HAAS_IDLE_SECONDS,
    streams: variables.HAAS_STREAMS,
    streamsPerUser: variables.HAAS_STREAMS_PER_USER,
    waitingPerUser: variables.HAAS_WAITING_PER_USER,
    pendingPerDevice: variables.HAAS_PENDING_PER_DEVICE,
  };
}
