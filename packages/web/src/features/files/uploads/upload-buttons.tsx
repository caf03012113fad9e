import { Button, FileButton } from '@mantine/core';
import { IconFolderUp, IconUpload } from '@tabler/icons-react';
import { useRef } from 'react';
import { ofChosenFolder, type DroppedFiles } from './dropped.ts';

const loose = (files: readonly File[]): DroppedFiles => ({
  files: files.map((file) => ({ file, folder: '' })),
  folders: [],
  cut: false,
});
// React knows no such attribute, and hands it on as it is.
const wholeFolder = { webkitdirectory: '' };

/** Files, or a folder with all that is in it, to be chosen and sent. */
export function UploadButtons({ onFiles }: { onFiles: (files: DroppedFiles) => void }) {
  const resetFolder = useRef<() => void>(null);
  const reset = useRef<() => void>(null);
  return (
    <>
      <FileButton
        multiple
        resetRef={resetFolder}
        inputProps={{ 'aria-label': 'Folder to upload', ...wholeFolder }}
        onChange={(files) => {
          if (files.length > 0) onFiles(ofChosenFolder(files));
          // The same one may be chosen again.
          resetFolder.current?.();
        }}
      >
        {(props) => (
          <Button {...props} leftSection={<IconFolderUp size={16} aria-hidden="true" />}>
            Upload folder
          </Button>
        )}
      </FileButton>
      <FileButton
        multiple
        resetRef={reset}
        inputProps={{ 'aria-label': 'Files to upload' }}
        onChange={(files) => {
          if (files.length > 0) onFiles(loose(files));
          reset.current?.();
        }}
      >
        {(props) => (
          <Button {...props} variant="filled" leftSection={<IconUpload size={16} aria-hidden="true" />}>
            Upload
          </Button>
        )}
      </FileButton>
    </>
  );
}
