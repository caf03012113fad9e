import { describe, expect, it } from 'vitest';
import { configurationShape } from '../configuration/shape.ts';
import { defaultConfiguration, defaultPythonConfiguration } from '../configuration/defaults.ts';
import { configuration } from './configuration.ts';

const messages = (body: unknown): string[] =>
  configuration.safeParse(body).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
const dynamic = (min: number, initial: number, max: number) =>
  messages({ ...defaultConfiguration, executors: { mode: 'dynamic', min, initial, max } });

describe('configuration', () => {
  it('has defaults that it accepts', () => {
    for (const value of [defaultConfiguration, defaultPythonConfiguration]) {
      expect(configuration.parse(value)).toEqual(value);
    }
  });

  it('reads bodies from before there were executors, files and variables', () => {
    const before = { type: 'spark', driverMemoryMb: 2048, driverCores: 1, properties: '' };
    // As texts too: configurations are compared so.
    for (const [body, all] of [
      [before, defaultConfiguration],
      [{ type: 'python' }, defaultPythonConfiguration],
    ]) {
      expect(JSON.stringify(configuration.parse(body))).toBe(JSON.stringify(all));
    }
  });

  it('tells the line of a wrong property', () => {
    expect(messages({ ...defaultConfiguration, properties: 'a=1\noops' })).toEqual([
      expect.stringMatching(/^properties: Line 2: /),
    ]);
  });

  it('refuses what was stored before a field had its rule, and reads it all the same', () => {
    const stored = { ...defaultConfiguration, properties: 'spark.executor.memory=2g' };
    expect(messages(stored)).toEqual([expect.stringContaining('set "Executor memory" instead')]);
    expect(configurationShape.parse(stored)).toEqual(stored);
  });

  it('refuses numbers of executors that contradict each other, at the field', () => {
    expect(dynamic(1, 1, 2)).toEqual([]);
    expect(dynamic(0, 0, 1)).toEqual([]);
    expect(dynamic(3, 3, 2)).toEqual(['executors.max: At most 2 is fewer than at least 3.']);
    expect(dynamic(2, 1, 3)).toEqual(['executors.initial: 1 at first is fewer than at least 2.']);
    expect(dynamic(1, 4, 3)).toEqual(['executors.initial: 4 at first is more than at most 3.']);
  });

  it.each([
    ['jars', '/etc/a.jar', 'has to be a path in the project'],
    ['jars', '../other/a.jar', 'has to be a path in the project'],
    ['jars', 'Resources/a.py', 'has to end in .jar'],
    ['jars', 'Resources/a*.jar', 'has characters'],
    ['jars', 'Resources/a.jar#b', 'has characters'],
    ['pyFiles', 'Resources/a.whl', 'has to end in .py, .zip or .egg'],
    ['files', 'Resources//a', 'is not the path of a file'],
    ['files', 'Resources/a,b', 'has characters'],
    ['files', 'file:/etc/passwd', 'has characters'],
    ['archives', 'Resources/a.zip#../b', 'has characters'],
  ])('refuses in %s the path %s', (field, path, why) => {
    expect(messages({ ...defaultConfiguration, [field]: [path] })).toEqual([expect.stringContaining(why)]);
  });

  it('takes a name under which an archive is unpacked', () => {
    expect(messages({ ...defaultConfiguration, archives: ['Resources/a.tar.gz#model'] })).toEqual([]);
  });

  it('refuses two files that Spark would know by the same name', () => {
    const twice = { ...defaultConfiguration, files: ['Resources/a.py'], pyFiles: ['Jupyter/a.py'] };
    expect(messages(twice)).toEqual([expect.stringMatching(/^pyFiles\.0: .*would both be called a\.py/)]);
    expect(messages({ ...defaultConfiguration, jars: ['a.jar', 'a.jar'] })).toEqual([
      'jars.1: "a.jar" is there twice.',
    ]);
  });

  it('refuses files that Python would run at each start', () => {
    for (const name of ['sitecustomize.py', 'usercustomize.pyc', 'sitecustomize.so']) {
      const files = [`Resources/${name}`];
      const refused = [expect.stringMatching(/^files\.0: .*Python would run it at each start/)];
      expect(messages({ ...defaultPythonConfiguration, files })).toEqual(refused);
      expect(messages({ ...defaultConfiguration, files })).toEqual(refused);
    }
    expect(messages({ ...defaultConfiguration, archives: ['Resources/a.zip#sitecustomize'] })).toHaveLength(1);
    expect(messages({ ...defaultPythonConfiguration, files: ['Resources/sitecustomizes.py'] })).toEqual([]);
  });

  it.each([
    'PYTHONPATH PYTHONBREAKPOINT PYTHONINSPECT PYTHONWARNINGS PROMPT_COMMAND PS1 PS4 BASH_ENV ENV OPENSSL_CONF',
    'GCONV_PATH GIT_SSH GIT_SSH_COMMAND LD_PRELOAD LD_AUDIT',
  ])('refuses variables that let something else run: %s', (names) => {
    for (const name of names.split(' ')) {
      expect(messages({ ...defaultPythonConfiguration, environment: `${name}=x` })).toEqual([
        expect.stringContaining(`${name} can't be set here`),
      ]);
    }
    expect(messages({ ...defaultPythonConfiguration, environment: 'https_proxy=http://proxy:3128' })).toEqual([]);
  });

  it('refuses a list of files in Properties beside the field for it, and takes it alone', () => {
    const properties = '\nspark.jars=hdfs:///a.jar';
    expect(messages({ ...defaultConfiguration, properties })).toEqual([]);
    expect(messages({ ...defaultConfiguration, properties, jars: ['Resources/b.jar'] })).toEqual([
      expect.stringMatching(/^properties: Line 2: spark\.jars is set by the field "Additional jars" as well/),
    ]);
  });

  it('checks environment variables line by line', () => {
    const environment = 'A=1\nPATH=/x\nB c=2\nA=3\nLD_PRELOAD=/x\n# PATH=/y';
    expect(messages({ ...defaultPythonConfiguration, environment })).toEqual([
      expect.stringMatching(/^environment: Line 2: PATH can't be set here: /),
      expect.stringMatching(/^environment: Line 3: Please write NAME=value/),
      'environment: Line 4: A is set on line 1 already.',
      expect.stringMatching(/^environment: Line 5: LD_PRELOAD can't be set here: /),
    ]);
  });
});
