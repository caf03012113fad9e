import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isReserved, ownLocation, ownPath } from './paths.ts';

const origin = 'http://srv1.localhost:8080';

/** Pieces of which open redirects were made. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '/',
        '//',
        '\\',
        '.',
        '..',
        '%2f',
        '%5c',
        '%2e',
        '@',
        ':',
        '?',
        '#',
        '\t',
        '\n',
        ' ',
        '\0',
        'evil.example',
      ),
      fc.constantFrom('http:', 'https://', 'javascript:', 'data:', '\u3002', '\uff0f', '[::1]', ';', '&', 'lab', '-'),
      fc.string({ maxLength: 4, unit: 'grapheme' }),
    ),
    { maxLength: 10 },
  )
  .map((pieces) => pieces.join(''));

describe('ownPath', () => {
  it.each([
    ['/lab', '/lab'],
    ['/lab/tree/a%20b.ipynb?x=1&y=%2F#top', '/lab/tree/a%20b.ipynb?x=1&y=%2F#top'],
    ['/', '/'],
    ['', '/'],
    ['lab', '/'],
    ['//evil.example', '/'],
    ['///evil.example', '/'],
    ['/\\evil.example', '/'],
    ['\\\\evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['/.//evil.example', '/evil.example'],
    ['/..//evil.example/x', '/evil.example/x'],
    ['/x/..//evil.example', '/evil.example'],
    ['https://evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['/@evil.example', '/@evil.example'],
    ['//srv1.localhost:8080/lab', '/lab'],
    ['//user@srv1.localhost:8080/lab', '/'],
    ['//srv1.localhost:80800/', '/'],
  ])('makes %j into %j', (path, expected) => {
    expect(ownPath(path, origin)).toBe(expected);
  });

  it('never leaves the origin, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          hostile,
          fc.webUrl(),
          hostile.map((rest) => `/${rest}`),
        ),
        (path) => {
          const made = ownPath(path, origin);
          expect(made).toMatch(/^\/(?![/\\])[\x21-\x7e]*$/);
          expect(new URL(made, origin).origin).toBe(origin);
          expect(ownPath(made, origin)).toBe(made);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('is not fooled by an address that looks like the target', () => {
    expect(ownLocation('http://localhost.evil.example/', origin)).toBe('http://localhost.evil.example/');
    expect(ownLocation('http://localhost:1/a//b?c', origin)).toBe('/a//b?c');
    fc.assert(
      fc.property(hostile, (rest) => {
        const made = ownLocation(`http://localhost/${rest}`, origin);
        expect(new URL(made, origin).origin).toBe(origin);
      }),
    );
  });
});

describe('isReserved', () => {
  it('sees through every spelling', () => {
    const spelled = fc.tuple(
      fc.array(fc.constantFrom('/', '//', '/./', '\\', '/%2e/', '/x/../', '/x/%2e%2e/', '%2f', '%5C'), {
        minLength: 1,
        maxLength: 4,
      }),
      fc.constantFrom('-', '%2d', '%2D', '%252d'),
      fc.constantFrom('', '/', '%2f', '\\', '/open'),
    );
    fc.assert(
      fc.property(spelled, ([before, dash, after]) => {
        expect(isReserved(before.join('') + dash + after)).toBe(true);
      }),
    );
  });

  it.each(['/', '/lab', '/-x', '/x/-/y', '/--/', '/%2d%2d/'])('leaves %s alone', (path) => {
    expect(isReserved(path)).toBe(false);
  });
});
