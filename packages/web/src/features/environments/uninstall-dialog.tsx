import { ApiError, type Library } from '@emberlab/contract';
import { Checkbox, Modal, Text } from '@mantine/core';
import { useState } from 'react';
import { Notice } from '../../ui/notice.tsx';
import { ChangeForm } from './change-form.tsx';
import { listNames } from './texts.ts';
import { useChange } from './use-change.ts';

/** How many of those that need a library are named. */
const mostNamed = 8;

/** Removes a library (null: none). Where something needs it, it says first what will not work, and wants that confirmed. */
export function UninstallDialog({ library, onClose }: { library: Library | null; onClose: () => void }) {
  return (
    <Modal opened={library !== null} onClose={onClose} title={library === null ? '' : `Uninstall ${library.name}?`}>
      {library !== null && <Uninstall library={library} onClose={onClose} />}
    </Modal>
  );
}

function Uninstall({ library, onClose }: { library: Library; onClose: () => void }) {
  const [confirmed, setConfirmed] = useState(false);
  const change = useChange(onClose);
  const { name, version } = library;
  // The server's word counts: what is known here may be older.
  const refusal = change.error instanceof ApiError && change.error.code === 'library_needed' ? change.error : null;
  const known = warningsOf(library);
  const warnings = refusal === null ? known : refusal.details.map(({ message }) => message);
  return (
    <ChangeForm
      onClose={onClose}
      action={warnings.length > 0 ? 'Uninstall anyway' : 'Uninstall'}
      dangerous
      disabled={warnings.length > 0 && !confirmed}
      pending={change.isPending}
      error={refusal === null ? change.error : null}
      onConfirm={() => change.mutate({ kind: 'uninstall', packages: [name], force: confirmed })}
    >
      <Text size="sm">
        {name} {version} is removed, with what nothing else needs. This makes a new revision: servers that run keep
        theirs, and the one in use now can be restored.
      </Text>
      {warnings.length > 0 && (
        <>
          <Notice
            tone="bad"
            title={library.usedBy.length > 0 ? 'Jupyter will not work without it' : 'Other libraries need it'}
          >
            {warnings.map((warning) => (
              <Text size="sm" key={warning}>
                {warning}
              </Text>
            ))}
          </Notice>
          <Checkbox
            label="I have read what will not work, and want it removed"
            checked={confirmed}
            onChange={(event) => setConfirmed(event.currentTarget.checked)}
          />
        </>
      )}
    </ChangeForm>
  );
}

function warningsOf({ name, neededBy, usedBy }: Library): string[] {
  const what = [
    ...(usedBy.includes('jupyter') ? ['Jupyter and its Python kernel'] : []),
    ...(usedBy.includes('spark') ? ['the kernels for Spark'] : []),
  ];
  return [
    ...(neededBy.length > 0 ? [`${name} is needed by ${listNames(neededBy, mostNamed)}.`] : []),
    ...(what.length > 0 ? [`Without it ${what.join(' and ')} may not start or not work in full.`] : []),
  ];
}
