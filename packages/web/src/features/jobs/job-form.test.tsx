import {
  defaultConfiguration,
  defaultPythonConfiguration,
  type JobExport,
  type ProjectEntry,
} from '@emberlab/contract';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { project, recentNotebook, Refusal, renderApp, type Answers } from '../../test/app.tsx';
import { inspected, inspectedNotebook, job, report } from './jobs.fixture.ts';

const page = '/projects/demo/jobs/new';
const inspection = (program: string) => `GET /projects/demo/jobs/inspection?${new URLSearchParams({ program })}`;
const create = 'POST /projects/demo/jobs';
const known: Answers = {
  [inspection(inspected.program)]: inspected,
  [inspection(report.program)]: inspectedNotebook,
  [create]: job,
  'GET /projects/demo/jobs/7': job,
  'GET /projects/demo/executions': { items: [], next: null },
};
/** The first field with a label: lists have those of their fields as well. */
const field = (name: string) => {
  const [first] = screen.getAllByLabelText<HTMLInputElement>(name);
  if (first === undefined) throw new Error(`no field ${name}`);
  return first;
};
const set = (name: string, value: string) => fireEvent.change(field(name), { target: { value } });
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }));
const formOf = async (program: string, answers: Answers = {}) => {
  const app = renderApp(`${page}?${new URLSearchParams({ program })}`, { ...known, ...answers });
  await screen.findByRole('button', { name: 'Create job' });
  const sent = () => app.calls.filter(({ route }) => route === create).map(({ body }) => body);
  return { ...app, sent };
};

describe('the form of a new job', () => {
  it('begins with a file of the project, of which it is told', async () => {
    const entries: ProjectEntry[] = ['nightly.py', 'notes.txt'].map((name) => ({
      name,
      path: `Jupyter/${name}`,
      type: 'file',
      size: 10,
      changedAt: job.createdAt,
    }));
    const program = 'Jupyter/nightly.py';
    const { router } = renderApp(page, {
      ...known,
      'GET /projects/demo/files': { items: entries, next: null },
      [inspection(program)]: { ...inspected, program },
    });
    fireEvent.click(await screen.findByRole('button', { name: 'From the project: Program' }));
    const picker = within(await screen.findByRole('dialog'));
    fireEvent.click(await picker.findByRole('button', { name: /nightly\.py/ }));
    expect(picker.queryByText('notes.txt')).toBeNull();
    await waitFor(() => expect(router.state.location.search).toEqual({ program }));
    await screen.findByRole('button', { name: 'Create job' });
    expect(field('Name').value).toBe('nightly');
    expect(field('Type').value).toBe('PySpark');
  });

  it('begins with a file that is uploaded', async () => {
    const path = 'Resources/nightly.py';
    const { router } = renderApp(page, {
      ...known,
      'POST /projects/demo/files': { name: 'nightly.py', path, type: 'file', size: 1, changedAt: job.createdAt },
    });
    const input = await screen.findByLabelText('File to upload: Program');
    fireEvent.change(input, { target: { files: [new File(['x'], 'notes.txt')] } });
    expect(
      await screen.findByText(/A program ends in \.py, \.ipynb, \.jar or \.R\..*Nothing was uploaded/),
    ).toBeTruthy();
    fireEvent.change(input, { target: { files: [new File(['x'], 'nightly.py')] } });
    await waitFor(() => expect(router.state.location.search).toEqual({ program: path }));
  });

  it('makes a job of what was filled in, and leads to it', async () => {
    const { sent, router } = await formOf(inspected.program);
    set('Name', 'hourly');
    set('Arguments', '--day\n2026 01\n');
    set('Retries', '2');
    set('Time limit', '90');
    fireEvent.click(screen.getByLabelText(/^Several runs/));
    set('Driver memory (GB)', '4');
    press('Create job');
    await waitFor(() => expect(router.state.location.pathname).toBe('/projects/demo/jobs/7'));
    expect(sent()).toEqual([
      {
        name: 'hourly',
        program: inspected.program,
        type: 'pyspark',
        mainClass: null,
        arguments: ['--day', '2026 01'],
        parameters: {},
        configuration: { ...defaultConfiguration, driverMemoryMb: 4096 },
        policy: { retries: 2, retryDelaySeconds: 60, timeLimitMinutes: 90, concurrentRuns: false },
      },
    ]);
  });

  it('takes the configuration of the type that is chosen', async () => {
    const { sent } = await formOf(inspected.program);
    expect(screen.queryByLabelText('Memory (MB)')).toBeNull();
    fireEvent.click(field('Type'));
    fireEvent.click(await screen.findByRole('option', { name: 'Python' }));
    press('Create job');
    await waitFor(() => expect(sent()).toMatchObject([{ type: 'python', configuration: { type: 'python' } }]));
  });

  it('has a field for each parameter of a notebook, and sends those that were changed', async () => {
    const { sent } = await formOf(report.program);
    expect(screen.getByText('in the notebook: date.today()')).toBeTruthy();
    set('limit', 'many');
    expect(screen.getByText('Please enter a number, such as 0.5.')).toBeTruthy();
    press('Create job');
    expect(sent()).toEqual([]);
    set('limit', '5');
    press('Add a parameter');
    press('Create job');
    // The new one has no name.
    expect(sent()).toEqual([]);
    press('Remove the parameter');
    press('Create job');
    await waitFor(() => expect(sent()).toMatchObject([{ parameters: { limit: 5 }, arguments: [] }]));
  });

  it('says at the fields what is wrong, before and after it is sent', async () => {
    const { sent } = await formOf(inspected.program, {
      [create]: new Refusal(409, 'job_name_taken', 'There is a job of that name.', 'name'),
    });
    set('Name', 'a/b');
    set('Retries', '11');
    press('Create job');
    expect(screen.getByText(/A name has letters, digits, spaces/)).toBeTruthy();
    expect(screen.getByText('Please enter a whole number from 0 to 10.')).toBeTruthy();
    expect(sent()).toEqual([]);
    set('Name', 'taken');
    set('Retries', '0');
    press('Create job');
    expect((await screen.findAllByText('There is a job of that name.')).length).toBe(2);
    set('Name', 'free');
    expect(screen.queryByText('There is a job of that name.')).toBeNull();
  });

  it('says why a program can’t be run as it is', async () => {
    await formOf(report.program, {
      [inspection(report.program)]: { ...inspectedNotebook, problems: ['Jupyter/report.ipynb names no kernel.'] },
    });
    expect(screen.getByText('Jupyter/report.ipynb names no kernel.')).toBeTruthy();
  });

  it('takes along the configuration of a notebook that is run as a job', async () => {
    const configuration = { ...defaultPythonConfiguration, cores: 3 };
    const mine = { ...recentNotebook, path: report.program, kernel: 'python3', configuration };
    const recent = { items: [mine], next: null };
    const { router } = renderApp('/projects/demo/jupyter', {
      ...known,
      'GET /projects/demo/notebooks/recent': recent,
      'GET /projects/demo/notebooks/runs': recent,
    });
    fireEvent.click(await screen.findByRole('link', { name: 'Run as job: report.ipynb' }));
    await screen.findByRole('button', { name: 'Create job' });
    expect(router.state.location.search).toEqual({ program: report.program, run: mine.id });
    expect(field('Cores').value).toBe('3');
    expect(screen.getByText(/The configuration is that with which the notebook ran/)).toBeTruthy();
  });

  it('takes along that of the last run of a notebook that is open in JupyterLab', async () => {
    const ran = (id: string, cores: number) => ({
      ...recentNotebook,
      id,
      path: report.program,
      configuration: { ...defaultPythonConfiguration, cores },
    });
    renderApp(`/projects/demo/jobs/new?program=${encodeURIComponent(report.program)}&run=last`, {
      ...known,
      'GET /projects/demo/notebooks/runs': { items: [ran('newer', 4), ran('older', 3)], next: null },
    });
    await screen.findByRole('button', { name: 'Create job' });
    expect(field('Cores').value).toBe('4');
  });

  it('is not for viewers', async () => {
    renderApp(page, { 'GET /projects/demo': { ...project, role: 'viewer' } });
    expect(await screen.findByText('You may look, not make jobs')).toBeTruthy();
  });
});

describe('the import of a job', () => {
  const { name, type, program, mainClass, parameters, configuration, policy } = job;
  const exported: JobExport = {
    format: 'emberlab-job',
    version: 1,
    job: { name, type, program, mainClass, arguments: job.arguments, parameters, configuration, policy },
  };
  const choose = async (text: string) =>
    fireEvent.change(await screen.findByLabelText('File with an exported job'), {
      target: { files: [new File([text], 'job.json')] },
    });

  it('makes the job under the name that is given', async () => {
    const route = 'POST /projects/demo/jobs/import';
    const { calls, router } = renderApp(page, { ...known, [route]: job });
    await choose(JSON.stringify(exported));
    const dialog = within(await screen.findByRole('dialog'));
    fireEvent.change(dialog.getByLabelText('Name'), { target: { value: 'mine' } });
    fireEvent.click(dialog.getByRole('button', { name: 'Import' }));
    await waitFor(() => expect(router.state.location.pathname).toBe('/projects/demo/jobs/7'));
    expect(calls.find((call) => call.route === route)?.body).toEqual({ file: exported, name: 'mine' });
  });

  it('says what is wrong with a file', async () => {
    renderApp(page, known);
    await choose('{"type": "spark"}');
    expect(await screen.findByText(/It is no exported job/)).toBeTruthy();
    await choose(JSON.stringify({ ...exported, job: { ...exported.job, program: '../x.py' } }));
    expect(await screen.findByText(/job\.program: .*has to be a path in the project/)).toBeTruthy();
    await choose('x');
    expect(await screen.findByText('It is no JSON.')).toBeTruthy();
  });
});

describe('the form of a job that there is', () => {
  const edit = '/projects/demo/jobs/8/edit';
  const answers: Answers = { ...known, 'GET /projects/demo/jobs/8': report, 'PUT /projects/demo/jobs/8': report };

  it('shows what the job has, and saves what was changed', async () => {
    const { calls, router } = renderApp(edit, answers);
    await screen.findByRole('heading', { name: 'Edit report' });
    await screen.findByRole('button', { name: 'Save' });
    expect(field('limit').value).toBe('20');
    fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
    expect(field('limit').value).toBe('10');
    press('Save');
    await waitFor(() => expect(router.state.location.pathname).toBe('/projects/demo/jobs/8'));
    const body = calls.find(({ route }) => route === 'PUT /projects/demo/jobs/8')?.body;
    expect(body).toMatchObject({ name: 'report', parameters: {}, policy: report.policy });
  });

  it('can have another program, also when its own is gone', async () => {
    renderApp(edit, {
      ...answers,
      [inspection(report.program)]: new Refusal(404, 'not_found', 'It is gone.'),
      'GET /projects/demo/files': {
        items: [{ name: 'nightly.py', path: inspected.program, type: 'file', size: 1, changedAt: job.createdAt }],
        next: null,
      },
    });
    await screen.findByRole('button', { name: 'Save' });
    press('From the project: Program');
    fireEvent.click(await screen.findByRole('button', { name: /nightly\.py/ }));
    expect(await screen.findByLabelText('Arguments')).toBeTruthy();
    expect(field('Name').value).toBe('report');
  });

  it('is not for those who may not change it', async () => {
    renderApp(edit, { ...answers, 'GET /projects/demo/jobs/8': { ...report, mayChange: false } });
    expect(await screen.findByText('This job is not yours to change')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Save' })).toBeNull();
  });
});
