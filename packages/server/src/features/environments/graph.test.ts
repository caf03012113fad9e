import { describe, expect, it } from 'vitest';
import { createGraph, effectsOf } from './graph.ts';
import type { Installed } from './installed.ts';
import { markerEnvironment } from './packaging/marker.ts';

const lib = (name: string, version: string, ...requires: string[]): Installed => ({
  name,
  key: name.toLowerCase().replaceAll('_', '-'),
  version,
  summary: null,
  requires,
  bytes: 1,
});
const platform = lib(
  'emberlab-jupyter',
  '1.0',
  "jupyterlab==4.6.* ; extra == 'jupyter'",
  "ipykernel ; extra == 'jupyter'",
  "sparkmagic ; extra == 'spark'",
);
const graphOf = (...installed: Installed[]) => createGraph(installed, markerEnvironment('3.11.7', 'x86_64'));

describe('the graph of what is installed', () => {
  it('knows what needs what, through extras that somebody asks for, and what of Emberlab does in the end', () => {
    const graph = graphOf(
      platform,
      lib('jupyterlab', '4.6.2', 'httpx[http2]>=0.25', 'tomli>=1 ; python_version < "3.11"'),
      lib('httpx', '0.28', 'anyio', 'h2<5 ; extra == "http2"', 'brotli ; extra == "br"'),
      lib('anyio', '4'),
      lib('ipykernel', '7'),
      lib('sparkmagic', '0.23', 'Requests_Thing'),
      lib('requests-thing', '1'),
      lib('mine', '1', 'anyio'),
    );
    expect(graph.conflicts.map(({ name, neededBy, affects }) => [name, neededBy, affects])).toEqual([
      ['h2', 'httpx', ['jupyter']],
    ]);
    expect(graph.neededBy('anyio')).toEqual(['httpx', 'mine']);
    expect(graph.usedBy('anyio')).toEqual(['jupyter']);
    expect(graph.usedBy('h2')).toEqual(['jupyter']);
    expect(graph.usedBy('requests-thing')).toEqual(['spark']);
    expect(graph.usedBy('mine')).toEqual([]);
    expect(graph.usedBy('brotli')).toEqual([]);
  });

  it('says what is missing or has the wrong version, and what will not work for it', () => {
    const graph = graphOf(
      platform,
      lib('jupyterlab', '4.5.0'),
      lib('ipykernel', '7'),
      lib('sparkmagic', '0.23', 'pandas>=2'),
      lib('mine', '1', 'gone', 'pandas<3'),
    );
    expect(graph.conflicts).toEqual([
      expect.objectContaining({ name: 'gone', installed: null, neededBy: 'mine', affects: [] }),
      expect.objectContaining({ name: 'jupyterlab', requirement: 'jupyterlab==4.6.*', installed: '4.5.0' }),
      expect.objectContaining({ name: 'pandas', requirement: 'pandas<3', neededBy: 'mine', affects: [] }),
      expect.objectContaining({ name: 'pandas', requirement: 'pandas>=2', neededBy: 'sparkmagic', affects: ['spark'] }),
    ]);
    expect(effectsOf(graph.conflicts)).toEqual([
      'Jupyter and its Python kernel may not start or not work in full: jupyterlab.',
      'The kernels for Spark may not start or not work in full: pandas.',
      'What uses mine may fail when it is imported or used.',
    ]);
  });

  it('does not speak of what is left out of the base set for good', () => {
    const installed = [lib('requests-kerberos', '1', 'gssapi', 'krb5>=1'), lib('krb5', '0.1')];
    const graph = createGraph(installed, markerEnvironment('3.11.7', 'x86_64'), new Set(['gssapi', 'krb5']));
    expect(graph.conflicts.map(({ name }) => name)).toEqual(['krb5']);
  });

  it('ends where libraries need each other, and knows the roots of environments from before they were named', () => {
    const graph = graphOf(
      lib('emberlab-jupyter', '0.9'),
      lib('jupyterlab', '4', 'a'),
      lib('a', '1', 'b'),
      lib('b', '1', 'a'),
    );
    expect(graph.conflicts).toEqual([]);
    expect(graph.usedBy('b')).toEqual(['jupyter']);
    expect([...graph.reachableFrom(['a'])].toSorted()).toEqual(['a', 'b']);
    expect([...graph.reachableFrom(['jupyterlab'], ['a'])]).toEqual(['jupyterlab']);
  });
});
