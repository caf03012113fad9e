import type { LimitedProject, LimitedUser, LimitValues } from '@emberlab/contract';
import { Modal } from '@mantine/core';
import { api } from '../../lib/api.ts';
import { draftOfUses } from './limit-draft.ts';
import { LimitsForm } from './limits-form.tsx';

/** For whom limits are set. */
export type Limited = { readonly user: LimitedUser } | { readonly project: LimitedProject };

/** Sets what differs from the defaults for one user or project. */
export function LimitsDialog({
  limited,
  defaults,
  onClose,
}: {
  limited: Limited | null;
  defaults: LimitValues;
  onClose: () => void;
}) {
  const title = limited === null ? '' : `Limits of ${'user' in limited ? limited.user.email : limited.project.name}`;
  return (
    <Modal opened={limited !== null} onClose={onClose} title={<span className="el-break">{title}</span>}>
      {limited !== null && (
        <LimitsForm
          first={() => draftOfUses('user' in limited ? limited.user.limits : limited.project.limits)}
          defaults={defaults}
          about="A limit below what is used ends nothing that runs: it lets nothing more start."
          failure="The limits were not saved"
          onSave={(body) =>
            'user' in limited
              ? api.call('limits.setUser', { params: { email: limited.user.email }, body })
              : api.call('limits.setProject', { params: { name: limited.project.name }, body })
          }
          onClose={onClose}
        />
      )}
    </Modal>
  );
}
