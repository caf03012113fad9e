import { sameConfiguration, type Configuration } from '@emberlab/contract';
import { useDebouncedCallback } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { keys } from '../../lib/queries.ts';

export type SaveState = 'idle' | 'saving' | 'saved' | 'failed';

const pauseMs = 800;

/** Saves the caller's configuration a moment after each change, so that leaving the page loses nothing; what is wrong is not saved. */
export function useAutosave(project: string, saved: Configuration) {
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: (body: Configuration) => api.call('jupyter.saveConfiguration', { params: { project }, body }),
    onSuccess: (answer) => client.setQueryData(keys.configuration(project), answer),
    // One after the other, so that an older change can't arrive after a newer one.
    scope: { id: `configuration ${project}` },
  });
  const reset = useMutation({
    mutationFn: () => api.call('jupyter.resetConfiguration', { params: { project } }),
    onSuccess: (answer) => client.setQueryData(keys.configuration(project), answer),
    scope: { id: `configuration ${project}` },
  });
  const later = useDebouncedCallback(
    (next: Configuration) => {
      if (!sameConfiguration(next, saved)) save.mutate(next);
    },
    { delay: pauseMs, flushOnUnmount: true },
  );
  const state: SaveState = save.isPending
    ? 'saving'
    : save.isError || reset.isError
      ? 'failed'
      : save.isSuccess
        ? 'saved'
        : 'idle';
  return {
    state,
    changed: (next: Configuration | null): void => {
      if (next === null) later.cancel();
      else later(next);
    },
    cancel: (): void => later.cancel(),
    /** Goes back to the project's defaults; `then` gets them. */
    reset(then: (defaults: Configuration) => void): void {
      later.cancel();
      reset.mutate(undefined, { onSuccess: then });
    },
    resetting: reset.isPending,
  };
}
