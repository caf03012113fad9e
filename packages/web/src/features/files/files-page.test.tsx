import { nameOfBytes, type ProjectEntry } from '@emberlab/contract';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { project, Refusal, renderApp, unlimited, type Call } from '../../test/app.tsx';

const at = '2026-01-31T09:30:00.000Z';
const base = '/projects/demo/files';
const entry = (path: string, type: ProjectEntry['type'] = 'file', size = 10): ProjectEntry => ({
  name: path.split('/').at(-1) ?? '',
  path,
  type,
  size: type === 'file' ? size : null,
  changedAt: at,
});
const folder = (...items: ProjectEntry[]) => ({ items, next: null, total: items.length });
const calm = {
  [`GET ${base}/uploads`]: { items: [] },
  [`GET ${base}/rules`]: { binDays: 30, logDays: null, logNewest: 10 },
};
const root = {
  ...calm,
  [`GET ${base}`]: folder(entry('Jupyter', 'folder'), entry('Logs', 'folder'), entry('notes.md')),
};
const sent = (calls: readonly Call[], route: string) =>
  calls.filter((call) => call.route === route).map(({ body }) => body);
const bytes = (content: string | Uint8Array<ArrayBuffer>, size: number) =>
  Promise.resolve(new Response(content, { status: 206, headers: { 'content-range': `bytes 0-1/${size}` } }));

describe('the page Files', () => {
  it('shows a folder, and is led into others by links; where it is stands in the address', async () => {
    const { router } = renderApp('/projects/demo/files', { ...root, [`GET ${base}?path=Logs`]: folder() });
    fireEvent.click(await screen.findByRole('link', { name: 'Logs' }));
    expect(await screen.findByText('This folder is empty')).toBeTruthy();
    expect(await screen.findByText('Logs are kept until somebody deletes them.')).toBeTruthy();
    expect(router.state.location.search).toMatchObject({ path: 'Logs' });
    fireEvent.click(within(screen.getByRole('navigation', { name: 'Folder' })).getByRole('link', { name: 'Demo' }));
    expect(await screen.findByText('notes.md')).toBeTruthy();
  });

  it('asks the server for order and filter, page by page', async () => {
    const next = { items: [entry('b.csv')], next: 'n', total: 2 };
    const { router } = renderApp('/projects/demo/files', {
      ...root,
      [`GET ${base}?path=&sort=size`]: folder(entry('a.csv')),
      [`GET ${base}?path=&find=csv&sort=size`]: next,
      [`GET ${base}?path=&find=csv&sort=size&after=n`]: folder(entry('c.csv')),
    });
    fireEvent.click(await screen.findByRole('button', { name: 'Sort by size' }));
    expect(await screen.findByText('a.csv')).toBeTruthy();
    fireEvent.change(screen.getByLabelText('Find in this folder'), { target: { value: 'csv' } });
    fireEvent.click(await screen.findByRole('button', { name: 'Show more' }));
    expect(await screen.findByText('c.csv')).toBeTruthy();
    expect(screen.getByText('b.csv')).toBeTruthy();
    expect(router.state.location.search).toMatchObject({ q: 'csv', sort: 'size' });
  });

  it('shows names that would look like others as what they are', async () => {
    const odd = nameOfBytes(Uint8Array.from([0x61, 0xff]));
    renderApp('/projects/demo/files', { ...calm, [`GET ${base}`]: folder(entry('txt\u202egpj.exe'), entry(odd)) });
    expect(await screen.findByText(String.raw`txt\u202egpj.exe`)).toBeTruthy();
    expect(screen.getByText('a\ufffd')).toBeTruthy();
  });

  it('makes folders, renames and moves, and says why where that fails', async () => {
    const answers: Record<string, unknown> = {
      ...root,
      [`POST ${base}/folders`]: entry('new', 'folder'),
      [`POST ${base}/moves`]: new Refusal(409, 'name_taken', 'There is x already.'),
    };
    const { calls } = renderApp('/projects/demo/files', answers);
    fireEvent.click(await screen.findByRole('button', { name: 'New folder' }));
    fireEvent.change(await screen.findByLabelText('Name of the folder'), { target: { value: 'new' } });
    fireEvent.click(screen.getByRole('button', { name: 'Make folder' }));
    await waitFor(() => expect(sent(calls, `POST ${base}/folders`)).toEqual([{ path: 'new' }]));
    fireEvent.click(screen.getByRole('button', { name: 'What to do with notes.md' }));
    fireEvent.click(await screen.findByRole('menuitem', { name: 'Move' }));
    fireEvent.change(await screen.findByLabelText('Folder of the project to move it to'), {
      target: { value: '/Resources/' },
    });
    fireEvent.click(screen.getByRole('button', { name: 'Move' }));
    expect(await screen.findByText('There is x already.')).toBeTruthy();
    expect(sent(calls, `POST ${base}/moves`)).toEqual([{ from: 'notes.md', to: 'Resources/notes.md' }]);
  });

  it('deletes what is selected, and tells what could not be deleted', async () => {
    const { calls } = renderApp('/projects/demo/files', {
      ...root,
      [`POST ${base}/removals`]: { removed: 0, failed: [{ path: 'notes.md', message: 'It is closed.' }] },
    });
    fireEvent.click(await screen.findByLabelText('Select notes.md'));
    fireEvent.click(screen.getByRole('button', { name: 'Delete selected' }));
    const dialog = within(await screen.findByRole('dialog'));
    expect(dialog.getByText('This goes into the bin, and can be restored from there:')).toBeTruthy();
    fireEvent.click(dialog.getByLabelText(/^For good/));
    fireEvent.click(dialog.getByRole('button', { name: 'Delete for good' }));
    expect(await dialog.findByText('notes.md: It is closed.')).toBeTruthy();
    expect(sent(calls, `POST ${base}/removals`)).toEqual([{ paths: ['notes.md'], forever: true }]);
  });

  it('says when the project is full, and what makes room', async () => {
    const full = unlimited.map((use) =>
      use.kind === 'disk' ? { ...use, limit: 1024, used: 2048, measuredAt: at } : use,
    );
    renderApp('/projects/demo/files', { ...root, 'GET /projects/demo/limits': { project: full, own: unlimited } });
    expect(await screen.findByText('The project has no room left')).toBeTruthy();
    expect(screen.getByRole('link', { name: 'bin' }).getAttribute('href')).toBe('/projects/demo/files/bin');
  });

  it('says where files are that are not on the machine, and the quotas there', async () => {
    const usage = {
      storage: 'hdfs',
      bytes: 1024,
      files: 2,
      space: { used: 3 * 1024 ** 2, most: 1024 ** 3 },
      names: { used: 40, most: 5000 },
    };
    renderApp('/projects/demo/files', { ...root, [`GET ${base}/usage`]: usage });
    const text = await screen.findByText(/^On HDFS/);
    expect(text.textContent).toBe('On HDFS, 3 MB of a quota of 1 GB, 40 of a quota of 5000 files and folders');
  });

  it('lets viewers look and download, and no more', async () => {
    renderApp('/projects/demo/files', { ...root, 'GET /projects/demo': { ...project, role: 'viewer' } });
    fireEvent.click(await screen.findByRole('button', { name: 'What to do with notes.md' }));
    expect((await screen.findByRole('menuitem', { name: 'Download' })).getAttribute('href')).toBe(
      '/api/v1/projects/demo/files/content?path=notes.md',
    );
    expect(screen.queryByRole('menuitem', { name: 'Delete' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Upload' })).toBeNull();
  });

  it('uploads files in pieces, asks where a name is taken, and lists what was broken off before', async () => {
    const left = {
      id: 'upload000009',
      folder: 'Resources',
      name: 'old.bin',
      size: 100,
      received: 40,
      pieceBytes: 8,
      startedAt: at,
      entry: null,
    };
    const upload = { ...left, id: 'upload000001', folder: '', name: 'a.txt', size: 3, received: 0 };
    const answers: Record<string, unknown> = {
      ...root,
      [`GET ${base}/uploads`]: { items: [left] },
      [`POST ${base}/uploads`]: new Refusal(409, 'name_taken', 'There is a.txt already.'),
      [`PUT ${base}/uploads/upload000001`]: { ...upload, received: 3, entry: entry('a.txt') },
    };
    const { calls } = renderApp('/projects/demo/files', answers);
    expect(await screen.findByText(/old\.bin to Resources/)).toBeTruthy();
    const input = await screen.findByLabelText('Files to upload');
    fireEvent.change(input, { target: { files: [new File(['abc'], 'a.txt', { lastModified: 0 })] } });
    expect(await screen.findByText(/There is a\.txt already\./)).toBeTruthy();
    answers[`POST ${base}/uploads`] = upload;
    fireEvent.click(screen.getByRole('button', { name: 'Keep both of a.txt' }));
    expect(await screen.findByText('uploaded')).toBeTruthy();
    expect(sent(calls, `POST ${base}/uploads`)).toMatchObject([
      { conflict: 'refuse' },
      { conflict: 'keepBoth', name: 'a.txt', size: 3 },
    ]);
    fireEvent.click(screen.getByRole('button', { name: 'Clear finished' }));
  });

  it('takes whole folders: they are made, those that are there stay, and their files go into them', async () => {
    const answers: Record<string, unknown> = {
      ...root,
      [`POST ${base}/folders`]: new Refusal(409, 'name_taken', 'There is one already.'),
      [`POST ${base}/uploads`]: {
        id: 'upload000001',
        folder: 'data/june',
        name: 'a.csv',
        size: 3,
        received: 3,
        pieceBytes: 8,
        startedAt: at,
        entry: entry('data/june/a.csv'),
      },
    };
    const { calls } = renderApp('/projects/demo/files', answers);
    await screen.findByText('notes.md');
    const dropped = [
      folderEntry('data', folderEntry('june', fileEntry('a.csv')), folderEntry('empty')),
      fileEntry('b.csv'),
    ];
    const items = dropped.map((one) => ({ kind: 'file', webkitGetAsEntry: () => one }));
    fireEvent.drop(screen.getByRole('region', { name: 'Files' }), { dataTransfer: { types: ['Files'], items } });
    await waitFor(() => expect(sent(calls, `POST ${base}/uploads`)).toHaveLength(2));
    expect(sent(calls, `POST ${base}/folders`)).toEqual([
      { path: 'data' },
      { path: 'data/june' },
      { path: 'data/empty' },
    ]);
    expect(sent(calls, `POST ${base}/uploads`)).toMatchObject([
      { folder: 'data/june', name: 'a.csv' },
      { folder: '', name: 'b.csv' },
    ]);
    answers[`POST ${base}/folders`] = new Refusal(403, 'forbidden', 'You may not write there.');
    fireEvent.drop(screen.getByRole('region', { name: 'Files' }), { dataTransfer: { types: ['Files'], items } });
    expect(await screen.findByText('You may not write there.')).toBeTruthy();
    expect(sent(calls, `POST ${base}/uploads`)).toHaveLength(2);
    await waitFor(() => expect(screen.getAllByText('uploaded')).toHaveLength(2));
    fireEvent.click(screen.getByRole('button', { name: 'Clear finished' }));
  });

  it('finds by name in the folders below, says where, and that there is more', async () => {
    const found = { items: [entry('b.csv'), entry('Resources/deep/a.csv', 'file', 99)], cut: true };
    const { router } = renderApp('/projects/demo/files?q=csv', {
      ...calm,
      [`GET ${base}?path=&find=csv`]: folder(),
      [`GET ${base}/search?path=&find=csv`]: found,
    });
    fireEvent.click(await screen.findByRole('button', { name: 'Find in folders below too' }));
    expect(await screen.findByText(/2 items.*there is more/)).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Resources/deep' }).getAttribute('href')).toContain(
      'path=Resources%2Fdeep',
    );
    expect(router.state.location.search).toEqual({ q: 'csv', deep: true });
    const names = () => screen.getAllByRole('button', { name: /^[ab]\.csv$/ }).map(({ textContent }) => textContent);
    expect(names()).toEqual(['a.csv', 'b.csv']);
    fireEvent.click(screen.getByRole('button', { name: 'Sort by size' }));
    await waitFor(() => expect(names()).toEqual(['b.csv', 'a.csv']));
  });

  it('has folders downloaded as archives', async () => {
    renderApp('/projects/demo/files', root);
    fireEvent.click(await screen.findByRole('button', { name: 'What to do with Logs' }));
    for (const format of ['zip', 'tar']) {
      const item = await screen.findByRole('menuitem', { name: `Download as .${format}` });
      expect(item.getAttribute('href')).toBe(`/api/v1/projects/demo/files/archive?path=Logs&format=${format}`);
    }
  });
});

const fileEntry = (name: string) => ({
  isFile: true,
  isDirectory: false,
  name,
  file: (done: (file: File) => void) => done(new File(['abc'], name, { lastModified: 0 })),
});
type Dropped = ReturnType<typeof fileEntry> | { isDirectory: true; name: string };
/** A folder as a browser hands it on: some at a time, and nothing at the end. */
const folderEntry = (name: string, ...inside: Dropped[]) => ({
  isFile: false,
  isDirectory: true as const,
  name,
  createReader: () => {
    const left = [...inside];
    return { readEntries: (done: (some: Dropped[]) => void) => done(left.splice(0, 1)) };
  },
});

describe('a file that is looked at', () => {
  const look = (file: ProjectEntry, content: string | Uint8Array<ArrayBuffer>, size = file.size ?? 0) =>
    renderApp(`/projects/demo/files?show=${encodeURIComponent(file.path)}`, {
      ...root,
      [`GET ${base}/entry`]: file,
      [`GET ${base}/content`]: bytes(content, size),
    });

  it('is shown as text that can do nothing, from its beginning', async () => {
    look(entry('x.html'), '<img src=x onerror="alert(1)">\u202e', 5000);
    expect(await screen.findByText(String.raw`<img src=x onerror="alert(1)">\u202e`)).toBeTruthy();
    expect(screen.getByText('The beginning of the file')).toBeTruthy();
  });

  it('is shown as a table where it is one', async () => {
    look(entry('x.csv'), 'name,age\nAda,36\n', 16);
    expect(await screen.findByRole('cell', { name: 'Ada' })).toBeTruthy();
    expect(screen.getByRole('columnheader', { name: 'age' })).toBeTruthy();
  });

  it('is a notebook with its outputs, of which nothing runs', async () => {
    const cells = [
      { cell_type: 'markdown', source: '# Title\n<b onclick="x()">bold</b> [link](javascript:alert(1))' },
      {
        cell_type: 'code',
        execution_count: 4,
        source: 'print(1)',
        outputs: [
          { output_type: 'display_data', data: { 'text/html': '<script>alert(1)</script>', 'text/plain': 'plain' } },
        ],
      },
    ];
    const text = JSON.stringify({ cells, metadata: {}, nbformat: 4 });
    look(entry('x.ipynb'), text, text.length);
    expect(await screen.findByRole('heading', { name: 'Title' })).toBeTruthy();
    expect(screen.getByText('plain')).toBeTruthy();
    const dialog = screen.getByRole('dialog');
    expect(dialog.querySelector('b, script, [onclick]')).toBeNull();
    expect(within(dialog).queryByRole('link', { name: 'link' })).toBeNull();
    expect(screen.getByText(/\[link\]\(javascript:alert\(1\)\)/)).toBeTruthy();
  });

  it('is said to be no text where it is none', async () => {
    look(entry('x.bin'), Uint8Array.from([1, 0, 2]), 3);
    expect(await screen.findByText(/This is no text/)).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Download' })).toBeTruthy();
  });
});

describe('the bin', () => {
  const item = {
    id: 'binned000001',
    name: 'a.csv',
    path: 'Resources/a.csv',
    type: 'file',
    size: 2048,
    deletedAt: at,
    deletedBy: 'ada@example.org',
    goesAt: at,
  };
  const path = '/projects/demo/files/bin';

  it('says what it takes, gives back, and is emptied after a question', async () => {
    const { calls } = renderApp(path, {
      ...calm,
      [`GET ${base}/bin`]: { days: 30, items: [item], next: null, total: { items: 1, bytes: 2048 } },
      [`POST ${base}/bin/binned000001/restore`]: entry('Resources/a.csv'),
      [`DELETE ${base}/bin`]: {},
    });
    expect(await screen.findByText(/1 deleted item, 2 KB\. They count as files of the project/)).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Restore Resources/a.csv' }));
    await waitFor(() => expect(sent(calls, `POST ${base}/bin/binned000001/restore`).length).toBe(1));
    fireEvent.click(screen.getByRole('button', { name: 'Empty the bin' }));
    fireEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Remove for good' }));
    await waitFor(() => expect(sent(calls, `DELETE ${base}/bin`).length).toBe(1));
  });

  it('shows more of what there is, and says how much that is', async () => {
    const other = { ...item, id: 'binned000002', path: 'Resources/b.csv' };
    const total = { items: 2, bytes: 4096 };
    const { urls } = renderApp(path, {
      ...calm,
      [`GET ${base}/bin`]: { days: 30, items: [item], next: '1-binned000001', total },
      [`GET ${base}/bin?after=1-binned000001`]: { days: 30, items: [other], next: null, total },
    });
    expect(await screen.findByText(/2 deleted items, 4 KB/)).toBeTruthy();
    expect(screen.queryByText('Resources/b.csv')).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'Show more' }));
    expect(await screen.findByText('Resources/b.csv')).toBeTruthy();
    expect(urls.some((url) => url.includes('/bin?after=1-binned000001'))).toBe(true);
    expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull();
  });

  it('is kept for as long as an owner says', async () => {
    const { calls } = renderApp(path, {
      ...calm,
      [`GET ${base}/bin`]: { days: 30, items: [], next: null, total: { items: 0, bytes: 0 } },
      [`PUT ${base}/rules`]: { binDays: 7, logDays: 90, logNewest: 10 },
    });
    expect(await screen.findByText('The bin is empty')).toBeTruthy();
    fireEvent.click(await screen.findByRole('button', { name: 'Change' }));
    fireEvent.change(await screen.findByLabelText('Days in the bin'), { target: { value: '7' } });
    fireEvent.click(screen.getByRole('switch', { name: /^Remove old logs/ }));
    fireEvent.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(sent(calls, `PUT ${base}/rules`)).toEqual([{ binDays: 7, logDays: 90, logNewest: 10 }]));
  });
});
