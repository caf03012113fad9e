import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultConfiguration, defaultPythonConfiguration } from './defaults.ts';
import { differences } from './differences.ts';
import { exportConfiguration } from './export.ts';
import { importConfiguration } from './import.ts';

const problemsOf = (value: unknown) => importConfiguration(JSON.stringify(value)).problems;

describe('a configuration as a file', () => {
  it.each([
    { ...defaultConfiguration, jars: ['Resources/a.jar'], properties: 'a=1' },
    { ...defaultConfiguration, executors: { mode: 'static' as const, instances: 4 } },
    { ...defaultPythonConfiguration, environment: 'A=1', files: ['Resources/x'] },
  ])('comes back as it was: %j', (configuration) => {
    expect(importConfiguration(exportConfiguration(configuration))).toEqual({ configuration, problems: [] });
  });

  it('is not taken in part: each problem is a sentence with the name of its field', () => {
    const wrong = { ...defaultConfiguration, driverMemoryMb: 1, gpus: 2, jars: ['/x.jar'] };
    expect(problemsOf(wrong)).toEqual([
      '"gpus" is not a field of a configuration of type Spark/PySpark.',
      'Driver memory: The driver needs at least 512 MB.',
      expect.stringMatching(/^Additional jars: .*has to be a path in the project/),
    ]);
    expect(importConfiguration(JSON.stringify(wrong)).configuration).toBeNull();
    const { executors } = { executors: { mode: 'static', instances: 1, max: 3 } };
    expect(problemsOf({ ...defaultConfiguration, executors })).toEqual([
      '"executors.max" is not a field of a configuration of type Spark/PySpark.',
    ]);
  });

  it('says what is no configuration at all', () => {
    expect(importConfiguration('{').problems).toEqual(['The file is not JSON.']);
    expect(problemsOf([1])[0]).toContain('no configuration in it');
    expect(problemsOf({ type: 'flink' })[0]).toContain('does not say which type');
    expect(problemsOf({ type: 'spark' })).toEqual([
      'Driver memory: Please enter 512 MB to 1024 GB.',
      'Driver cores: Please enter a whole number from 1 to 256.',
      'Properties: It is missing.',
    ]);
  });

  it('answers a configuration or problems, whatever the file says', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const { configuration, problems } = importConfiguration(text);
        expect(configuration === null).toBe(problems.length > 0);
      }),
    );
  });
});

describe('differences', () => {
  it('names the fields and what they are elsewhere', () => {
    const here = { ...defaultConfiguration, driverMemoryMb: 1536, properties: 'a=1', files: ['Resources/a'] };
    expect(differences(defaultConfiguration, defaultConfiguration)).toEqual([]);
    expect(differences(here, defaultConfiguration).map(({ label, there }) => `${label}: ${there}`)).toEqual([
      'Driver memory: 2 GB',
      'Additional files: none',
      'Properties: none',
    ]);
    const fixed = { ...defaultConfiguration, executors: { mode: 'static' as const, instances: 1 } };
    expect(differences(fixed, defaultConfiguration).map(({ label, there }) => `${label}: ${there}`)).toEqual([
      'Dynamic allocation: on',
    ]);
    expect(differences(defaultPythonConfiguration, defaultConfiguration)).toMatchObject([
      { label: 'Type', there: 'Spark/PySpark' },
    ]);
  });
});
