import { Button, Stack, type ButtonProps } from '@mantine/core';
import { IconCopyPlus } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api } from '../../lib/api.ts';
import { keys } from '../../lib/queries.ts';
import { ActionError } from '../../ui/error-state.tsx';

/** Copies an example into the project, and goes where links lead that open a file in Jupyter. */
export function CopyButton({ project, example, ...look }: { project: string; example: string } & ButtonProps) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const copy = useMutation({
    mutationFn: () => api.call('examples.copy', { params: { project, example } }),
    onSuccess: ({ path }) => {
      void client.invalidateQueries({ queryKey: keys.files(project) });
      return navigate({ to: '/projects/$project/jupyter/open', params: { project }, search: { path } });
    },
  });
  return (
    <Stack gap="xs" align="flex-start">
      <Button
        {...look}
        leftSection={<IconCopyPlus size={16} aria-hidden="true" />}
        loading={copy.isPending}
        onClick={() => copy.mutate()}
      >
        Copy to project and open
      </Button>
      <ActionError error={copy.error} title="It was not copied" />
    </Stack>
  );
}
