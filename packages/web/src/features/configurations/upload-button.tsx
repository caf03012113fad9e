import { Button, FileButton, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { IconUpload } from '@tabler/icons-react';
import { useRef } from 'react';
import { api, errorMessage } from '../../lib/api.ts';
import { keys } from '../../lib/queries.ts';
import { useProject } from '../projects/project-context.ts';

/** Puts a file of one's own machine into the project's Resources; answers its path there. */
export function UploadButton({
  label,
  endings,
  onUploaded,
}: {
  label: string;
  endings: readonly string[];
  onUploaded: (path: string) => void;
}) {
  const { name: project } = useProject();
  const client = useQueryClient();
  const reset = useRef<() => void>(null);
  const upload = useMutation({
    mutationFn: (file: File) => api.upload('files.upload', { params: { project }, query: { name: file.name } }, file),
    onSuccess: ({ path }) => {
      void client.invalidateQueries({ queryKey: keys.files(project) });
      onUploaded(path);
    },
    // The same file may be chosen again.
    onSettled: () => reset.current?.(),
  });
  return (
    <>
      <FileButton
        resetRef={reset}
        accept={endings.map((ending) => (ending === '.tar.gz' ? '.gz' : ending)).join(',')}
        inputProps={{ 'aria-label': `File to upload: ${label}` }}
        onChange={(file) => file !== null && upload.mutate(file)}
      >
        {(props) => (
          <Button
            {...props}
            size="compact-sm"
            leftSection={<IconUpload size={14} aria-hidden="true" />}
            aria-label={`Upload: ${label}`}
            loading={upload.isPending}
          >
            Upload
          </Button>
        )}
      </FileButton>
      {upload.isError && (
        <Text size="xs" c="var(--mantine-color-error)" role="alert" className="el-break">
          {errorMessage(upload.error)}
        </Text>
      )}
    </>
  );
}
