import { stat } from 'node:fs/promises';
import { indexSettings, normalName, type IndexSettings } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';
import { HttpError } from '../../../http/errors.ts';
import type { Sealer } from '../../../lib/seal.ts';
import { withoutLogin } from '../build-env.ts';
import type { BuildRules } from '../builder.ts';
import { readRequirements } from '../packaging/lists.ts';

const purpose = 'package-index';
const masked = '***';
/** What a build of what strangers wrote may take. */
export const buildLimits: BuildRules['limits'] = { seconds: 600, memory_mb: 4096, disk_mb: 2048 };

const nothingSet: IndexSettings = {
  indexUrl: null,
  extraIndexUrls: [],
  trustedHosts: [],
  wheelFolder: null,
  offline: false,
  constraints: '',
  refused: [],
};

/** An address without the password in it. */
function withMask(text: string): string {
  const url = new URL(text);
  if (url.password !== '') url.password = masked;
  return url.href.replace(/\/+$/, '');
}

export type IndexSettingsStore = ReturnType<typeof createIndexSettings>;

/** Where libraries come from in all projects. What is kept is sealed: addresses may have passwords in them. */
export function createIndexSettings(deps: { db: Kysely<Database>; sealer: Sealer; limits: BuildRules['limits'] }) {
  const { db, sealer } = deps;

  async function get(): Promise<IndexSettings> {
    const row = await db.selectFrom('package_index').select('settings').where('id', '=', 1).executeTakeFirst();
    return row === undefined ? nothingSet : indexSettings.parse(JSON.parse(await sealer.open(row.settings, purpose)));
  }

  /** Puts the stored password where the mask is: for the same user at the same place alone. */
  async function unmasked(wanted: IndexSettings): Promise<IndexSettings> {
    const before = await get();
    const known = [before.indexUrl, ...before.extraIndexUrls].filter((url) => url !== null);
    const open = (text: string): string => {
      if (decodeURIComponent(new URL(text).password) !== masked) return text;
      const same = known.find((url) => withMask(url) === withMask(text));
      if (same === undefined)
        throw new HttpError('bad_request', {
          message: 'Please enter the password of the index again: its address has changed.',
        });
      return same;
    };
    return {
      ...wanted,
      indexUrl: wanted.indexUrl === null ? null : open(wanted.indexUrl),
      extraIndexUrls: wanted.extraIndexUrls.map(open),
    };
  }

  return {
    get,
    unmasked,

    /** As people may see it. */
    async shown(): Promise<IndexSettings> {
      const settings = await get();
      return {
        ...settings,
        indexUrl: settings.indexUrl === null ? null : withMask(settings.indexUrl),
        extraIndexUrls: settings.extraIndexUrls.map(withMask),
      };
    },

    async set(wanted: IndexSettings): Promise<void> {
      const settings = await unmasked(wanted);
      await check(settings);
      const sealed = await sealer.seal(JSON.stringify(settings), purpose);
      await db
        .insertInto('package_index')
        .values({ id: 1, settings: sealed })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ settings: sealed }))
        .execute();
    },

    refused: async (): Promise<readonly string[]> => (await get()).refused.map(normalName),

    /** What builds go by. */
    rules: async (): Promise<BuildRules> => ({ ...rulesOf(await get()), limits: deps.limits }),
  };
}

/** Throws for what no build could go by. */
async function check(settings: IndexSettings): Promise<void> {
  const refuse = (path: string, message: string) =>
    new HttpError('bad_request', { message, details: [{ path, message }] });
  const { leftOut } = readRequirements(settings.constraints);
  const [wrong] = leftOut;
  if (wrong !== undefined)
    throw refuse('constraints', `Line ${wrong.line ?? 1} of the constraints (${wrong.text}): ${wrong.reason}`);
  if (settings.offline && settings.wheelFolder === null)
    throw refuse('wheelFolder', 'Please name the folder with wheels: no index is asked.');
  if (settings.wheelFolder !== null && (await stat(settings.wheelFolder).catch(() => null))?.isDirectory() !== true)
    throw refuse('wheelFolder', 'There is no such folder on this machine, or we may not read it.');
}

function rulesOf(settings: IndexSettings): Omit<BuildRules, 'limits'> {
  const shared: Record<string, string> = {
    ...(settings.trustedHosts.length === 0 ? {} : { UV_INSECURE_HOST: settings.trustedHosts.join(' ') }),
    ...(settings.wheelFolder === null ? {} : { UV_FIND_LINKS: settings.wheelFolder }),
  };
  const indexes = (form: (url: string) => string): Record<string, string> => ({
    ...(settings.indexUrl === null ? {} : { UV_DEFAULT_INDEX: form(settings.indexUrl) }),
    ...(settings.extraIndexUrls.length === 0 ? {} : { UV_INDEX: settings.extraIndexUrls.map(form).join(' ') }),
  });
  return {
    env: { ...shared, ...indexes((url) => url) },
    publicEnv: { ...shared, ...indexes(withoutLogin) },
    constraints: [...readRequirements(settings.constraints).requirements],
    refused: settings.refused.map(normalName),
    trusted: settings.trustedHosts,
    offline: settings.offline,
  };
}
