import type { IndexSettings } from '@emberlab/contract';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { Refusal, renderApp } from '../../test/app.tsx';

const settings: IndexSettings = {
  indexUrl: 'https://ada:***@pypi.example.org/simple',
  extraIndexUrls: [],
  trustedHosts: [],
  wheelFolder: null,
  offline: false,
  constraints: '',
  refused: [],
};
const get = { 'GET /settings/package-index': settings };
const put = 'PUT /settings/package-index';
const type = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });

describe('the page Package index', () => {
  it('tries and saves where libraries come from, and which may not come', async () => {
    const next = {
      ...settings,
      extraIndexUrls: ['https://a.example.org/simple', 'https://b.example.org/simple'],
      constraints: 'numpy<3',
      refused: ['evil'],
    };
    const { calls } = renderApp('/admin/libraries', {
      ...get,
      'POST /settings/package-index/test': { ok: false, message: 'pypi.example.org refuses the password.' },
      [put]: next,
    });
    expect((await screen.findByLabelText<HTMLInputElement>('Index')).value).toBe(settings.indexUrl);
    type('Extra indexes', 'https://a.example.org/simple\n\nhttps://b.example.org/simple\n');
    type('Constraints for all projects', 'numpy<3');
    type('Libraries that nobody may install', 'evil');
    fireEvent.click(screen.getByRole('button', { name: 'Test' }));
    expect(await screen.findByText('pypi.example.org refuses the password.')).toBeTruthy();
    expect(calls.some(({ route }) => route === put)).toBe(false);
    fireEvent.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByText(/^Saved/)).toBeTruthy();
    expect(calls.find(({ route }) => route === put)?.body).toEqual(next);
    await waitFor(() => expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Save' }).disabled).toBe(true));
  });

  it('says at the field what is wrong, its own words and those of the server', async () => {
    const { calls } = renderApp('/admin/libraries', {
      ...get,
      [put]: new Refusal(400, 'bad_request', 'This folder is not there.', 'wheelFolder'),
    });
    await screen.findByLabelText('Index');
    type('Extra indexes', 'https://a.example.org/simple\nftp://b.example.org');
    fireEvent.click(screen.getByLabelText(/^Offline/));
    fireEvent.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByText(/^ftp:\/\/b\.example\.org: Please write an address/)).toBeTruthy();
    expect(screen.getByText(/please name it/)).toBeTruthy();
    expect(calls.some(({ route }) => route === put)).toBe(false);
    type('Extra indexes', '');
    type('Folder with wheels', '/srv/wheels');
    fireEvent.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByText('This folder is not there.')).toBeTruthy();
  });
});
