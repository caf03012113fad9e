import type { AlertReceiver } from '@emberlab/contract';
import { Button } from '@mantine/core';
import { IconBell, IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../lib/api.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ActionError, ErrorState } from '../../ui/error-state.tsx';
import { Section } from '../../ui/page.tsx';
import { RowsSkeleton } from '../../ui/rows.tsx';
import { mayManage, useProject } from '../projects/project-context.ts';
import { NewSecretDialog } from './new-secret-dialog.tsx';
import { receiversQuery } from './queries.ts';
import { ReceiverDialog, type Editing } from './receiver-dialog.tsx';
import { ReceiverRows } from './receiver-rows.tsx';
import { RemoveReceiverDialog } from './remove-receiver-dialog.tsx';
import { TestResult } from './test-result.tsx';

/** Where alerts can go: owners add, change, test and remove, others see. */
export function ReceiversSection() {
  const project = useProject();
  const receivers = useQuery(receiversQuery(project.name));
  const [editing, setEditing] = useState<Editing>(null);
  const [removing, setRemoving] = useState<AlertReceiver | null>(null);
  const [renewing, setRenewing] = useState<AlertReceiver | null>(null);
  const test = useMutation({
    mutationFn: ({ id }: AlertReceiver) => api.call('alerts.testReceiver', { params: { project: project.name, id } }),
  });
  const manages = mayManage(project);
  const add = (
    <Button size="xs" leftSection={<IconPlus size={14} />} onClick={() => setEditing('new')}>
      Add receiver
    </Button>
  );
  return (
    <Section title="Receivers" flush aside={manages && add}>
      <ActionError error={test.error} title="The test was not sent" />
      {test.data !== undefined && <TestResult delivery={test.data} onDismiss={test.reset} />}
      {receivers.isPending ? (
        <RowsSkeleton rows={2} />
      ) : receivers.data === undefined ? (
        <ErrorState error={receivers.error} onRetry={() => void receivers.refetch()} />
      ) : receivers.data.items.length === 0 ? (
        <EmptyState icon={<IconBell size={30} />} title="Nobody can be told yet">
          {manages
            ? 'Add a webhook, of a chat say, or e-mail addresses. Then choose below what they are told of.'
            : 'An owner of the project can add webhooks and e-mail addresses here.'}
        </EmptyState>
      ) : (
        <ReceiverRows
          receivers={receivers.data.items}
          actions={
            manages
              ? {
                  testing: test.isPending ? test.variables.id : null,
                  onTest: test.mutate,
                  onChange: setEditing,
                  onNewSecret: setRenewing,
                  onRemove: setRemoving,
                }
              : null
          }
        />
      )}
      <ReceiverDialog
        editing={editing}
        emailAvailable={receivers.data?.emailAvailable ?? true}
        onClose={() => setEditing(null)}
      />
      <RemoveReceiverDialog receiver={removing} onClose={() => setRemoving(null)} />
      <NewSecretDialog receiver={renewing} onClose={() => setRenewing(null)} />
    </Section>
  );
}
