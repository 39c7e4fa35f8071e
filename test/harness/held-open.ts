/** Something that is open, and how to close it. */
export interface HeldOpen<T> {
  readonly value: T;
  /** Fails as the closing does. */
  readonly close: () => Promise<void>;
}

/**
 * Opens for many tests what a `with…` function opens for the time of one.
 * @param withIt calls back with what it has opened, and closes it when the promise that it gets is settled
 */
export async function heldOpen<T>(withIt: (use: (value: T) => Promise<void>) => Promise<void>): Promise<HeldOpen<T>> {
  const { promise: released, resolve: release } = promiseInHand();
  let closed: Promise<void> = Promise.resolve();
  const value = await new Promise<T>((opened, failed) => {
    closed = withIt((each) => {
      opened(each);
      return released;
    });
    closed.catch(failed);
  });
  return {
    value,
    close: () => {
      release();
      return closed;
    },
  };
}

function promiseInHand(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
