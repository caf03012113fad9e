import type { DockerApi, PullMessage } from './api.ts';

type Layer = { current: number; total: number };

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

/** How far an image has come, a sentence. */
function pullNote(image: string, layers: Iterable<Layer>): string {
  const all = [...layers];
  const total = all.reduce((sum, one) => sum + one.total, 0);
  if (total === 0) return `The engine fetches the image ${image}.`;
  const current = all.reduce((sum, one) => sum + Math.min(one.current, one.total), 0);
  return `The engine fetches the image ${image}: ${megabytes(current)} of ${megabytes(total)}.`;
}

/** Adds what was told of a layer to what is known of all. */
function noteLayer(layers: Map<string, Layer>, { id, status = '', progressDetail = {} }: PullMessage): void {
  if (id === undefined) return;
  const known = layers.get(id);
  const { current, total } = progressDetail;
  // Its unpacking is counted anew by the engine, and is no more to fetch.
  if (status === 'Downloading' && current !== undefined && total !== undefined) layers.set(id, { current, total });
  else if (known !== undefined && /^(Download complete|Verifying|Extracting|Pull complete)/.test(status)) {
    layers.set(id, { ...known, current: known.total });
  }
}

/** Fetches images, each once at a time, whoever asks for it. */
export function createImages(api: Pick<DockerApi, 'pull'>) {
  const under = new Map<string, { done: Promise<void>; layers: Map<string, Layer> }>();
  return {
    /** Resolves when the image is there; rejects with what the engine said. */
    fetch(image: string): Promise<void> {
      const begun = under.get(image);
      if (begun !== undefined) return begun.done;
      const layers = new Map<string, Layer>();
      const done = api.pull(image, (message) => noteLayer(layers, message)).finally(() => under.delete(image));
      under.set(image, { done, layers });
      return done;
    },
    /** How far it is, a sentence; null: it is not being fetched. */
    note(image: string): string | null {
      const begun = under.get(image);
      return begun === undefined ? null : pullNote(image, begun.layers.values());
    },
  };
}
