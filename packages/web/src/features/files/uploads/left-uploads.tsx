import type { FileUpload } from '@emberlab/contract';
import { Button, Group, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../../../lib/api.ts';
import { keys } from '../../../lib/queries.ts';
import { formatBytes } from '../../../lib/units.ts';
import { Notice } from '../../../ui/notice.tsx';
import { useProject } from '../../projects/project-context.ts';
import { nameShown } from '../folder-path.tsx';
import { ownUploadsQuery } from '../queries.ts';
import type { Sending } from './upload-queue.ts';

/** Uploads of an earlier visit that are not done: a browser forgets the file, the platform keeps what is there of it. */
export function LeftUploads({ sendings }: { sendings: readonly Sending[] }) {
  const project = useProject();
  const client = useQueryClient();
  const { data } = useQuery(ownUploadsQuery(project.name));
  const cancel = useMutation({
    mutationFn: (id: string) => api.call('files.cancelUpload', { params: { project: project.name, id } }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.ownUploads(project.name) }),
  });
  const isHere = ({ folder, name, size }: FileUpload): boolean =>
    sendings.some((one) => one.folder === folder && one.file.name === name && one.file.size === size);
  const left = (data?.items ?? []).filter((upload) => !isHere(upload));
  if (left.length === 0) return null;
  return (
    <Notice tone="info" title="Uploads that were broken off">
      <Text size="sm">Choose the same file again in its folder: it goes on where it was.</Text>
      {left.map((upload) => (
        <Group key={upload.id} gap="xs">
          <Text size="sm" className="el-break">
            {nameShown(upload.name)} to {upload.folder === '' ? 'the project’s folder' : nameShown(upload.folder)}:{' '}
            {formatBytes(upload.received)} of {formatBytes(upload.size)}
          </Text>
          <Button
            size="compact-xs"
            loading={cancel.isPending && cancel.variables === upload.id}
            aria-label={`Give up the upload of ${nameShown(upload.name)}`}
            onClick={() => cancel.mutate(upload.id)}
          >
            Give up
          </Button>
        </Group>
      ))}
    </Notice>
  );
}
