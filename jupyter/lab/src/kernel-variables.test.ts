import type { Comm } from '@jupyterlab/services';
import { expect, it } from 'vitest';
import { createKernelVariables } from './kernel-variables.ts';
import type { Known } from './variables-panel.ts';

class FakeComm implements Comm {
  onMsg: Comm['onMsg'] = () => undefined;
  onClose: Comm['onClose'] = () => undefined;
  state = 'made';
  open(): void {
    this.state = 'open';
  }
  dispose(): void {
    this.state = 'disposed';
  }
}

const kernel = (name: string) => {
  const comms: FakeComm[] = [];
  const asked: string[] = [];
  const createComm = (target: string) => {
    asked.push(target);
    const comm = new FakeComm();
    comms.push(comm);
    return comm;
  };
  return { kernel: { name, createComm }, comms, asked };
};

it('shows what the kernel in front tells, and lets go of the one before', () => {
  const shown: Known[] = [];
  const variables = createKernelVariables((known) => shown.push(known));
  const one = kernel('pysparkkernel');
  const two = kernel('sparkrkernel');
  variables.follow(one.kernel);
  variables.follow(one.kernel);
  expect([one.asked, one.comms[0]?.state]).toEqual([['emberlab.variables'], 'open']);
  const x = { name: 'x', type: 'int', value: '6' };
  one.comms[0]?.onMsg({ content: { data: { variables: [x] } } });
  variables.follow(two.kernel);
  expect([one.comms[0]?.state, two.comms[0]?.state]).toEqual(['disposed', 'open']);
  // a kernel that was let go of says nothing any more
  one.comms[0]?.onClose({});
  two.comms[0]?.onMsg({ content: { data: { variables: null } } });
  variables.follow(null);
  expect(shown).toEqual(['asking', [x], 'asking', 'unknown', 'none']);
});

it('shows what was said last when it comes into sight again, until the kernel has another process', () => {
  const shown: Known[] = [];
  const variables = createKernelVariables((known) => shown.push(known));
  const { kernel: one, comms } = kernel('pysparkkernel');
  const x = { name: 'x', type: 'int', value: '6' };
  variables.follow(one);
  comms[0]?.onMsg({ content: { data: { variables: [x] } } });
  variables.follow(null);
  variables.follow(one);
  variables.forget();
  variables.follow(one);
  expect(shown).toEqual(['asking', [x], 'none', [x], 'none', 'asking']);
});

it('asks no kernel that has no Spark session', () => {
  const shown: Known[] = [];
  const python = kernel('python3');
  createKernelVariables((known) => shown.push(known)).follow(python.kernel);
  expect([python.asked, shown]).toEqual([[], ['none']]);
});
