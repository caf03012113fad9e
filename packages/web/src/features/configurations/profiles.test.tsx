import {
  defaultConfiguration,
  defaultPythonConfiguration,
  type Configuration,
  type ProfileChoice,
  type Server,
  type ServerProfile,
} from '@emberlab/contract';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { renderApp, stoppedServer, type Answers } from '../../test/app.tsx';

const small: ProfileChoice = {
  name: 'small',
  label: 'Small',
  description: null,
  image: 'registry.example.org/lab:1',
  gives: { memoryMb: 1024, cores: 1 },
  most: { memoryMb: 2048, cores: 2 },
};
const large: ProfileChoice = {
  ...small,
  name: 'large',
  label: 'Large',
  description: 'For training; with compilers',
  image: 'registry.example.org/lab-large:1',
  gives: { memoryMb: 8192, cores: 4 },
  most: { memoryMb: 65_536, cores: null },
};

describe('the profile of a configuration', () => {
  const own = '/projects/demo/jupyter/configuration';
  const open = async (profiles: readonly ProfileChoice[], configuration: Configuration, more: Answers = {}) => {
    const place = { engine: 'local', master: 'local[*]', executors: false, choices: [], profiles };
    const rendered = renderApp('/projects/demo/jupyter', {
      'GET /projects/demo/configuration/place': place,
      [`GET ${own}`]: configuration,
      [`PUT ${own}`]: configuration,
      ...more,
    });
    await screen.findByRole('radiogroup', { name: 'Type' });
    const saved = () => rendered.calls.filter(({ route }) => route === `PUT ${own}`).map(({ body }) => body);
    return { ...rendered, saved };
  };
  const field = () => screen.getByLabelText<HTMLInputElement>('Profile', { selector: 'input' });
  const choose = async (label: string) => {
    fireEvent.click(field());
    fireEvent.click(await screen.findByRole('option', { name: new RegExp(label) }));
  };
  const run = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Run Jupyter' });

  it.each([[[]], [[small]]])('is no question where there is one alone, or none', async (profiles) => {
    await open(profiles, defaultConfiguration);
    expect(screen.queryByLabelText('Profile')).toBeNull();
  });

  it('is chosen among several, with what each is for and what it gives', async () => {
    const { saved } = await open([small, large], defaultConfiguration);
    expect(field().value).toBe('Small');
    expect(screen.getByText(/Jupyter gets 1 GB of memory and 1 core\. It runs in the image/)).toBeTruthy();
    fireEvent.click(field());
    const option = await screen.findByRole('option', { name: /Large/ });
    expect(within(option).getByText('For training; with compilers')).toBeTruthy();
    fireEvent.click(option);
    expect(screen.getByText(/For training; with compilers\. Jupyter gets 8 GB of memory and 4 cores\./)).toBeTruthy();
    await waitFor(() => expect(saved()).toEqual([{ ...defaultConfiguration, profile: 'large' }]));
  });

  it('is not written down where it is the first one', async () => {
    const { saved } = await open([small, large], { ...defaultConfiguration, profile: 'large' });
    await choose('Small');
    await waitFor(() => expect(saved()).toEqual([defaultConfiguration]));
  });

  it('bounds memory and cores as they are typed, and another one has bounds of its own', async () => {
    await open([small, large], defaultPythonConfiguration);
    expect(screen.getByText('512 MB to 2 GB')).toBeTruthy();
    expect(screen.getByText('1 to 2')).toBeTruthy();
    fireEvent.change(screen.getByLabelText('Memory (GB)'), { target: { value: '16' } });
    fireEvent.change(screen.getByLabelText('Cores'), { target: { value: '3' } });
    expect(screen.getByText('The profile “Small” gives 2 GB at most.')).toBeTruthy();
    expect(screen.getByText('The profile “Small” gives 2 cores at most.')).toBeTruthy();
    expect(run().disabled).toBe(true);
    await choose('Large');
    expect(screen.queryByText(/gives .* at most/)).toBeNull();
    await waitFor(() => expect(run().disabled).toBe(false));
  });

  it('that is gone is said so and can be changed; all else stays', async () => {
    const saved = { ...defaultConfiguration, profile: 'huge', driverCores: 3 };
    const it_ = await open([small, large], saved);
    expect(field().value).toBe('huge (not to be had)');
    expect(
      screen.getByText('There is no profile huge for this project any more. Please choose one of these: Small, Large.'),
    ).toBeTruthy();
    expect(run().disabled).toBe(true);
    expect(it_.saved()).toEqual([]);
    await choose('Large');
    await waitFor(() => expect(it_.saved()).toEqual([{ ...saved, profile: 'large' }]));
  });

  it('that is gone where there is no other can be left out', async () => {
    const it_ = await open([], { ...defaultConfiguration, profile: 'huge' });
    expect(run().disabled).toBe(true);
    await choose('none');
    await waitFor(() => expect(it_.saved()).toEqual([defaultConfiguration]));
    await waitFor(() => expect(run().disabled).toBe(false));
  });

  it('is shown while the server runs', async () => {
    const server: Server = {
      ...stoppedServer,
      state: 'running',
      endedAt: null,
      configuration: { ...defaultConfiguration, profile: 'large' },
      profile: { name: 'large', label: 'Large' },
      limits: { memoryMb: 8192, cores: 4, by: 'cgroup' },
    };
    renderApp('/projects/demo/jupyter', { 'GET /projects/demo/jupyter/server': server });
    expect(await screen.findByText(/JupyterLab · Spark\/PySpark · Large/)).toBeTruthy();
    expect(screen.getByText('Profile').closest('div')?.parentElement?.textContent).toContain('Large');
  });

  it('is no matter of jobs: their defaults have none', async () => {
    const place = { engine: 'local', master: 'local[*]', executors: false, choices: [], profiles: [small, large] };
    const { calls } = renderApp('/projects/demo/settings/compute', {
      'GET /projects/demo/configuration/place': place,
    });
    expect(await screen.findByLabelText('Profile', { selector: 'input' })).toBeTruthy();
    fireEvent.click(screen.getByRole('radio', { name: 'Jobs' }));
    expect(screen.queryByLabelText('Profile')).toBeNull();
    expect(calls.length).toBeGreaterThan(0);
  });
});

it('administrators see all of them, with who may use which', async () => {
  const profiles: ServerProfile[] = [
    { ...small, isDefault: true, projects: null, places: [] },
    { ...large, isDefault: false, projects: ['demo'], places: ['pool=large', 'tolerates gpu (NoSchedule)'] },
  ];
  renderApp('/admin/engines', {
    'GET /admin/engines': { items: [], next: null },
    'GET /admin/profiles': { items: profiles, next: null },
  });
  const row = (await screen.findByText('Large')).closest('tr') as HTMLElement;
  const texts = [
    'large · For training; with compilers',
    'registry.example.org/lab-large:1',
    'pool=large, tolerates gpu (NoSchedule)',
    '8 GB · 4 cores',
    '64 GB · all cores',
    'demo',
  ];
  for (const text of texts) expect(within(row).getByText(text)).toBeTruthy();
  const first = screen.getByText('Small').closest('tr') as HTMLElement;
  expect(within(first).getByText('default')).toBeTruthy();
  expect(within(first).getByText('all')).toBeTruthy();
});
