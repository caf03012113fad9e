import type { ProjectEntry } from '@emberlab/contract';
import { Button, Group, Paper, Switch, Text } from '@mantine/core';
import { IconFolder, IconFolderPlus, IconSearch, IconTrash } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useCallback, useEffect, useRef, useState } from 'react';
import { api } from '../../lib/api.ts';
import { keys } from '../../lib/queries.ts';
import { countOf } from '../../lib/units.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ActionError, ErrorState } from '../../ui/error-state.tsx';
import { ButtonLink } from '../../ui/links.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import { RowsSkeleton } from '../../ui/rows.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { ShowMore } from '../../ui/show-more.tsx';
import { mayRun, useProject } from '../projects/project-context.ts';
import { DiskUse } from './disk-use.tsx';
import { FileDialog, type Asking } from './file-dialogs.tsx';
import type { FileAction } from './file-menu.tsx';
import { FileRows } from './file-rows.tsx';
import { isDeep, sortedBy, type FileSearch } from './file-search.ts';
import { FolderPath } from './folder-path.tsx';
import { LogRule } from './log-rule.tsx';
import { PreviewDrawer } from './preview/preview-drawer.tsx';
import { folderQuery, foundQuery } from './queries.ts';
import { mostDropped, readDropped, type DroppedFiles } from './uploads/dropped.ts';
import { DropZone } from './uploads/drop-zone.tsx';
import { sendDropped } from './uploads/send-dropped.ts';
import { UploadButtons } from './uploads/upload-buttons.tsx';
import { LeftUploads } from './uploads/left-uploads.tsx';
import { UploadPanel } from './uploads/upload-panel.tsx';
import { useUploadQueue } from './uploads/use-upload-queue.ts';

const route = getRouteApi('/user/frame/projects/$project/files');

/** The files of the project, a folder at a time. */
export function FilesPage() {
  const project = useProject();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const folder = search.path ?? '';
  const changes = mayRun(project);
  const [asking, setAsking] = useState<Asking | null>(null);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const client = useQueryClient();
  const { sendings, queue } = useUploadQueue(project.name);
  const change = (next: FileSearch): void => void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
  const upload = useMutation({
    async mutationFn(given: DroppedFiles | FileSystemEntry[]) {
      const dropped = Array.isArray(given) ? await readDropped(given) : given;
      await sendDropped({ api, queue }, { project: project.name, folder, dropped });
      return dropped;
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.files(project.name) }),
  });
  return (
    <Page
      title="Files"
      tab={project.label}
      description={<DiskUse />}
      actions={
        <>
          <ButtonLink
            to="/projects/$project/files/bin"
            params={{ project: project.name }}
            leftSection={<IconTrash size={16} aria-hidden="true" />}
          >
            Bin
          </ButtonLink>
          {changes && (
            <>
              <Button
                leftSection={<IconFolderPlus size={16} aria-hidden="true" />}
                onClick={() => setAsking({ what: 'folder' })}
              >
                New folder
              </Button>
              <UploadButtons onFiles={upload.mutate} />
            </>
          )}
        </>
      }
    >
      {changes && <LeftUploads sendings={sendings} />}
      <UploadPanel sendings={sendings} queue={queue} />
      {upload.data?.cut === true && (
        <Notice tone="info" title="Not all of it is taken" onDismiss={upload.reset}>
          At most {countOf(mostDropped, 'file')} and folders are taken at a time. Please upload the rest after these, or
          an archive, which can be unpacked in a terminal of Jupyter.
        </Notice>
      )}
      <ActionError error={upload.error} title="The folder could not be uploaded" />
      {folder === 'Logs' && <LogRule />}
      <DropZone enabled={changes} onDrop={upload.mutate}>
        <Paper component="section" aria-label="Files" style={{ overflow: 'hidden' }}>
          <Group gap="sm" p="md" pb="xs">
            <FolderPath project={project.name} label={project.label} search={search} />
          </Group>
          <Group gap="sm" px="md" pb="xs">
            <SearchField
              label={search.deep === true ? 'Find in this folder and below' : 'Find in this folder'}
              placeholder={search.deep === true ? 'Find in this folder and below' : 'Find in this folder'}
              value={search.q}
              onChange={(q) => change({ q })}
            />
            <Switch
              size="sm"
              label="In folders below too"
              checked={search.deep === true}
              onChange={(event) => change({ deep: event.currentTarget.checked || undefined })}
            />
            <Switch
              size="sm"
              label="Hidden files"
              checked={search.hidden === true}
              onChange={(event) => change({ hidden: event.currentTarget.checked || undefined })}
            />
          </Group>
          <Folder
            key={`${folder} ${String(isDeep(search))}`}
            search={search}
            selected={selected}
            onSelected={setSelected}
            onChange={change}
            onAsk={setAsking}
          />
        </Paper>
      </DropZone>
      <FileDialog
        asking={asking}
        folder={folder}
        onClose={() => setAsking(null)}
        onRemoved={() => setSelected(new Set())}
      />
      <PreviewDrawer path={search.show ?? null} onClose={() => change({ show: undefined })} />
    </Page>
  );
}

function Folder({
  search,
  selected,
  onSelected,
  onChange,
  onAsk,
}: {
  search: FileSearch;
  selected: ReadonlySet<string>;
  onSelected: (paths: ReadonlySet<string>) => void;
  onChange: (next: FileSearch) => void;
  onAsk: (asking: Asking) => void;
}) {
  const project = useProject();
  const deep = isDeep(search);
  const listed = useInfiniteQuery({
    ...folderQuery(project.name, search),
    placeholderData: (old) => old,
    enabled: !deep,
  });
  const found = useQuery({ ...foundQuery(project.name, search), placeholderData: (old) => old, enabled: deep });
  const files = deep ? found : listed;
  const entries = deep
    ? sortedBy(found.data?.items ?? [], search)
    : (listed.data?.pages.flatMap(({ items }) => items) ?? []);
  const total = deep ? entries.length : (listed.data?.pages.at(-1)?.total ?? 0);
  const chosen = entries.filter(({ path }) => selected.has(path));
  const latest = useRef({ selected, onSelected, onChange, onAsk });
  useEffect(() => {
    latest.current = { selected, onSelected, onChange, onAsk };
  });
  const select = useCallback((path: string, on: boolean): void => {
    const next = new Set(latest.current.selected);
    if (on) next.add(path);
    else next.delete(path);
    latest.current.onSelected(next);
  }, []);
  const act = useCallback((action: FileAction, entry: ProjectEntry): void => {
    if (action === 'show') latest.current.onChange({ show: entry.path });
    else latest.current.onAsk(action === 'remove' ? { what: 'remove', entries: [entry] } : { what: action, entry });
  }, []);
  if (files.isPending) return <RowsSkeleton rows={6} />;
  if (files.isError && files.data === undefined) {
    return <ErrorState error={files.error} onRetry={() => void files.refetch()} />;
  }
  if (entries.length === 0) {
    return search.q === undefined ? (
      <EmptyState icon={<IconFolder size={32} />} title="This folder is empty">
        {search.path === 'Logs'
          ? 'What runs of jobs print and leave comes here.'
          : mayRun(project)
            ? 'Drop files here, or press Upload. Notebooks save here too.'
            : 'Members who may run things put files here.'}
      </EmptyState>
    ) : (
      <EmptyState
        icon={<IconSearch size={28} />}
        title={deep ? 'Nothing in this folder and below matches' : 'Nothing in this folder matches'}
        action={deep ? undefined : <Button onClick={() => onChange({ deep: true })}>Find in folders below too</Button>}
      >
        Please change what is looked for. {deep ? cutNote(found.data?.cut) : 'Folders in this one are not searched.'}
      </EmptyState>
    );
  }
  return (
    <>
      <Group gap="sm" px="md" mih={30}>
        <Text size="xs" c="dimmed" className="el-tabular">
          {entries.length < total ? `${entries.length} of ` : ''}
          {countOf(total, 'item')}
          {chosen.length > 0 && `, ${chosen.length} selected`}
          {deep && ` ${cutNote(found.data?.cut)}`}
        </Text>
        {chosen.length > 0 && (
          <Button size="compact-xs" onClick={() => onAsk({ what: 'remove', entries: chosen })}>
            Delete selected
          </Button>
        )}
      </Group>
      <FileRows
        entries={entries}
        search={search}
        below={deep ? (search.path ?? '') : null}
        selected={selected}
        onSort={onChange}
        onSelect={select}
        onSelectAll={(on) => onSelected(new Set(on ? entries.map(({ path }) => path) : []))}
        onAction={act}
      />
      {!deep && <ShowMore list={listed} />}
    </>
  );
}

/** What is said of a search that ended early. */
const cutNote = (cut: boolean | undefined): string =>
  cut === true ? '– there is more: please look for more of the name, or in a folder further down.' : '';
