import { defaultConfiguration, type ClusterCapacity, type Configuration, type Engine } from '@emberlab/contract';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { renderApp, stoppedServer, type Answers } from '../../test/app.tsx';
import { spellCapacity } from './capacity-words.ts';

const at = '2026-01-31T09:30:00.000Z';
const gb = 1024 ** 3;
const capacity: ClusterCapacity = {
  problem: null,
  workers: 2,
  cores: { total: 8, used: 3 },
  memoryBytes: { total: 16 * gb, used: 4 * gb },
  waiting: 0,
  checkedAt: at,
};
const local = { name: 'local', label: 'This machine', type: 'local', master: 'local[*]', executors: false } as const;
const big = {
  name: 'big',
  label: 'Team cluster',
  type: 'standalone',
  master: 'spark://m:7077',
  executors: true,
} as const;

describe('what a cluster has', () => {
  it('is said as what is free', () => {
    expect(spellCapacity(capacity)).toBe('5 of 8 cores and 12 GB of 16 GB are free on 2 machines.');
    expect(spellCapacity({ ...capacity, workers: 1, waiting: 1 })).toMatch(/1 machine\. 1 application waits for/);
    expect(spellCapacity({ ...capacity, waiting: 2 })).toMatch(/2 applications wait for/);
  });
});

describe('the engine of a configuration', () => {
  const own = '/projects/demo/jupyter/configuration';
  const open = async (choices: readonly object[], configuration: Configuration, more: Answers = {}) => {
    const rendered = renderApp('/projects/demo/jupyter', {
      'GET /projects/demo/configuration/place': {
        engine: 'local',
        master: 'local[*]',
        executors: false,
        choices,
        profiles: [],
      },
      [`GET ${own}`]: configuration,
      [`PUT ${own}`]: configuration,
      'GET /projects/demo/engines/big/capacity': { capacity },
      ...more,
    });
    await screen.findByRole('radiogroup', { name: 'Type' });
    const saved = () => rendered.calls.filter(({ route }) => route === `PUT ${own}`).map(({ body }) => body);
    return { ...rendered, saved };
  };
  const field = () => screen.getByLabelText<HTMLInputElement>('Engine', { selector: 'input' });
  const choose = async (label: string) => {
    fireEvent.click(field());
    fireEvent.click(await screen.findByText(label));
  };

  it('is no question where there is one alone', async () => {
    await open([local], defaultConfiguration);
    expect(screen.queryByLabelText('Engine')).toBeNull();
  });

  it('is said with what is free there where the only one is a cluster', async () => {
    await open([big], defaultConfiguration);
    expect(await screen.findByText(/Team cluster: 5 of 8 cores .* are free on 2 machines/)).toBeTruthy();
    expect(screen.queryByLabelText('Engine')).toBeNull();
  });

  it('is said with what is free there while Jupyter runs and notebooks start applications', async () => {
    const place = { engine: 'standalone', master: 'spark://m:7077', executors: true, choices: [big], profiles: [] };
    renderApp('/projects/demo/jupyter', {
      'GET /projects/demo/configuration/place': place,
      'GET /projects/demo/jupyter/server': { ...stoppedServer, state: 'running', endedAt: null },
      'GET /projects/demo/engines/big/capacity': { capacity: { ...capacity, waiting: 2 } },
    });
    expect(await screen.findByText('Free there now')).toBeTruthy();
    expect(await screen.findByText(/Team cluster: 5 of 8 cores .* 2 applications wait for executors\./)).toBeTruthy();
  });

  it('is chosen among several, with what its cluster has now, and gives executors their effect', async () => {
    const { saved } = await open([local, big], defaultConfiguration);
    expect(screen.getByText('of no effect: the driver does the work')).toBeTruthy();
    await choose('Team cluster');
    expect(await screen.findByText(/5 of 8 cores .* are free on 2 machines/)).toBeTruthy();
    expect(screen.queryByText('of no effect: the driver does the work')).toBeNull();
    await waitFor(() => expect(saved()).toEqual([{ ...defaultConfiguration, engine: 'big' }]));
  });

  it('is not written down where it is the first one: who says nothing follows the project', async () => {
    const { saved } = await open([local, big], { ...defaultConfiguration, engine: 'big' });
    await choose('This machine');
    await waitFor(() => expect(saved()).toEqual([defaultConfiguration]));
  });

  it('says what is wrong with its cluster', async () => {
    const problem = 'The Spark master spark://m:7077 does not answer.';
    await open(
      [local, big],
      { ...defaultConfiguration, engine: 'big' },
      {
        'GET /projects/demo/engines/big/capacity': { capacity: { ...capacity, problem } },
      },
    );
    expect(await screen.findByText(problem)).toBeTruthy();
  });

  it('is asked of an administrator where the project may use none', async () => {
    const problem = 'The project may use none of the engines. Please ask an administrator.';
    await open([], defaultConfiguration, {
      'POST /projects/demo/configuration/check': {
        problems: [{ path: 'engine', line: null, message: problem }],
        effective: null,
      },
    });
    expect(await screen.findByText(problem)).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Run Jupyter' }).disabled).toBe(true);
  });

  it('that is not to be had any more is still shown, so that another can be chosen', async () => {
    await open([local], { ...defaultConfiguration, engine: 'gone' });
    expect(field().value).toBe('gone (not to be had)');
  });
});

describe('the page of engines', () => {
  const engines: Engine[] = [
    { ...local, isDefault: true, projects: null, capacity: null },
    { ...big, isDefault: false, projects: ['demo'], capacity },
  ];
  const answers = {
    'GET /admin/engines': { items: engines, next: null },
    'GET /admin/projects': { items: [], next: null },
    'PUT /admin/engines/big/projects': engines[1],
  };

  it('shows where each is, what it has, and who may use it', async () => {
    renderApp('/admin/engines', answers);
    const row = (await screen.findByText('Team cluster')).closest('tr') as HTMLElement;
    for (const text of ['spark://m:7077', 'Answers', 'demo', /5 of 8 cores/]) {
      expect(within(row).getByText(text)).toBeTruthy();
    }
    const other = screen.getByText('This machine').closest('tr') as HTMLElement;
    expect(within(other).getByText('default')).toBeTruthy();
    expect(within(other).getByText('all')).toBeTruthy();
  });

  it('opens one for all projects', async () => {
    const { calls } = renderApp('/admin/engines', answers);
    fireEvent.click(await screen.findByRole('button', { name: 'Change who may use Team cluster' }));
    fireEvent.click(await screen.findByLabelText('All projects'));
    fireEvent.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() =>
      expect(calls.find(({ route }) => route === 'PUT /admin/engines/big/projects')?.body).toEqual({ projects: null }),
    );
  });
});
