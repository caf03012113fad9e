import { Button, FileButton, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { IconUpload } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { api, errorMessage } from '../../lib/api.ts';
import { keys } from '../../lib/queries.ts';
import { useProject } from '../projects/project-context.ts';
import { endingsOf, problemOf, type PickedKind } from './file-kinds.ts';

/** Why a file of that name is of no use among files of the kind, once it lies in Resources; undefined: it can be used. */
function nameProblem(name: string, kind: PickedKind): string | undefined {
  const path = `Resources/${name}`;
  return problemOf(path, 'files') ?? problemOf(path, kind);
}

/** Puts a file of one's own machine into the project's Resources, unless its name says that it would be of no use there; answers its path. */
export function UploadButton({
  label,
  kind,
  onUploaded,
}: {
  label: string;
  kind: PickedKind;
  onUploaded: (path: string) => void;
}) {
  const { name: project } = useProject();
  const client = useQueryClient();
  const reset = useRef<() => void>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const upload = useMutation({
    mutationFn: (file: File) => api.upload('files.upload', { params: { project }, query: { name: file.name } }, file),
    onSuccess: ({ path }) => {
      void client.invalidateQueries({ queryKey: keys.files(project) });
      onUploaded(path);
    },
    // The same file may be chosen again.
    onSettled: () => reset.current?.(),
  });
  const choose = (file: File): void => {
    const problem = nameProblem(file.name, kind);
    setRefused(problem ?? null);
    if (problem === undefined) return upload.mutate(file);
    upload.reset();
    reset.current?.();
  };
  const problem = refused === null ? upload.isError && errorMessage(upload.error) : `${refused} Nothing was uploaded.`;
  return (
    <>
      <FileButton
        resetRef={reset}
        accept={endingsOf(kind)
          .map((ending) => (ending === '.tar.gz' ? '.gz' : ending))
          .join(',')}
        inputProps={{ 'aria-label': `File to upload: ${label}` }}
        onChange={(file) => file !== null && choose(file)}
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
      {problem !== false && (
        <Text size="xs" c="var(--mantine-color-error)" role="alert" className="el-break">
          {problem}
        </Text>
      )}
    </>
  );
}
