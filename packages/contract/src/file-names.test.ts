import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOfName, fileNameProblem, nameOfBytes, shownName } from './file-names.ts';

describe('names of files as texts', () => {
  it('come back as the bytes that they were, whatever those are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (bytes) => {
        expect(bytesOfName(nameOfBytes(bytes))).toEqual(bytes);
      }),
    );
  });

  it('are those of people where they are text, and never have a slash or a dot that the bytes have not', () => {
    const text = 'Übung 1 \u{1f525}.ipynb';
    expect(nameOfBytes(new TextEncoder().encode(text))).toBe(text);
    for (let byte = 0x80; byte <= 0xff; byte += 1) {
      const name = nameOfBytes(Uint8Array.from([byte]));
      expect(name.isWellFormed() && !/[./\0]/.test(name)).toBe(true);
      expect(encodeURIComponent(name)).not.toBe('');
    }
  });

  it('stay two where a name looks like what stands for a byte', () => {
    const escaped = nameOfBytes(Uint8Array.from([0xff]));
    const alike = nameOfBytes(new TextEncoder().encode(escaped));
    expect(alike).not.toBe(escaped);
    expect(bytesOfName(alike)).toEqual(new TextEncoder().encode(escaped));
    expect(shownName(escaped)).toBe('\ufffd');
  });

  it.each(['', '.', '..', 'a/b', 'a\0', 'a\u202eb', 'x'.repeat(256), 'ü'.repeat(128), '\ud800'])(
    'are refused where nothing can be made with them: %j',
    (name) => expect(fileNameProblem(name)).toBeTypeOf('string'),
  );

  it.each(['a', '.hidden', 'back\\slash', "a'b", 'x'.repeat(255)])('are taken: %j', (name) =>
    expect(fileNameProblem(name)).toBeUndefined(),
  );
});
