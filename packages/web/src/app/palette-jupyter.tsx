import { Text } from '@mantine/core';
import type { SpotlightActionData } from '@mantine/spotlight';
import { IconExternalLink, IconNotebook, IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { isUp } from '../features/jupyter/server-state.ts';
import { useServerActions } from '../features/jupyter/use-server-actions.ts';
import { api } from '../lib/api.ts';
import { configurationQuery, keys, putAnswer, recentNotebooksQuery, serverQuery } from '../lib/queries.ts';
import { showHidden } from '../lib/show-hidden.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';

const icon = { size: 18, 'aria-hidden': true } as const;

/** What the palette does with the caller's server of a project, and the dialog that it asks with. `enabled`: the caller may run things, and the palette is open. */
export function useJupyterActions(
  project: string,
  enabled: boolean,
): { actions: SpotlightActionData[]; notebooks: SpotlightActionData[]; dialog: ReactNode } {
  const client = useQueryClient();
  const router = useRouter();
  const server = useQuery({ ...serverQuery(project), enabled }).data;
  const configuration = useQuery({ ...configurationQuery(project), enabled }).data;
  const recent = useInfiniteQuery({ ...recentNotebooksQuery(project, 'mine', ''), enabled }).data;
  const { start, open } = useServerActions(project);
  const [stopping, setStopping] = useState<string | null>(null);
  const stop = useMutation({
    mutationFn: async (of: string) => {
      const sentAt = Date.now();
      return { answer: await api.call('jupyter.stop', { params: { project: of } }), sentAt };
    },
    onSuccess: ({ answer, sentAt }) => {
      putAnswer(client, keys.server(project), answer, sentAt);
      setStopping(null);
    },
  });
  const dialog = (
    <ConfirmDialog
      asking={stopping}
      doing={stop}
      title="Stop Jupyter?"
      action="Stop"
      failed="Jupyter was not stopped"
      onClose={() => setStopping(null)}
    >
      <Text size="sm">
        All kernels of this server and their Spark applications end. Notebooks and files stay; changes that were not
        saved in JupyterLab are lost.
      </Text>
    </ConfirmDialog>
  );
  if (!enabled || server === undefined || configuration === undefined) return { actions: [], notebooks: [], dialog };
  const run = (): void => {
    start.run(configuration, server);
    // Where the start, or what is wrong with it, can be seen.
    void router.navigate({ to: '/projects/$project/jupyter', params: { project } });
  };
  return {
    actions: isUp(server)
      ? [
          ...(server.state === 'running'
            ? [
                {
                  id: 'open-jupyter',
                  label: 'Open Jupyter',
                  leftSection: <IconExternalLink {...icon} />,
                  onClick: open,
                },
              ]
            : []),
          {
            id: 'stop-jupyter',
            label: 'Stop Jupyter',
            leftSection: <IconPlayerStop {...icon} />,
            onClick: () => setStopping(project),
          },
        ]
      : [{ id: 'run-jupyter', label: 'Run Jupyter', leftSection: <IconPlayerPlay {...icon} />, onClick: run }],
    notebooks: (recent?.pages[0]?.items ?? [])
      .filter(({ missing }) => !missing)
      .map(({ id, path }) => ({
        id: `notebook ${id}`,
        label: showHidden(path.split('/').at(-1) ?? path),
        description: showHidden(path),
        leftSection: <IconNotebook {...icon} />,
        onClick: () =>
          void router.navigate({ to: '/projects/$project/jupyter/open', params: { project }, search: { path } }),
      })),
    dialog,
  };
}
