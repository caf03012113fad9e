import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patience, type StartCluster } from './cluster.ts';
import { Workplace } from './workplace.ts';

const params = { project: 'demo' };

/** Tries a notebook on a cluster (`skip`: this machine can't have one), as somebody who has JupyterLab open, and what becomes of it when parts are killed. Each step goes on where the one before has ended. */
export function worksOn(name: string, start: StartCluster, { skip = false } = {}): void {
  describe(`a notebook on ${name}`, { skip }, () => {
    let at: Workplace;
    beforeAll(async () => {
      at = new Workplace();
      await at.begin(start);
    }, 600_000);
    afterAll(() => at?.end(), 120_000);
    const session = async () => (await at.client.call('sessions.list', { params })).items[0];

    it('runs in JupyterLab: its driver and executors are the cluster’s', { timeout: 600_000 }, async () => {
      await at.openLab();
      expect(await at.runs('print("master", sc.master)', /master \S+/)).toMatch(at.cluster.master);
      await at.runs('print("sum", spark.range(1000).selectExpr("sum(id)").first()[0])', /sum 499500/);
      await at.runs(
        'import sys\nprint("same", set(sc.parallelize(range(4), 2).map(lambda _: sys.version).collect()) == {sys.version})',
        /same True/,
      );
      await at.runs('%%sql\nselect 40 + 2 as answer', /42/);
    });

    it('has its executors, and its Spark UI', { timeout: 300_000 }, async () => {
      const { id = 0 } = (await session()) ?? {};
      const executors = async () => (await at.client.call('sessions.executors', { params: { ...params, id } })).items;
      await expect.poll(async () => (await executors()).map((one) => one.id), { timeout: patience }).toContain('1');
      await at.page.goto(`${at.platform.url}/projects/demo/applications/${id}`);
      await at.page.getByRole('heading').first().waitFor();
      const { url } = await at.client.call('sessions.openUi', { params: { ...params, id } });
      const ui = await at.context.newPage();
      await ui.goto(url);
      await ui.getByText('Completed Jobs').first().waitFor({ timeout: patience });
      await ui.close();
    });

    it('goes on while control is killed in the middle of a cell', { timeout: 600_000 }, async () => {
      const marker = join(at.platform.data, 'projects/demo/Resources/go-on');
      const { control } = at.platform.pids();
      const waits = `import os, time\nwhile not os.path.exists(${JSON.stringify(marker)}):\n    time.sleep(0.1)`;
      const done = at.runs(`${waits}\nprint("came", "through")`, /came through/);
      const { id = 0 } = (await session()) ?? {};
      await expect.poll(async () => (await session())?.state, { timeout: patience }).toBe('busy');
      process.kill(control, 'SIGKILL');
      writeFileSync(marker, '');
      await done;
      await expect.poll(async () => (await session())?.state, { timeout: patience }).toBe('idle');
      expect((await session())?.id).toBe(id);
    });

    it('says what happened when its driver is killed, and begins anew', { timeout: 600_000 }, async () => {
      const before = await session();
      await at.cluster.killDriver();
      await expect.poll(async () => (await session())?.state, { timeout: patience }).toBe('dead');
      const said = await at.runs('print(1)  # afterwards', /session/i);
      expect(said).not.toMatch(/Traceback/);
      await at.lab.menu('Kernel', 'Restart Kernel…');
      await at.lab.page.getByRole('button', { name: 'Confirm Kernel Restart' }).click();
      await at.lab.kernelIdle();
      await at.runs('print("anew", spark.range(7).count())', /anew 7/);
      expect((await session())?.id).not.toBe(before?.id);
    });

    it('leaves nothing behind once Jupyter is stopped', { timeout: 300_000 }, async () => {
      await at.client.call('jupyter.stop', { params });
      await expect.poll(at.processes, { timeout: patience }).toEqual([]);
      await expect.poll(() => at.cluster.running(), { timeout: patience }).toEqual([]);
    });
  });
}
