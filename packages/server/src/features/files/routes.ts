import { maxUploadBytes } from '@emberlab/contract';
import { audits } from '../../http/audit-trail.ts';
import type { Actor, Membership, Router } from '../../http/router.ts';
import { smaller } from '../../lib/places.ts';
import type { Limits } from '../limits/index.ts';
import type { BinService } from './bin/service.ts';
import { sendFile, sendSaved } from './content/answer.ts';
import type { ProjectFiles } from './project-files.ts';
import type { RuleStore } from './rules.ts';
import { explained } from './tree/problems.ts';
import type { Tree } from './tree/walk.ts';
import { bounded } from './upload.ts';
import type { Sending, Uploads } from './uploads/service.ts';

/** Who asks of what project. */
export type Asking = { membership: Membership; actor: Actor };

export type FileRoutesDeps = {
  files: ProjectFiles;
  treeOf(asking: Asking): Promise<Tree>;
  maxUploadBytes?: number;
  /** what lets a file into a project while there is room for it */
  upload: Limits['upload'];
  bin: BinService;
  uploads: Uploads;
  rules: RuleStore;
};

export function registerFileRoutes(router: Router, deps: FileRoutesDeps): void {
  const { files, bin, uploads, rules, treeOf: treeFor } = deps;
  const most = deps.maxUploadBytes ?? maxUploadBytes;

  const actingFor = async (asking: Asking): Promise<Sending> => ({
    tree: await treeFor(asking),
    projectId: asking.membership.project.id,
    userId: asking.actor.user.id,
    email: asking.actor.user.email,
  });
  const lengthOf = (header: string | undefined): number | null => {
    const length = Number(header ?? Number.NaN);
    return Number.isFinite(length) ? length : null;
  };

  router.handle('files.list', async ({ query, ...asking }) => {
    const { path = '', after, sort, find } = query;
    return files.list(await treeFor(asking), path, {
      after,
      sort,
      find,
      reverse: query.reverse === '1',
      all: query.all === '1',
    });
  });
  router.handle('files.search', async ({ query, ...asking }) =>
    files.search(await treeFor(asking), query.path ?? '', { find: query.find, all: query.all === '1' }),
  );
  router.handle('files.entry', async ({ query, ...asking }) =>
    files.entry(await treeFor(asking), query.path, { all: query.all === '1' }),
  );
  router.handle('files.content', async ({ query, request, reply, ...asking }) =>
    sendFile(request, reply, await files.open(await treeFor(asking), query.path)),
  );
  router.handle('files.archive', async ({ query, reply, ...asking }) => {
    const archive = await files.archive(
      await treeFor(asking),
      query.path,
      asking.membership.project.name,
      query.format,
    );
    return sendSaved(reply, archive);
  });
  router.handle('files.upload', async ({ query, request, ...asking }) => {
    const acting = await actingFor(asking);
    return deps.upload(acting, lengthOf(request.headers['content-length']), (room) =>
      files.upload(acting.tree, query.name, request.raw, smaller(most, room) ?? most),
    );
  });

  router.handle('files.save', async ({ query, request, ...asking }) => {
    const acting = await actingFor(asking);
    const length = lengthOf(request.headers['content-length']);
    return deps.upload(acting, length, (room) =>
      files.save(acting.tree, query.path, bounded(request.raw, smaller(most, room) ?? most)),
    );
  });
  router.handle('files.usage', async (asking) => files.usage(await treeFor(asking)));

  router.handle('files.makeFolder', async ({ body, ...asking }) => files.makeFolder(await treeFor(asking), body.path));
  router.handle('files.move', async ({ body, ...asking }) => files.move(await treeFor(asking), body.from, body.to));
  router.handle('files.remove', async ({ body, request, ...asking }) => {
    const [first = '', ...others] = body.paths;
    audits(request, { target: others.length === 0 ? first : `${first} and ${others.length} more` });
    return bin.remove(await actingFor(asking), body.paths, body.forever);
  });

  router.handle('files.bin', async (asking) => bin.list(await actingFor(asking), asking.query));
  router.handle('files.restore', async ({ params, ...asking }) => bin.restore(await actingFor(asking), params.id));
  router.handle('files.removeBinned', async ({ params, ...asking }) => {
    await bin.removeBinned(await actingFor(asking), params.id);
    return {};
  });
  router.handle('files.emptyBin', async (asking) => {
    await bin.empty(await actingFor(asking)).catch((error: unknown) => {
      throw explained(error);
    });
    return {};
  });

  router.handle('files.uploads', async (asking) => uploads.list(await actingFor(asking)));
  router.handle('files.beginUpload', async ({ body, ...asking }) => uploads.begin(await actingFor(asking), body));
  router.handle('files.uploadPiece', async ({ params, query, request, ...asking }) =>
    uploads.piece(
      await actingFor(asking),
      params.id,
      query.at,
      lengthOf(request.headers['content-length']),
      request.raw,
    ),
  );
  router.handle('files.cancelUpload', async ({ params, ...asking }) => {
    await uploads.cancel(await actingFor(asking), params.id);
    return {};
  });

  router.handle('files.rules', async ({ membership }) => rules.of(membership.project.id));
  router.handle('files.setRules', async ({ membership, body }) => {
    await rules.set(membership.project.id, body);
    return body;
  });
}
