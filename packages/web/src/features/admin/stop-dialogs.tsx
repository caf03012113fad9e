import type { Running } from '@emberlab/contract';
import { List, Modal, Text } from '@mantine/core';
import { api } from '../../lib/api.ts';
import { showHidden } from '../../lib/show-hidden.ts';
import { runningKindLooks, spellRunning } from './running-kinds.ts';
import { StopForm } from './stop-form.tsx';

/** As many are named one by one. */
const mostNamed = 8;

/** Stops one thing of somebody else's. */
export function StopDialog({ one, onClose }: { one: Running | null; onClose: () => void }) {
  return (
    <Modal
      opened={one !== null}
      onClose={onClose}
      title={one === null ? '' : `Stop this ${runningKindLooks[one.kind].noun}?`}
    >
      {one !== null && (
        <StopForm
          label="Stop"
          onClose={onClose}
          stop={(reason) => api.call('admin.stop', { params: { kind: one.kind, id: one.id }, body: { reason } })}
        >
          <Text size="sm" className="el-break">
            <b>{showHidden(one.title)}</b>
            {one.owner === null ? '' : ` of ${one.owner.email}`} in {one.project.label}.{' '}
            {runningKindLooks[one.kind].loss}
          </Text>
        </StopForm>
      )}
    </Modal>
  );
}

/** Whose all is to be stopped. */
export type AllOf = { user: string } | { project: string };

/** Stops all that runs for somebody, or in a project, once it is said what that is. */
export function StopAllDialog({
  of,
  items,
  onClose,
}: {
  of: AllOf | null;
  items: readonly Running[];
  onClose: () => void;
}) {
  const name = of === null ? '' : 'user' in of ? of.user : of.project;
  const named = items.slice(0, mostNamed);
  return (
    <Modal opened={of !== null} onClose={onClose} title={`Stop all of ${name}?`}>
      {of !== null && (
        <StopForm
          label="Stop all"
          onClose={onClose}
          stop={(reason) => api.call('admin.stopAll', { body: { ...of, reason } })}
        >
          <Text size="sm" className="el-break">
            This ends {items.length === 0 ? 'what runs by then' : <b>{spellRunning(items)}</b>}. Values of variables and
            what is not saved in JupyterLab are lost; files stay.{' '}
            {'user' in of ? 'They can start again.' : 'Its members can start again.'}
          </Text>
          {named.length > 0 && (
            <List size="sm" className="el-break">
              {named.map((one) => (
                <List.Item key={`${one.kind} ${one.id}`}>
                  {showHidden(one.title)}
                  <Text span size="sm" c="dimmed">
                    {' '}
                    {'user' in of ? one.project.label : (one.owner?.email ?? runningKindLooks[one.kind].label)}
                  </Text>
                </List.Item>
              ))}
              {items.length > named.length && <List.Item>and {items.length - named.length} more</List.Item>}
            </List>
          )}
        </StopForm>
      )}
    </Modal>
  );
}
