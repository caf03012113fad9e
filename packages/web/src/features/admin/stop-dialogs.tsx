import type { Running, RunningSum } from '@emberlab/contract';
import { List, Modal, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { showHidden } from '../../lib/show-hidden.ts';
import { runningQuery } from './queries.ts';
import { countRunning, runningKindLooks, spellRunning } from './running-kinds.ts';
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

/** Stops all that runs for somebody, or in a project, once it is said what that is. `sum`: of that. */
export function StopAllDialog({ of, sum, onClose }: { of: AllOf | null; sum: RunningSum; onClose: () => void }) {
  const name = of === null ? '' : 'user' in of ? of.user : of.project;
  const count = countRunning(sum);
  return (
    <Modal opened={of !== null} onClose={onClose} title={`Stop all of ${name}?`}>
      {of !== null && (
        <StopForm
          label="Stop all"
          onClose={onClose}
          stop={(reason) => api.call('admin.stopAll', { body: { ...of, reason } })}
        >
          <Text size="sm" className="el-break">
            This ends {count === 0 ? 'what runs by then' : <b>{spellRunning(sum)}</b>}. Values of variables and what is
            not saved in JupyterLab are lost; files stay.{' '}
            {'user' in of ? 'They can start again.' : 'Its members can start again.'}
          </Text>
          <Named of={of} count={count} />
        </StopForm>
      )}
    </Modal>
  );
}

/** Some of it, by their names. */
function Named({ of, count }: { of: AllOf; count: number }) {
  const search = 'user' in of ? { owner: of.user } : { project: of.project };
  const items = useQuery(runningQuery(search, mostNamed)).data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <List size="sm" className="el-break">
      {items.map((one) => (
        <List.Item key={`${one.kind} ${one.id}`}>
          {showHidden(one.title)}
          <Text span size="sm" c="dimmed">
            {' '}
            {'user' in of ? one.project.label : (one.owner?.email ?? runningKindLooks[one.kind].label)}
          </Text>
        </List.Item>
      ))}
      {count > items.length && <List.Item>and {count - items.length} more</List.Item>}
    </List>
  );
}
