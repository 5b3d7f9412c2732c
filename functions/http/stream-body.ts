/** How long a client may take nothing while there is something for it, in ms. */
const STALLED = 60_000;

interface Terms {
  /** Cuts the client off. */
  readonly hangUp: () => void;
  /** Aborts when everything is about to stop. */
  readonly stopping: AbortSignal;
  /** The bytes could not be made. */
  readonly onError: (error: unknown) => void;
  /** In ms. */
  readonly patience?: number;
}

/**
 * Bytes as the body of an answer. They are made when the client takes them, so that one who is slow costs no memory; one who takes
 * nothing for long is hung up on, and at once when everything stops. `make` is told when the client has gone.
 */
export function bodyOf(
  make: (gone: AbortSignal) => AsyncGenerator<Uint8Array<ArrayBuffer>, void>,
  { hangUp, stopping, onError, patience = STALLED }: Terms,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const gone = new AbortController();
  const parts = make(gone.signal);
  let stalled: NodeJS.Timeout | undefined;
  const isTaken = () => {
    clearTimeout(stalled);
    stopping.removeEventListener('abort', hangUp);
  };
  return new ReadableStream(
    {
      async pull(controller) {
        isTaken();
        try {
          const { value, done } = await parts.next();
          // The client has left meanwhile.
          if (gone.signal.aborted) return;
          if (done) return controller.close();
          controller.enqueue(value);
          stalled = setTimeout(hangUp, patience);
          stalled.unref();
          stopping.addEventListener('abort', hangUp);
        } catch (error) {
          onError(error);
          // A stream that failed would have its error written where the client reads output.
          hangUp();
          controller.close();
        }
      },
      async cancel() {
        isTaken();
        gone.abort();
        await parts.return();
      },
    },
    { highWaterMark: 0 },
  );
}
