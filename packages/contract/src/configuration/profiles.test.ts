import { describe, expect, it } from 'vitest';
import { configurationDefaultsBody, jobConfiguration } from '../schemas/configuration.ts';
import type { ProfileChoice } from '../schemas/profiles.ts';
import { defaultConfiguration, defaultPythonConfiguration } from './defaults.ts';
import { differences } from './differences.ts';
import { fieldProperties, sessionBody } from './effective.ts';
import { exportConfiguration } from './export.ts';
import { importConfiguration } from './import.ts';
import { jobProfileProblem, profileOf, profileProblems } from './profiles.ts';
import { configurationShape } from './shape.ts';

const small: ProfileChoice = {
  name: 'small',
  label: 'Small',
  description: null,
  image: 'lab:1',
  gives: { memoryMb: 1024, cores: 1 },
  most: { memoryMb: 2048, cores: 1 },
};
const large: ProfileChoice = { ...small, name: 'large', label: 'Large', most: { memoryMb: null, cores: null } };
const python = { ...defaultPythonConfiguration, memoryMb: 4096, cores: 2 };

describe('the profile of a configuration', () => {
  it('is the first one where it names none', () => {
    expect(profileOf([small, large], defaultConfiguration)).toBe(small);
    expect(profileOf([small, large], { profile: 'large' })).toBe(large);
    expect(profileOf([small, large], { profile: 'gone' })).toBeUndefined();
    expect(profileOf([], defaultConfiguration)).toBeUndefined();
  });

  it('bounds what asks for memory and cores, and a server with Spark asks for none', () => {
    expect(profileProblems(python, [small, large])).toEqual([
      { path: ['memoryMb'], message: 'The profile “Small” gives 2 GB at most.' },
      { path: ['cores'], message: 'The profile “Small” gives 1 core at most.' },
    ]);
    expect(profileProblems({ ...python, memoryMb: 2048, cores: 1 }, [small])).toEqual([]);
    expect(profileProblems({ ...python, profile: 'large' }, [small, large])).toEqual([]);
    expect(profileProblems({ ...defaultConfiguration, driverMemoryMb: 4096 }, [small])).toEqual([]);
    expect(profileProblems(python, [])).toEqual([]);
  });

  it('that is not to be had is said in a sentence', () => {
    const message = (profiles: ProfileChoice[]) => profileProblems({ ...python, profile: 'huge' }, profiles);
    expect(message([small, large])).toEqual([
      {
        path: ['profile'],
        message: 'There is no profile huge for this project any more. Please choose one of these: Small, Large.',
      },
    ]);
    expect(message([])[0]?.message).toBe('There is no profile huge for this project any more. Please choose none.');
  });

  it('is a plain word, and null in what was written before there were profiles', () => {
    const words = ['', 'Large', 'a b', '../x', '$(HOME)', 'a\nb', 'x'.repeat(41), 'large'];
    const taken = words.filter((profile) => configurationShape.safeParse({ ...python, profile }).success);
    expect(taken).toEqual(['large']);
    const { profile: _, ...before } = defaultConfiguration;
    expect(configurationShape.parse(before)).toEqual(defaultConfiguration);
  });

  it('comes along in exports and comparisons, and Spark hears nothing of it', () => {
    const here = { ...defaultConfiguration, profile: 'large' };
    expect(importConfiguration(exportConfiguration(here))).toEqual({ configuration: here, problems: [] });
    expect(differences(here, defaultConfiguration)).toEqual([
      { path: 'profile', label: 'Profile', there: 'the administrator’s default' },
    ]);
    expect(differences(defaultConfiguration, here)).toMatchObject([{ path: 'profile', there: 'large' }]);
    expect(JSON.stringify([fieldProperties(here, '/p'), sessionBody(here, '/p')])).not.toContain('large');
  });

  it('is refused for jobs in a sentence', () => {
    const job = { ...python, profile: 'large' };
    expect(jobConfiguration.safeParse(python).success).toBe(true);
    expect(jobConfiguration.safeParse(job).error?.issues).toMatchObject([
      { path: ['profile'], message: jobProfileProblem },
    ]);
    expect(configurationDefaultsBody.safeParse({ jupyter: job, jobs: python }).success).toBe(true);
    expect(configurationDefaultsBody.safeParse({ jupyter: python, jobs: job }).success).toBe(false);
  });
});
