import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient, type Client } from '@emberlab/contract';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { seeFinishedUi } from './finished-ui.ts';
import { listProcesses, processesOf } from './leftovers.ts';
import { failUsefully, languages, useMagics } from './kernels/magics.ts';
import { JupyterPage, type Cell, type Notebook } from './notebook.ts';
import { Platform, runCommand } from './platform.ts';
import { hasSparkR } from './spark-r.ts';

const r = hasSparkR();

/** Everything that a column may hold, with a number that no float can. */
const typedQuery = `%%sql -o typed
SELECT * FROM VALUES
  (1, 9007199254740993L, DATE'2024-02-29', CAST(1.10 AS DECIMAL(10, 2)), '007', array(1, 2), named_struct('a', 1)),
  (2, NULL, NULL, NULL, NULL, NULL, NULL)
AS t(id, big, day, price, code, list, pair) ORDER BY id`;

const printTyped = `%%local
for name in typed:
    print(name, typed[name].dtype, [repr(value) for value in typed[name].tolist()])`;

const typedLines = [
  "id int32 ['1', '2']",
  "big Int64 ['9007199254740993', '<NA>']",
  "day datetime64[ns] [\"Timestamp('2024-02-29 00:00:00')\", 'NaT']",
  "price object [\"Decimal('1.10')\", 'None']",
  "code object [\"'007'\", 'None']",
  "list object ['[1, 2]', 'None']",
  "pair object [\"{'a': 1}\", 'None']",
  '',
].join('\n');

/** Several kernels at once on one server, each with a driver of its own: through the edge, as a browser's tabs would be. */
describe('the Spark kernels', () => {
  let platform: Platform;
  let client: Client;
  let livy: (path: string) => Promise<unknown>;
  let page: JupyterPage;
  let stopServer: (() => Promise<void>) | undefined;
  let python: Notebook;
  let scala: Notebook;
  let sparkR: Notebook;
  let python1: Cell;
  let scala1: Cell;
  let sparkR1: Cell;

  const state = async (notebook: string) =>
    (await client.call('sessions.list', { params: { project: 'demo' } })).items.find(
      (session) => session.notebook === `Jupyter/${notebook}.ipynb`,
    )?.state;

  /** What the code of a `%%local` cell prints. */
  const local = async (notebook: Notebook, code: string) => (await notebook.run(`%%local\n${code}`)).text;

  async function checkFrames(notebook: Notebook, define: string): Promise<void> {
    expect((await notebook.run(typedQuery)).text).not.toContain('error');
    expect((await notebook.run(printTyped)).text).toBe(typedLines);
    expect((await notebook.run(`%%spark -o few -n 3\n${define}`)).text).not.toContain('error');
    expect(await local(notebook, 'print(few["id"].tolist(), few["id"].dtype)')).toBe('[0, 1, 2] int64\n');
    await notebook.run('%%sql -q -o part -m sample -r 0.5 -n -1\nSELECT id FROM range(1000)');
    expect(await local(notebook, 'print(300 < len(part) < 700)')).toBe('True\n');
    expect((await notebook.run('%%sql\nSELECT * FROM no_such_table')).text).toContain('no_such_table');
  }

  async function checkInterrupt(notebook: Notebook, kernel: string, code: string): Promise<void> {
    const cell = notebook.begin(code);
    await expect.poll(() => state(kernel), { timeout: 60_000 }).toBe('busy');
    await notebook.interrupt();
    await cell.ended;
    expect(cell.text).toContain('Interrupted by user');
    await expect.poll(() => state(kernel), { timeout: 60_000 }).toBe('idle');
  }

  beforeAll(async () => {
    platform = await Platform.prepare();
    await platform.start();
    await runCommand('./emberlab', ['user', 'add', 'ada@example.org', '--admin', '--password-stdin'], {
      env: platform.env,
      input: 'correct horse battery\n',
    });
    const token = ['token', 'create', '--user', 'ada@example.org', '--name', 'kernels'];
    const { stdout } = await runCommand('./emberlab', token, { env: platform.env });
    const baseUrl = `http://127.0.0.1:${platform.port}`;
    client = createClient({ baseUrl, token: stdout.trim() });
    const headers = { authorization: `Bearer ${stdout.trim()}` };
    livy = async (path) => (await fetch(`${baseUrl}/livy/demo${path}`, { headers })).json();
    const params = { project: 'demo' };
    const made = async () => (await client.call('projects.list', {})).items.some(({ name }) => name === params.project);
    await vi.waitUntil(made, { timeout: 60_000, interval: 200 });
    const built = async () => (await client.call('environment.get', { params })).current !== null;
    await vi.waitUntil(built, { timeout: 240_000, interval: 200 });
    const configuration = { type: 'spark', driverMemoryMb: 768, driverCores: 1, properties: '' } as const;
    await client.call('jupyter.start', { params, body: { configuration } });
    stopServer = async () => {
      const ended = async () => ['stopped', 'failed'].includes((await client.call('jupyter.server', { params })).state);
      if (!(await ended())) await client.call('jupyter.stop', { params });
      await vi.waitUntil(ended, { timeout: 60_000, interval: 100 });
    };
    const runs = async () => (await client.call('jupyter.server', { params })).state === 'running';
    await vi.waitUntil(runs, { timeout: 120_000, interval: 100 });
    page = await JupyterPage.open((await client.call('jupyter.open', { params, body: {} })).url);
    python = await page.notebook('pysparkkernel');
    scala = await page.notebook('sparkkernel');
    if (r) sparkR = await page.notebook('sparkrkernel');
    // All drivers start at once; each test waits for its own.
    python1 = python.begin('x = 6\nx * 7');
    scala1 = scala.begin('val x = 6\nx * 7');
    if (r) sparkR1 = sparkR.begin('x <- 6\nx * 7');
  });
  afterAll(async () => {
    for (const notebook of [python, scala, sparkR]) notebook?.close();
    // A server outlives the platform, and its drivers too.
    await stopServer?.();
    await platform?.remove();
  });

  it('PySpark: a first cell starts the application, and its result is shown once', async () => {
    await python1.ended;
    expect(python1.text).toMatch(/^Starting Spark application\n.*SparkSession available as 'spark'\.\n42$/s);
    // No widget is left behind that could not be drawn again.
    expect(python1.outputs.map((output) => output.kind)).toEqual(['stream', 'display', 'stream']);
    const { outputs } = await python.run('x + 1');
    expect(outputs).toEqual([{ kind: 'stream', name: 'stdout', text: '7' }]);
  });

  it('PySpark: output is shown while a cell runs, and stays once', async () => {
    const cell = python.begin(
      [
        'import os, time',
        'print("step one")',
        'while not os.path.exists("Resources/go"):',
        '    time.sleep(0.05)',
        'print("step two")',
        '"the end"',
      ].join('\n'),
    );
    await cell.shows(/^step one$/);
    writeFileSync(join(platform.data, 'projects/demo/Resources/go'), '');
    await cell.ended;
    expect(cell.outputs).toEqual([{ kind: 'stream', name: 'stdout', text: "step one\nstep two\n'the end'" }]);
  });

  it('PySpark: the progress of Spark jobs is shown while they run', async () => {
    const cell = python.begin('sc.parallelize(range(10), 10).map(lambda n: time.sleep(0.4) or n).sum()');
    await cell.shows(/^Spark ━+─+ +\d\d%\n +\d+ ━*─+ \d\/10 tasks, \d+ run · sum$/);
    await cell.ended;
    expect(cell.outputs).toEqual([{ kind: 'stream', name: 'stdout', text: '45' }]);
  });

  it('PySpark: frames come with their types', () => checkFrames(python, 'few = spark.range(9)'));

  it('PySpark: a figure drawn on the driver is shown', async () => {
    const { outputs } = await python.run('import matplotlib.pyplot as plt\nplt.plot([1, 3, 2])\n%matplot plt');
    const picture = outputs.find((output) => output.kind === 'display');
    expect(picture?.data['image/png']).toMatch(/^iVBOR/);
  });

  it('PySpark: %%matplot shows what the code below it draws', async () => {
    const { outputs } = await python.run('%%matplot plt\nplt.clf()\n_ = plt.plot([3, 1, 2])');
    expect(outputs).toMatchObject([{ kind: 'display', data: { 'image/png': expect.stringMatching(/^iVBOR/) } }]);
  });

  it('PySpark: every magic of sparkmagic works, and says in a sentence what is wrong', () =>
    useMagics(python, languages.python));

  it('PySpark: what is useful of an error comes first', () => failUsefully(python, languages.python));

  it('PySpark: a property that is not permitted is refused in a sentence, without a trace', async () => {
    const other = await page.notebook('pysparkkernel', 'refused');
    await other.run('%%configure\n{"conf": {"spark.master": "yarn"}}');
    const { text } = await other.run('1');
    expect(text).toContain("The Spark application was not started: Spark properties that can't be set: spark.master");
    expect(text).not.toContain('Traceback');
    other.close();
  });

  it('PySpark: an interrupt ends a cell and keeps its variables', async () => {
    await checkInterrupt(python, 'pysparkkernel', 'while True:\n    pass');
    expect((await python.run('x')).text).toBe('6');
  });

  it('PySpark: an interrupt stops the Spark job of the cell', async () => {
    const endless = 'spark.range(0, 10**14, 1, 100).selectExpr("sum(id % 7)").collect()';
    await checkInterrupt(python, 'pysparkkernel', endless);
    expect((await python.run('sc.statusTracker().getActiveJobsIds()')).text).toBe('[]');
  });

  it('PySpark: code is completed on the driver, magics at once', async () => {
    const found = await python.complete('spark.createDataFr');
    expect(found.matches).toContain('createDataFrame');
    expect(found.replaced).toBe('createDataFr');
    expect(await python.complete('%%sq')).toEqual({ matches: ['%%sql'], replaced: '%%sq' });
    expect((await python.complete('%%local\nimport os\nos.getcw')).matches).toContain('getcwd');
  });

  it('PySpark: code is inspected on the driver, magics at once', async () => {
    expect(await python.inspect('spark.createDataFrame')).toMatch(/^Signature: spark\.createDataFrame\(data/);
    expect(await python.inspect('x')).toMatch(/^Type: int\nValue: 6\n/);
    expect(await python.inspect('%%sql')).toContain('--maxrows');
  });

  it('PySpark: the variables of the session are told, with type and value', async () => {
    await python.run('frame = spark.range(3)');
    const variables = await python.variables();
    expect(variables).toContain('x: int = 6');
    expect(variables).toContainEqual(expect.stringMatching(/^frame: pyspark\.DataFrame = id: bigint$/));
    expect(variables.join()).not.toMatch(/\b(?:spark|sc):/);
  });

  it('PySpark: a cell costs little beside what the driver does', async () => {
    const times: number[] = [];
    const rounds = 30;
    for (let round = 0; round < rounds; round += 1) {
      const begun = performance.now();
      expect((await python.run('1 + 1')).text).toBe('2');
      times.push(performance.now() - begun);
    }
    const { items } = await client.call('sessions.list', { params: { project: 'demo' } });
    const id = items.find(({ notebook }) => notebook === 'Jupyter/pysparkkernel.ipynb')?.id;
    const { statements } = (await livy(`/sessions/${id}/statements?order=desc&size=${rounds}`)) as {
      statements: { started: number; completed: number }[];
    };
    const middle = (values: number[]) => values.toSorted((a, b) => a - b)[rounds / 2]?.toFixed(0);
    const driver = statements.map(({ started, completed }) => completed - started);
    process.stderr.write(`1 + 1, medians: the cell ${middle(times)} ms, the driver ${middle(driver)} ms\n`);
    expect(driver).toHaveLength(rounds);
  });

  it('Spark: cells run in Scala', async () => {
    await scala1.ended;
    expect(scala1.text).toMatch(/SparkSession available as 'spark'\..*: Int = 42/s);
    await checkFrames(scala, 'val few = spark.range(9)');
    await useMagics(scala, languages.scala);
    await failUsefully(scala, languages.scala);
    // The first completion takes Scala's compiler longer than a kernel waits for one.
    const completed = async () => (await scala.complete('spark.createDataFr')).matches;
    await expect.poll(completed, { timeout: 60_000 }).toContain('createDataFrame');
    expect(await scala.inspect('x')).toContain('Type: Int');
    expect(await scala.variables()).toContain('x: Int = 6');
    await checkInterrupt(scala, 'sparkkernel', 'while (true) {}');
    expect((await scala.run('x + 1')).text).toContain(': Int = 7');
  });

  it.skipIf(!r)('SparkR: cells run in R (needs R and SparkR)', async () => {
    await sparkR1.ended;
    expect(sparkR1.text).toMatch(/SparkSession available as 'spark'\..*\[1\] 42/s);
    await checkFrames(sparkR, 'few <- sql("SELECT id FROM range(9)")');
    await useMagics(sparkR, languages.r);
    await failUsefully(sparkR, languages.r);
    expect(await sparkR.inspect('createDataFrame')).toMatch(/^Signature: createDataFrame\(data/);
    expect(await sparkR.variables()).toContain('x: numeric = 6');
    expect((await sparkR.complete('createDataFr')).matches).toContain('createDataFrame');
    await checkInterrupt(sparkR, 'sparkrkernel', 'Sys.sleep(1000)');
    expect((await sparkR.run('x + 1')).text).toContain('[1] 7');
  });

  it('each notebook has an application of its own', async () => {
    await python.run('x = "only here"');
    await python.run('sc.setJobDescription("seen later")\nspark.range(9).count()');
    expect((await scala.run('x.length')).text).toContain('not a member of Int');
    const { items } = await client.call('sessions.list', { params: { project: 'demo' } });
    // A driver that waits for the next notebook is among them.
    const taken = items.filter(({ notebook }) => notebook !== null);
    expect(Object.fromEntries(taken.map(({ notebook, kind }) => [notebook, kind]))).toEqual({
      'Jupyter/pysparkkernel.ipynb': 'pyspark',
      'Jupyter/sparkkernel.ipynb': 'spark',
      ...(r ? { 'Jupyter/sparkrkernel.ipynb': 'sparkr' } : {}),
    });
    expect(new Set(taken.map(({ applicationId }) => applicationId)).size).toBe(r ? 3 : 2);
  });

  it('their notebooks are recent ones, with the configuration of the server', async () => {
    const { items } = await client.call('notebooks.recent', { params: { project: 'demo' } });
    expect(Object.fromEntries(items.map(({ path, kernel }) => [path, kernel]))).toEqual({
      'Jupyter/pysparkkernel.ipynb': 'pysparkkernel',
      'Jupyter/refused.ipynb': 'pysparkkernel',
      'Jupyter/sparkkernel.ipynb': 'sparkkernel',
      ...(r ? { 'Jupyter/sparkrkernel.ipynb': 'sparkrkernel' } : {}),
    });
    for (const { configuration } of items) expect(configuration).toMatchObject({ type: 'spark', driverMemoryMb: 768 });
  });

  it('%%delete and %%cleanup end sessions of the member’s own', async () => {
    const own = async () => ((await livy('/sessions')) as { sessions: { id: number; kind: string }[] }).sessions;
    const of = (all: readonly { id: number; kind: string }[], kind: string) => all.find((one) => one.kind === kind)?.id;
    const before = await own();
    const here = of(before, 'pyspark');
    expect((await python.run(`%%delete -f -s ${here}`)).text).toContain("Cannot delete this kernel's session");
    expect((await python.run(`%%delete -f -s ${of(before, 'spark')}`)).text).toBe('');
    expect((await own()).map(({ id }) => id)).toEqual(
      before.map(({ id }) => id).filter((id) => id !== of(before, 'spark')),
    );
    expect((await python.run('%%cleanup -f')).text).toBe('');
    expect(await own()).toEqual([]);
  });

  it('leave nothing running when their server stops', async () => {
    await stopServer?.();
    const left = () => processesOf(platform.data).filter((line) => !/packages\/server\/src\/main\.ts/.test(line));
    await expect.poll(left, { timeout: 30_000 }).toEqual([]);
  });

  it(
    'the Spark UI of an application that has ended is made from its event log, with its jobs',
    { timeout: 180_000 },
    async () => {
      await seeFinishedUi(platform, { notebook: 'Jupyter/pysparkkernel.ipynb', job: 'seen later' });
      // What shows it goes with the platform, unlike Jupyter and drivers.
      expect(listProcesses(platform.data).filter(({ command }) => command.includes('HistoryServer'))).toHaveLength(1);
      stopServer = undefined;
      await platform.stop();
      await expect.poll(() => processesOf(platform.data), { timeout: 30_000 }).toEqual([]);
    },
  );
});
