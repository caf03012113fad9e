import { Paper } from '@mantine/core';
import { IconNotebook } from '@tabler/icons-react';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FilePreview } from '../files/preview/preview-drawer.tsx';
import { useRun } from './job-context.ts';
import { isLive } from './run-state.ts';

/** The notebook as it was executed, with its outputs. They are users' work: they are shown as texts and pictures, which can do nothing. */
export function RunNotebookTab() {
  const { notebook, state } = useRun();
  if (notebook === null) {
    return (
      <Paper>
        <EmptyState
          icon={<IconNotebook size={30} />}
          title={isLive(state) ? 'Not executed yet' : 'There is no executed notebook'}
        >
          {isLive(state)
            ? 'The notebook is kept with its outputs, and can be opened here.'
            : 'The run ended before the notebook was executed. Its log may say why.'}
        </EmptyState>
      </Paper>
    );
  }
  return (
    <Paper p="md">
      {/* A notebook that is being executed is another one in each state. */}
      <FilePreview key={state} path={notebook} />
    </Paper>
  );
}
