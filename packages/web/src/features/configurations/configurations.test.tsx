import {
  defaultConfiguration,
  defaultPythonConfiguration,
  exportConfiguration,
  type CheckedConfiguration,
  type Configuration,
  type ProjectEntry,
} from '@emberlab/contract';
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { project, Refusal, renderApp, stoppedServer, type Answers } from '../../test/app.tsx';
import { FakeEventSource } from '../../test/fake-event-source.ts';

const page = '/projects/demo/jupyter';
const own = '/projects/demo/jupyter/configuration';
const check = 'POST /projects/demo/configuration/check';
const at = '2026-01-31T09:30:00.000Z';
const cluster: Answers = {
  'GET /projects/demo/configuration/place': {
    engine: 'livy',
    master: null,
    executors: true,
    choices: [],
    profiles: [],
  },
};

/** The page with this configuration saved, and the calls that save. */
async function open(configuration: Configuration, answers: Answers = {}) {
  const rendered = renderApp(page, {
    [`GET ${own}`]: configuration,
    [`PUT ${own}`]: configuration,
    ...answers,
  });
  await screen.findByRole('radiogroup', { name: 'Type' });
  const saved = () => rendered.calls.filter(({ route }) => route === `PUT ${own}`).map(({ body }) => body);
  return { ...rendered, saved };
}
const field = (name: string) => screen.getByLabelText<HTMLInputElement>(name);
const set = (name: string, value: string) => fireEvent.change(field(name), { target: { value } });
const run = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Run Jupyter' });
const listOf = (name: string) => screen.getByRole('group', { name });

describe('the configuration on the Jupyter page', () => {
  it('has executors, in a range or of a fixed number, with units in the labels', async () => {
    const { saved } = await open(defaultConfiguration, cluster);
    set('Executor memory (GB)', '2');
    fireEvent.click(screen.getByLabelText('Always the same'));
    set('Executors', '3');
    expect(screen.getByText(/up to 8 GB of memory and 4 cores: its driver and 3 executors/)).toBeTruthy();
    const executors = { mode: 'static', instances: 3 };
    await waitFor(() => expect(saved()).toEqual([{ ...defaultConfiguration, executorMemoryMb: 2048, executors }]));
  });

  it('says at the field what contradicts itself, and neither saves nor runs that', async () => {
    const { saved } = await open(defaultConfiguration, cluster);
    set('Executors at first', '5');
    expect(screen.getByText('5 at first is more than at most 2.')).toBeTruthy();
    expect(run().disabled).toBe(true);
    set('Properties', 'a=1\nspark.executor.memory=1g');
    expect(screen.getByText(/has a field of its own: please set "Executor memory" instead/)).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Line 2' })).toBeTruthy();
    expect(saved()).toEqual([]);
  });

  it('keeps what was typed in place of a number, says what is wrong with it, and neither saves nor runs that', async () => {
    const { saved } = await open(defaultConfiguration);
    const [cores, memory] = ['Driver cores', 'Driver memory (GB)'];
    for (const [name, wrong, words] of [
      [cores, '2.5', 'Please enter a whole number from 1 to 256.'],
      [cores, '2 or 5', 'Please enter a whole number from 1 to 256.'],
      [memory, 'two', '“two” is not a number; please write one such as 2.5.'],
      [memory, '2,5', '“2,5” is not a number; please write one such as 2.5.'],
    ] as const) {
      const before = field(name).value;
      set(name, wrong);
      expect(field(name).value).toBe(wrong);
      expect(screen.getByText(words)).toBeTruthy();
      expect(run().disabled).toBe(true);
      set(name, before);
      expect(screen.queryByText(words)).toBeNull();
    }
    set(memory, '2.5');
    fireEvent.keyDown(field(cores), { key: 'ArrowUp' });
    await waitFor(() => expect(saved()).toEqual([{ ...defaultConfiguration, driverMemoryMb: 2560, driverCores: 2 }]));
  });

  it('says plainly that executors have no effect where the driver does the work', async () => {
    await open(defaultConfiguration);
    expect(screen.getByText('of no effect: the driver does the work')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: /^Executors/ }));
    expect(screen.getByText(/What is set for executors is kept and handed to Spark, but has no effect/)).toBeTruthy();
    expect(screen.getByText(/takes up to 2 GB of memory for its driver, and 1 core/)).toBeTruthy();
  });

  it('has memory, cores, files and variables of Python, checked line by line', async () => {
    const { saved } = await open(defaultConfiguration);
    fireEvent.click(screen.getByLabelText('Python'));
    set('Memory (GB)', '3');
    set('Cores', '2');
    set('Environment variables', 'LOG_LEVEL=debug\nPATH=/x');
    expect(screen.getByText(/PATH can't be set here/)).toBeTruthy();
    set('Environment variables', 'LOG_LEVEL=debug');
    const wanted = { ...defaultPythonConfiguration, memoryMb: 3072, cores: 2, environment: 'LOG_LEVEL=debug' };
    await waitFor(() => expect(saved()).toEqual([wanted]));
  });

  it('is shown as a whole, to read, while the server runs', async () => {
    const configuration = { ...defaultConfiguration, jars: ['Resources/a.jar'], properties: 'a=1' };
    renderApp(page, {
      'GET /projects/demo/jupyter/server': { ...stoppedServer, state: 'running', endedAt: null, configuration },
    });
    expect(await screen.findByText('Read-only while running: stop to change')).toBeTruthy();
    const section = screen.getByRole('region', { name: 'Configuration' });
    expect(section.textContent).toContain('1 to 2, 1 at first · each 4 GB · 1 core');
    expect(section.textContent).toContain('Resources/a.jar');
    expect(within(section).queryByRole('textbox')).toBeNull();
  });
});

describe('secrets in a configuration to read', () => {
  const properties = 'a=1\nspark.my.password=hunter2\n# spark.old.token=t0ken';
  const configuration = { ...defaultConfiguration, properties };
  const hidden = 'a=1\nspark.my.password=(hidden: a secret)\n# spark.old.token=(hidden: a secret)';

  it('are hidden until their owner wants to see them', async () => {
    renderApp(page, {
      'GET /projects/demo/jupyter/server': { ...stoppedServer, state: 'running', endedAt: null, configuration },
    });
    const lines = await screen.findByLabelText('Properties');
    expect(lines.textContent).toBe(hidden);
    fireEvent.click(screen.getByRole('button', { name: 'Show secrets' }));
    expect(lines.textContent).toBe(properties);
    fireEvent.click(screen.getByRole('button', { name: 'Hide secrets' }));
    expect(lines.textContent).toBe(hidden);
  });

  it('of the project’s defaults are hidden from those who read them only', async () => {
    renderApp('/projects/demo/settings/compute', {
      'GET /projects/demo/configuration/defaults': { jupyter: configuration, jobs: configuration, changedAt: at },
      'GET /projects/demo': { ...project, role: 'viewer' },
      'GET /projects/demo/livy': { server: null },
    });
    expect((await screen.findByLabelText('Properties')).textContent).toBe(hidden);
    expect(screen.queryByRole('button', { name: 'Show secrets' })).toBeNull();
  });
});

describe('files of a configuration', () => {
  const entry = (path: string, type: ProjectEntry['type'] = 'file'): ProjectEntry => ({
    name: path.split('/').at(-1) ?? '',
    path,
    type,
    size: type === 'file' ? 2048 : null,
    changedAt: at,
  });
  const folders: Answers = {
    'GET /projects/demo/files?path=Resources': {
      items: [entry('Resources/lib', 'folder'), entry('Resources/a.jar'), entry('Resources/notes.txt')],
      next: null,
    },
    'GET /projects/demo/files?path=Resources%2Flib': { items: [entry('Resources/lib/b.jar')], next: null },
  };

  it('are picked from the project’s folders, where only those that fit are offered', async () => {
    const { saved } = await open(defaultConfiguration, folders);
    fireEvent.click(screen.getByRole('button', { name: /^Archives, jars and files/ }));
    fireEvent.click(await screen.findByRole('button', { name: 'From the project: Additional jars' }));
    const dialog = await screen.findByRole('dialog');
    fireEvent.click(await within(dialog).findByRole('button', { name: 'lib/' }));
    expect(within(dialog).queryByText('notes.txt')).toBeNull();
    fireEvent.click(await within(dialog).findByRole('button', { name: /b\.jar/ }));
    expect(within(listOf('Additional jars')).getByText('Resources/lib/b.jar')).toBeTruthy();
    await waitFor(() => expect(saved()).toMatchObject([{ jars: ['Resources/lib/b.jar'] }]));
    fireEvent.click(screen.getByRole('button', { name: 'Remove Resources/lib/b.jar' }));
    await waitFor(() => expect(saved()).toHaveLength(1));
    expect(within(listOf('Additional jars')).queryByText('Resources/lib/b.jar')).toBeNull();
  });

  it('can be named by a path as well, which is checked', async () => {
    const { saved } = await open(defaultConfiguration, folders);
    fireEvent.click(screen.getByRole('button', { name: /^Archives, jars and files/ }));
    fireEvent.click(await screen.findByRole('button', { name: 'From the project: Additional archives' }));
    const path = await screen.findByLabelText('Or its path in the project');
    fireEvent.change(path, { target: { value: '/etc/a.zip' } });
    expect(screen.getByText(/has to be a path in the project/)).toBeTruthy();
    fireEvent.change(path, { target: { value: 'Resources/a.zip#model' } });
    fireEvent.click(screen.getByRole('button', { name: 'Add' }));
    expect(within(listOf('Additional archives')).getByText('Resources/a.zip#model')).toBeTruthy();
    await waitFor(() => expect(saved()).toHaveLength(1));
  });

  it('are uploaded into Resources; one that would replace another is refused in words', async () => {
    const upload = 'POST /projects/demo/files';
    const answers: Answers = { [upload]: new Refusal(409, 'name_taken', 'There is Resources/x.py already.') };
    const { calls } = await open(defaultConfiguration, answers);
    fireEvent.click(screen.getByRole('button', { name: /^Archives, jars and files/ }));
    const input = screen.getByLabelText('File to upload: Additional Python files');
    const choose = () => fireEvent.change(input, { target: { files: [new File(['x = 1'], 'x.py')] } });
    choose();
    expect(await screen.findByText('There is Resources/x.py already.')).toBeTruthy();
    expect(calls.filter(({ route }) => route === upload)).toHaveLength(1);
    const list = await screen.findByRole('group', { name: 'Additional Python files' });
    expect(within(list).queryByText('Resources/x.py')).toBeNull();
  });

  it('are not uploaded when their name says that they are of no use there', async () => {
    const { calls } = await open(defaultConfiguration);
    fireEvent.click(screen.getByRole('button', { name: /^Archives, jars and files/ }));
    const input = screen.getByLabelText('File to upload: Additional jars');
    for (const name of ['notes.txt', 'a$b.jar']) {
      fireEvent.change(input, { target: { files: [new File(['x'], name)] } });
      expect((await screen.findByRole('alert')).textContent).toContain(`"Resources/${name}" has`);
      expect(screen.getByRole('alert').textContent).toContain('Nothing was uploaded.');
    }
    expect(calls.some(({ route }) => route === 'POST /projects/demo/files')).toBe(false);
  });

  it('that are not there are said at their list, and nothing runs with them', async () => {
    const message = 'There is no file Resources/gone.jar in the project.';
    const checked: CheckedConfiguration = {
      problems: [{ path: 'jars.0', line: null, message }],
      effective: null,
    };
    await open({ ...defaultConfiguration, jars: ['Resources/gone.jar'] }, { [check]: checked });
    expect(await within(listOf('Additional jars')).findByText(message)).toBeTruthy();
    expect(run().disabled).toBe(true);
  });
});

describe('what Spark would get', () => {
  it('can be looked at before the start, each property with where it comes from', async () => {
    const from = (name: string, source: Partial<NonNullable<CheckedConfiguration['effective']>[number]>) => ({
      name,
      value: 'v',
      from: 'pinned',
      label: null,
      line: null,
      ...source,
    });
    const effective = [
      from('spark.executor.memory', { from: 'field', label: 'Executor memory' }),
      from('spark.hadoop.fs.s3a.secret.key', { from: 'properties', line: 3, value: null }),
      from('spark.master', { value: 'local[1]' }),
    ];
    await open(defaultConfiguration, { [check]: { problems: [], effective } });
    fireEvent.click(screen.getByRole('button', { name: 'Effective Spark properties' }));
    const dialog = await screen.findByRole('dialog');
    await within(dialog).findByText('spark.master');
    const rows = within(dialog)
      .getAllByRole('row')
      .map((row) => row.textContent);
    expect(rows).toEqual([
      'NameValueFrom',
      'spark.executor.memoryvExecutor memoryno effect with local[*]',
      'spark.hadoop.fs.s3a.secret.keyhidden: a secretProperties, line 3',
      'spark.masterlocal[1]Emberlab',
    ]);
  });
});

describe('a configuration as a file', () => {
  const choose = (text: string) =>
    fireEvent.change(screen.getByLabelText('File with a configuration'), {
      target: { files: [new File([text], 'mine.json')] },
    });

  it('is exported as it stands in the form', async () => {
    const { saved } = await open(defaultConfiguration);
    const blobs: Blob[] = [];
    vi.stubGlobal(
      'URL',
      Object.assign(URL, {
        createObjectURL: (blob: Blob) => `blob:${blobs.push(blob)}`,
        revokeObjectURL: () => undefined,
      }),
    );
    set('Properties', 'a=1');
    fireEvent.click(screen.getByRole('button', { name: 'Export' }));
    expect(await blobs[0]?.text()).toBe(exportConfiguration({ ...defaultConfiguration, properties: 'a=1' }));
    await waitFor(() => expect(saved()).toHaveLength(1));
  });

  it('is imported into the form and saved', async () => {
    const { saved } = await open(defaultConfiguration);
    const wanted = { ...defaultPythonConfiguration, memoryMb: 4096 };
    choose(exportConfiguration(wanted));
    await waitFor(() => expect(field('Memory (GB)').value).toBe('4'));
    await waitFor(() => expect(saved()).toEqual([wanted]));
  });

  it('changes nothing when something is wrong with it, and says every problem', async () => {
    const { saved } = await open(defaultConfiguration);
    choose(JSON.stringify({ ...defaultConfiguration, driverCores: 0, gpus: 1 }));
    expect(await screen.findByText('mine.json was not imported')).toBeTruthy();
    expect(screen.getByText('"gpus" is not a field of a configuration of type Spark/PySpark.')).toBeTruthy();
    expect(screen.getByText(/^Driver cores: Please enter a whole number/)).toBeTruthy();
    expect(field('Driver cores').value).toBe('1');
    expect(saved()).toEqual([]);
  });
});

describe('project defaults', () => {
  const defaults = {
    jupyter: { ...defaultConfiguration, driverMemoryMb: 1024 },
    jobs: defaultConfiguration,
    changedAt: at,
  };
  const withDefaults: Answers = { 'GET /projects/demo/configuration/defaults': defaults };

  it('are compared with a member’s own, and taken again by a press', async () => {
    const { calls } = await open(defaultConfiguration, { ...withDefaults, [`DELETE ${own}`]: defaults.jupyter });
    expect(screen.getByText('Differs from the project’s defaults: Driver memory (there: 1 GB).')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Use project defaults' }));
    expect(await screen.findByText('As the project’s defaults say.')).toBeTruthy();
    expect(field('Driver memory (GB)').value).toBe('1');
    expect(calls.some(({ route }) => route === `DELETE ${own}`)).toBe(true);
  });

  it('reach a page that is open, unless something was changed there', async () => {
    const answers: Answers = { ...withDefaults, [`GET ${own}`]: defaults.jupyter };
    const { queryClient } = renderApp(page, answers);
    await screen.findByText('As the project’s defaults say.');
    const next = { ...defaults, jupyter: { ...defaultConfiguration, driverMemoryMb: 3072 } };
    answers[`GET ${own}`] = next.jupyter;
    act(() => {
      FakeEventSource.latest.open();
      FakeEventSource.latest.send({ type: 'configuration-defaults', defaults: next });
    });
    expect(queryClient.getQueryData(['project', 'demo', 'configuration', 'defaults'])).toEqual(next);
    await waitFor(() => expect(field('Driver memory (GB)').value).toBe('3'));
  });

  it('are set by owners in the project’s settings, for Jupyter and for jobs', async () => {
    const put = 'PUT /projects/demo/configuration/defaults';
    const general: Answers = {
      ...withDefaults,
      'GET /projects/demo/members': { items: [], next: null },
      'GET /projects/demo/livy': { server: null },
    };
    const saved = {
      ...defaults,
      jobs: { ...defaultConfiguration, driverMemoryMb: 4096 },
      changedAt: '2026-01-31T09:31:00.000Z',
    };
    const { calls } = renderApp('/projects/demo/settings/compute', { ...general, [put]: saved });
    await screen.findByLabelText('Jobs');
    set('Driver memory (GB)', '8');
    fireEvent.click(screen.getByLabelText('Jobs'));
    expect(field('Driver memory (GB)').value).toBe('2');
    const save = screen.getByRole<HTMLButtonElement>('button', { name: 'Save defaults' });
    expect(save.disabled).toBe(true);
    set('Driver memory (GB)', '4');
    fireEvent.click(save);
    await waitFor(() =>
      expect(calls.find(({ route }) => route === put)?.body).toEqual({ jupyter: defaults.jupyter, jobs: saved.jobs }),
    );
    await waitFor(() => expect(save.disabled).toBe(true));
    expect(field('Driver memory (GB)').value).toBe('4');
    // What was begun for Jupyter is neither saved nor lost.
    fireEvent.click(screen.getByLabelText('Jupyter'));
    expect(field('Driver memory (GB)').value).toBe('8');
    fireEvent.click(screen.getByRole('button', { name: 'Discard changes' }));
    expect(field('Driver memory (GB)').value).toBe('1');
  });

  it('are shown to others, to read', async () => {
    renderApp('/projects/demo/settings/compute', {
      ...withDefaults,
      'GET /projects/demo': { ...project, role: 'viewer' },
      'GET /projects/demo/members': { items: [], next: null },
      'GET /projects/demo/livy': { server: null },
    });
    const section = await screen.findByRole('region', { name: 'Defaults' });
    expect(await within(section).findByText(/1 GB · 1 core/)).toBeTruthy();
    expect(within(section).queryByRole('button', { name: 'Save defaults' })).toBeNull();
  });
});
