import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { makeContainer, type ShareScope } from './container.ts';

const giving = (value: unknown, loaded = false) => ({ get: async () => () => value, loaded });

describe('the container of the extension', () => {
  it('runs the code with the packages that the page has', async () => {
    const container = makeContainer(['@lumino/widgets', '@jupyterlab/apputils'], (load, _module, exports) => {
      Object.assign(exports, { default: [load('@lumino/widgets'), load('@jupyterlab/apputils')] });
    });
    container.init({
      '@lumino/widgets': { '2.0.0': giving('widgets') },
      '@jupyterlab/apputils': { '4.0.0': giving('utils') },
    });
    const extension = (await container.get('./extension'))();
    expect(extension).toEqual({ default: ['widgets', 'utils'] });
  });

  it('takes the version that is in use, where there are several', async () => {
    const container = makeContainer(['a'], (load, module) => {
      module.exports = { a: load('a') };
    });
    container.init({ a: { '1.0.0': giving('old'), '1.1.0': giving('in use', true), '2.0.0': giving('new') } });
    expect((await container.get('./extension'))()).toEqual({ a: 'in use' });
  });

  it('says what a page does not have, and runs nothing then', async () => {
    const run = vi.fn<() => void>();
    const container = makeContainer(['@lumino/widgets'], run);
    container.init({} satisfies ShareScope);
    await expect(container.get('./extension')).rejects.toThrow('This JupyterLab has no @lumino/widgets.');
    await expect(container.get('./style')).rejects.toThrow('There is no ./style in this extension.');
    expect(run).not.toHaveBeenCalled();
  });

  it('stands by itself: it is written into the built file as text', () => {
    const alone = runInNewContext(`(${makeContainer.toString()})`) as typeof makeContainer;
    expect(typeof alone([], () => undefined).get).toBe('function');
  });
});
