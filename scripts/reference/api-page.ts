import { routes, routeScopes, type RouteName, type RouteShape, type ScopeRule } from '@emberlab/contract';
import { z } from 'zod';

/** The headings of the page in their order, by what stands before the dot in the names of routes. */
const areas: Readonly<Record<string, string>> = {
  auth: 'Logging in',
  me: 'Your account',
  system: 'The platform',
  projects: 'Projects and members',
  invitations: 'Invitations',
  environment: 'Python libraries',
  configuration: 'Configurations',
  jupyter: 'Jupyter servers',
  notebooks: 'Notebooks',
  sessions: 'Spark applications',
  batches: 'Batches',
  livy: 'A Livy of the project’s own',
  jobs: 'Jobs',
  schedule: 'Schedules',
  chains: 'Jobs after other jobs',
  backfills: 'Backfills',
  executions: 'Runs of jobs',
  files: 'Files',
  alerts: 'Alerts',
  limits: 'Limits',
  announcements: 'Announcements',
  people: 'People',
  serviceAccounts: 'Service accounts',
  indexSettings: 'Package index',
  admin: 'The administrators’ area',
  audit: 'Audit',
};

type JsonSchema = {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  default?: unknown;
  description?: string;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  $ref?: string;
};

const schemaOf = (type: z.ZodType): JsonSchema =>
  z.toJSONSchema(type, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as JsonSchema;

/** A type in a few words. */
function words(schema: JsonSchema): string {
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined) return [...new Set(either.map(words))].join(' or ');
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
  if (schema.type === 'array') return `list of ${words(schema.items ?? {})}`;
  if (schema.type === 'object' && schema.properties !== undefined) {
    return `{ ${Object.keys(schema.properties)
      .map((name) => `\`${name}\``)
      .join(', ')} }`;
  }
  if (schema.type === 'string')
    return schema.maxLength === undefined ? 'text' : `text, at most ${schema.maxLength} characters`;
  if (schema.type === 'integer' || schema.type === 'number') return numberWords(schema);
  if (schema.type === 'boolean') return '`true` or `false`';
  if (schema.type === 'null') return '`null`';
  return schema.type === 'object' ? 'object' : 'any';
}

function numberWords({ type, minimum, maximum }: JsonSchema): string {
  const kind = type === 'integer' ? 'whole number' : 'number';
  const isBounded = (bound: number | undefined) => bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  const bounds = [isBounded(minimum) ? `from ${minimum}` : '', isBounded(maximum) ? `to ${maximum}` : ''].filter(
    Boolean,
  );
  return bounds.length === 0 ? kind : `${kind} ${bounds.join(' ')}`;
}

/** The fields of what a request takes; of several shapes, those of each. */
function fieldsOf(type: z.ZodType, place: string): string[] {
  const schema = schemaOf(type);
  const shapes = schema.anyOf ?? schema.oneOf ?? [schema];
  const rows = shapes.flatMap((shape) =>
    Object.entries(shape.properties ?? {}).map(([name, field]) => {
      const needed = shape.required?.includes(name) === true && field.default === undefined;
      const fallback = field.default === undefined ? '' : `; \`${JSON.stringify(field.default)}\` unless given`;
      return `| \`${name}\` | ${place} | ${needed ? 'yes' : ''} | ${(words(field) + fallback).replaceAll('|', '\\|')} |`;
    }),
  );
  return [...new Set(rows)];
}

function whoMay({ access }: RouteShape, scope: ScopeRule): string {
  const who =
    access === 'public'
      ? 'Anybody.'
      : access === 'user'
        ? 'Everybody with a login.'
        : access === 'admin'
          ? 'Administrators.'
          : `Members of the project, from the role ${access.project} on.`;
  const token =
    scope === 'none'
      ? ''
      : scope === 'login'
        ? ' No token opens it: log in.'
        : ` A token needs the scope \`${typeof scope === 'object' ? scope.scope : scope}\`.`;
  return who + token;
}

function routeSection(name: RouteName): string[] {
  const route: RouteShape = routes[name];
  const rows = [
    ...(route.query === undefined ? [] : fieldsOf(route.query, 'query')),
    ...(route.body === undefined ? [] : fieldsOf(route.body, 'body')),
  ];
  return [
    `### ${route.method} ${route.path}`,
    '',
    `${route.summary.replaceAll('<', '&lt;')}. ${whoMay(route, routeScopes[name])}`,
    '',
    ...(rows.length === 0 ? [] : ['| field | in | needed | what |', '|---|---|---|---|', ...rows, '']),
  ];
}

const areaOf = (name: RouteName): string => name.split('.')[0] ?? '';

/** Every route with who may call it and what it takes. */
export function apiPage(generated: string): string {
  const names = Object.keys(routes) as RouteName[];
  // What has no heading above comes last, under its own name.
  const all = [...new Set([...Object.keys(areas), ...names.map(areaOf)])];
  return [
    '# API reference',
    '',
    `Every route below \`/api/v1\`, from the table that server and clients share. The [guide](../user/api.md) says how to log in and what answers look like; types of`,
    `answers are in \`/api/v1/openapi.json\`. ${generated}`,
    '',
    ...all.flatMap((area) => {
      const mine = names.filter((name) => areaOf(name) === area);
      return mine.length === 0 ? [] : [`## ${areas[area] ?? area}`, '', ...mine.flatMap(routeSection)];
    }),
  ].join('\n');
}
