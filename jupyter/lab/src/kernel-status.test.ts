import type { Kernel } from '@jupyterlab/services';
import { describe, expect, it, vi } from 'vitest';
import { askForStatus, reconnect } from './kernel-status.ts';

function kernel(status: string, connectionStatus: string) {
  return {
    name: 'pysparkkernel',
    status,
    connectionStatus,
    requestHistory: vi.fn<Kernel['requestHistory']>().mockRejectedValue(new Error('Kernel is dead')),
    reconnect: vi.fn<Kernel['reconnect']>().mockRejectedValue(new Error('Kernel connection was closed')),
    createComm: vi.fn<Kernel['createComm']>(),
  };
}

describe('the status of a kernel', () => {
  it('is asked for when it is not known, and only with a connection', () => {
    const unknown = kernel('unknown', 'connected');
    askForStatus(unknown);
    expect(unknown.requestHistory).toHaveBeenCalledTimes(1);
    for (const other of [kernel('idle', 'connected'), kernel('busy', 'connected'), kernel('unknown', 'connecting')]) {
      askForStatus(other);
      expect(other.requestHistory).not.toHaveBeenCalled();
    }
    askForStatus(null);
  });
});

describe('the connection to a kernel', () => {
  it('is made at once where it is down, and left alone where it is not or the kernel has died', () => {
    for (const down of [kernel('unknown', 'connecting'), kernel('unknown', 'disconnected')]) {
      reconnect(down);
      expect(down.reconnect).toHaveBeenCalledTimes(1);
    }
    for (const other of [kernel('idle', 'connected'), kernel('dead', 'disconnected')]) {
      reconnect(other);
      expect(other.reconnect).not.toHaveBeenCalled();
    }
    reconnect(null);
  });
});
