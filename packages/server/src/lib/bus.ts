/** Typed publish and subscribe within the process. A listener that throws hurts nobody else. */
export type Bus<T> = {
  publish(message: T): void;
  subscribe(listener: (message: T) => void): () => void;
};

export function createBus<T>(onError: (error: unknown) => void): Bus<T> {
  const listeners = new Set<(message: T) => void>();
  return {
    publish(message) {
      for (const listener of listeners) {
        try {
          listener(message);
        } catch (error) {
          onError(error);
        }
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
