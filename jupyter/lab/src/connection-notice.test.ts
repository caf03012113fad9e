import { describe, expect, it } from 'vitest';
import { makeConnectionNotice } from './connection-notice.ts';

describe('the notice that nothing answers', () => {
  it('is there once, however many requests fail, and goes when the platform is heard again', () => {
    const { node, lost, heard } = makeConnectionNotice();
    expect(node.childElementCount).toBe(0);
    for (let times = 0; times < 3; times += 1) lost();
    expect(node.textContent).toMatch(/^Emberlab does not answer\. What runs goes on.*saved\.Close$/);
    heard();
    expect(node.childElementCount).toBe(0);
    lost();
    expect(node.childElementCount).toBe(2);
  });

  it('stays away for as long as nothing answers once it was closed', () => {
    const { node, lost, heard } = makeConnectionNotice();
    lost();
    node.querySelector('button')?.click();
    lost();
    expect(node.childElementCount).toBe(0);
    heard();
    lost();
    expect(node.childElementCount).toBe(2);
  });
});
