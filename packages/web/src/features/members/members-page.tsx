import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconLogout, IconUserPlus } from '@tabler/icons-react';
import { Page } from '../../ui/page.tsx';
import { mayManage, useProject } from '../projects/project-context.ts';
import { AddMembersDialog } from './add-members-dialog.tsx';
import { InvitationsSection } from './invitations-section.tsx';
import { LeaveDialog } from './leave-dialog.tsx';
import { MembersSection } from './members-section.tsx';

/** Who is in the project, and who is invited. */
export function MembersPage() {
  const project = useProject();
  const [adding, add] = useDisclosure(false);
  const [leaving, leave] = useDisclosure(false);
  return (
    <Page
      title="Members"
      tab={project.label}
      description="Owners manage the project, editors run things in it, viewers read."
      actions={
        <>
          <Button leftSection={<IconLogout size={16} />} onClick={leave.open}>
            Leave
          </Button>
          {mayManage(project) && (
            <Button variant="filled" leftSection={<IconUserPlus size={16} />} onClick={add.open}>
              Add members
            </Button>
          )}
        </>
      }
    >
      <MembersSection />
      {mayManage(project) && <InvitationsSection />}
      <AddMembersDialog opened={adding} onClose={add.close} />
      <LeaveDialog opened={leaving} onClose={leave.close} />
    </Page>
  );
}
