import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { Refusal, renderApp, type Answers } from '../../test/app.tsx';
import { installed, operation, polars } from './libraries.fixture.ts';

const changes = 'POST /projects/demo/environment/operations';
const uploads = 'POST /projects/demo/environment/uploads';
const searchOf = (q: string, items: { name: string; installed: string | null }[], rest = {}) => ({
  [`GET /projects/demo/environment/index?q=${q}`]: { items, complete: true, preparing: false, ...rest },
});

async function openDialog(answers: Answers) {
  const { calls } = renderApp('/projects/demo/settings/libraries', {
    'GET /projects/demo/environment/libraries': installed([polars]),
    'GET /projects/demo/environment/operations': { items: [], next: null },
    [changes]: operation,
    ...answers,
  });
  await screen.findByRole('button', { name: 'polars' });
  fireEvent.click(screen.getByRole('button', { name: 'Install library' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Install library' }));
  const asked = () => calls.filter((call) => call.route === changes).map(({ body }) => body);
  return { dialog, asked, calls };
}

describe('installing by name', () => {
  it('finds names as they are typed and offers the versions that fit', async () => {
    const { dialog, asked } = await openDialog({
      ...searchOf('scikit-l', [{ name: 'scikit-learn', installed: null }]),
      ...searchOf('scikit-learn', [{ name: 'scikit-learn', installed: '1.7' }]),
      'GET /projects/demo/environment/index/scikit-learn': {
        name: 'scikit-learn',
        versions: [
          { version: '1.8', prerelease: false, builds: false },
          { version: '1.7rc1', prerelease: true, builds: true },
        ],
        leftOut: { yanked: 0, python: 0, platform: 4 },
      },
    });
    const field = dialog.getByLabelText('Library', { selector: 'input' });
    fireEvent.change(field, { target: { value: 'scikit-l' } });
    fireEvent.click(await screen.findByRole('option', { name: /^scikit-learn/ }));
    expect(await screen.findByText('Not listed: 4 for other machines.')).toBeTruthy();
    fireEvent.click(await dialog.findByRole('combobox', { name: 'Version' }));
    fireEvent.click(await screen.findByRole('option', { name: '1.7rc1 (before its release, is built here)' }));
    fireEvent.click(dialog.getByRole('button', { name: 'Install' }));
    await waitFor(() => expect(asked()).toEqual([{ kind: 'install', requirements: ['scikit-learn==1.7rc1'] }]));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(screen.getByText('Waiting, place 1')).toBeTruthy();
  });

  it('takes several lines with conditions, and says what the server has against one', async () => {
    const answers: Answers = {
      [changes]: new Refusal(403, 'library_refused', 'The administrator does not allow evil here.'),
      ...searchOf('evil', [], { complete: false }),
    };
    const { dialog, asked } = await openDialog(answers);
    const type = (value: string) =>
      fireEvent.change(dialog.getByLabelText('Library', { selector: 'input' }), { target: { value } });
    type('pandas>=2,<3');
    fireEvent.click(dialog.getByRole('button', { name: 'Add another' }));
    type('evil');
    expect(await dialog.findByText('The index has no evil.')).toBeTruthy();
    fireEvent.click(dialog.getByRole('button', { name: 'Install 2 libraries' }));
    expect(await dialog.findByText('The administrator does not allow evil here.')).toBeTruthy();
    expect(asked()).toEqual([{ kind: 'install', requirements: ['pandas>=2,<3', 'evil'] }]);
  });
});

describe('installing from elsewhere', () => {
  it('says what of an environment file is not taken before anything is installed', async () => {
    const { dialog, asked, calls } = await openDialog({
      [uploads]: {
        id: 'upload000001',
        fileName: 'environment.yml',
        kind: 'environment',
        name: null,
        version: null,
        requirements: ['plotly>=6'],
        leftOut: [{ line: 3, text: 'r-base', reason: 'Conda packages are not installed.' }],
      },
    });
    fireEvent.click(dialog.getByText('File'));
    const file = new File(['name: x'], 'environment.yml');
    fireEvent.change(dialog.getByLabelText('File with libraries'), { target: { files: [file] } });
    expect(await dialog.findByText('plotly>=6')).toBeTruthy();
    expect(dialog.getByText('Line 3: r-base. Conda packages are not installed.')).toBeTruthy();
    expect(calls.some(({ route }) => route === uploads)).toBe(true);
    expect(asked()).toEqual([]);
    fireEvent.click(dialog.getByRole('button', { name: 'Install' }));
    await waitFor(() => expect(asked()).toEqual([{ kind: 'install-upload', upload: 'upload000001' }]));
  });

  it('installs nothing of a file that is not understood', async () => {
    const { dialog } = await openDialog({ [uploads]: new Refusal(400, 'bad_request', 'This is no wheel.') });
    fireEvent.click(dialog.getByText('File'));
    fireEvent.change(dialog.getByLabelText('File with libraries'), { target: { files: [new File(['x'], 'a.whl')] } });
    expect(await dialog.findByText('This is no wheel.')).toBeTruthy();
    expect(dialog.getByRole<HTMLButtonElement>('button', { name: 'Install' }).disabled).toBe(true);
  });

  it('takes the address of a Git repository without a password, and a tag', async () => {
    const { dialog, asked } = await openDialog({});
    fireEvent.click(dialog.getByText('Git'));
    const type = (label: string, value: string) =>
      fireEvent.change(dialog.getByLabelText(label), { target: { value } });
    type('Address', 'https://ada:secret@git.example.org/x.git');
    fireEvent.click(dialog.getByRole('button', { name: 'Install' }));
    expect(await dialog.findByText(/leave user and password out/)).toBeTruthy();
    type('Address', 'https://git.example.org/x.git');
    type('Branch, tag or commit', 'v1');
    fireEvent.click(dialog.getByRole('button', { name: 'Install' }));
    await waitFor(() =>
      expect(asked()).toEqual([{ kind: 'install-git', url: 'https://git.example.org/x.git', ref: 'v1' }]),
    );
  });
});
