import { role, type Member, type Role } from '@emberlab/contract';
import { Button, Select, Table, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, errorMessage } from '../../lib/api.ts';
import { authQuery, keys } from '../../lib/queries.ts';
import { rowClasses, RowsHead, RowsTable } from '../../ui/rows.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { roleLabels } from '../projects/project-card.tsx';
import { useProject } from '../projects/project-context.ts';
import { roleChoices } from './role-choices.ts';

/** Members; owners may give them other roles and remove them. */
export function MemberRows({ members, onRemove }: { members: Member[]; onRemove: (member: Member) => void }) {
  const project = useProject();
  const owner = project.role === 'owner';
  return (
    <RowsTable>
      <RowsHead columns={['Name', 'E-mail', 'Role', 'Member since']} actions={owner} />
      <Table.Tbody>
        {members.map((member) => (
          <Table.Tr key={member.userId}>
            <Table.Td className={rowClasses.lead}>
              <Text size="sm" fw={500} className="el-break">
                {member.name}
              </Text>
            </Table.Td>
            <Table.Td data-label="E-mail" className="el-break">
              {member.email}
            </Table.Td>
            <Table.Td data-label="Role">
              {owner && project.state === 'active' ? <RoleSelect member={member} /> : roleLabels[member.role]}
            </Table.Td>
            <Table.Td data-label="Member since">
              <RelativeTime at={member.since} />
            </Table.Td>
            {owner && (
              <Table.Td className={rowClasses.actions}>
                <Button size="compact-sm" onClick={() => onRemove(member)} aria-label={`Remove ${member.name}`}>
                  Remove
                </Button>
              </Table.Td>
            )}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </RowsTable>
  );
}

/** Saves at once; what the server refuses stands below and changes nothing. */
function RoleSelect({ member }: { member: Member }) {
  const { name: project } = useProject();
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: (next: Role) =>
      api.call('projects.setMember', { params: { project, email: member.email }, body: { role: next } }),
    onSuccess: async () => {
      const own = client.getQueryData(authQuery.queryKey)?.user?.id === member.userId;
      await client.invalidateQueries({ queryKey: keys.members(project) });
      if (own) await client.invalidateQueries({ queryKey: keys.project(project), exact: true });
    },
  });
  return (
    <Select
      size="xs"
      w={120}
      aria-label={`Role of ${member.name}`}
      allowDeselect={false}
      data={roleChoices}
      value={save.isPending ? save.variables : member.role}
      disabled={save.isPending}
      error={save.isError ? errorMessage(save.error) : null}
      onChange={(value) => {
        const next = role.safeParse(value).data;
        if (next !== undefined && next !== member.role) save.mutate(next);
      }}
    />
  );
}
