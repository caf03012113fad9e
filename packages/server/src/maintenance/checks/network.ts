import { X509Certificate } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';
import type { Config } from '../../config.ts';
import { readCertificate } from '../../edge/certificate.ts';
import { isLoopback } from '../../lib/addresses.ts';
import { checkPort } from '../../setup/preflight.ts';
import { servedPort } from '../../supervise/claim.ts';
import { ok, problem, warning, type Finding } from '../finding.ts';

const dayMs = 86_400_000;
const soonMs = 14 * dayMs;
const answerMs = 3000;
/** stands for the id of some server in names */
const someId = 'doctor';

/** The port: free, or ours already, or of no matter since this data folder's Emberlab serves at another. */
export async function checkListening(config: Config): Promise<Finding> {
  const { host, port } = config;
  const about = 'Port';
  const served = await servedPort(config);
  if (served !== null && served !== port) {
    return ok(
      about,
      `Emberlab runs with this data folder at port ${served}, as it was started; the settings say ${port}.`,
    );
  }
  try {
    await checkPort(host, port);
    return ok(about, `Port ${port} is free.`);
  } catch (error) {
    if (await isServed(config)) return ok(about, `Emberlab serves at port ${port}.`);
    const [text = '', ...todo] = (error as Error).message.split(/(?<=\.) (?=Stop |Choose )/);
    return problem(about, text, todo.join(' ') || 'Please look at EMBERLAB_HOST and EMBERLAB_PORT.');
  }
}

/** Whether a platform that runs is reached at its port: through the edge, as browsers reach it. */
export async function checkServed(config: Config): Promise<Finding> {
  const about = 'Port';
  return (await isServed(config))
    ? ok(about, `Emberlab serves at port ${config.port}.`)
    : problem(
        about,
        `Nobody answers for Emberlab at port ${config.port}.`,
        'Please see logs/edge.log; ./emberlab doctor says who has the port.',
      );
}

function isServed({ host, port, tls }: Config): Promise<boolean> {
  const name = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host;
  return new Promise((resolve) => {
    const get = tls === null ? httpGet : httpsGet;
    const options = {
      host: name,
      port,
      path: '/healthz',
      headers: { host: `127.0.0.1:${port}` },
      signal: AbortSignal.timeout(answerMs),
      agent: false,
      // Only whether it is us is asked, on our own machine; nothing is told.
      ...(tls === null ? {} : { rejectUnauthorized: false }),
    } as const;
    get(options, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => resolve(text === '{"status":"ok"}'));
      answer.on('error', () => resolve(false));
    }).on('error', () => resolve(false));
  });
}

/** Whether browsers can find the dashboard and each server by their names, and what stands between. */
export async function checkOrigins(
  config: Config,
  resolves: (name: string) => Promise<boolean> = (name) =>
    lookup(name).then(
      () => true,
      () => false,
    ),
): Promise<Finding[]> {
  const about = 'Addresses';
  const dashboard = new URL(config.publicOrigin);
  const apps = new URL(config.appsOrigin.replace('{id}', someId));
  const local = isLocal(dashboard.hostname);
  const findings: Finding[] = [];
  for (const [{ hostname }, setting, what] of [
    [dashboard, 'public_url', 'a name'],
    [apps, 'apps_url', 'a wildcard name'],
  ] as const) {
    // Browsers find what ends in localhost by themselves.
    if (isLocal(hostname) || (await resolves(hostname))) continue;
    findings.push(
      warning(
        about,
        `${hostname} can't be found from this machine.`,
        `Please make ${what} in the DNS that leads here, or correct ${setting}.`,
      ),
    );
  }
  if (dashboard.protocol === 'https:' && config.tls === null && config.trustedProxies.length === 0) {
    findings.push(
      warning(
        about,
        'The dashboard is reached by https, and Emberlab has neither a certificate nor a proxy that it knows.',
        'Please set tls_cert and tls_key, or trusted_proxies: without them all clients look like the proxy, also in the audit log.',
      ),
    );
  }
  if (dashboard.protocol === 'http:' && !local) {
    findings.push(
      warning(
        about,
        `People reach the dashboard at ${config.publicOrigin} without encryption: passwords can be read on the way.`,
        'Please set tls_cert and tls_key, or put a proxy with TLS in front.',
      ),
    );
  }
  const text = `The dashboard is at ${config.publicOrigin}, servers are at ${config.appsOrigin}.`;
  return findings.length === 0 ? [ok(about, text)] : findings;
}

const isLocal = (name: string): boolean =>
  name === 'localhost' || name.endsWith('.localhost') || isLoopback(name.replace(/^\[|\]$/g, ''));

/** The certificate: whether it can be used, for these names, and for how long. */
export async function checkCertificate(config: Config, now: number): Promise<Finding[]> {
  const about = 'Certificate';
  if (config.tls === null) return [];
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate((await readCertificate(config.tls)).cert);
  } catch (error) {
    return [problem(about, (error as Error).message, 'Please look at tls_cert and tls_key.')];
  }
  const ends = Date.parse(certificate.validTo);
  const day = new Date(ends).toISOString().slice(0, 10);
  const renew = 'Please renew it; Emberlab reads the new files by itself.';
  if (ends <= now) return [problem(about, `The certificate ended on ${day}.`, renew)];
  const names = [config.publicOrigin, config.appsOrigin.replace('{id}', someId)].map(
    (origin) => new URL(origin).hostname,
  );
  const unnamed = names.filter((name) => certificate.checkHost(name) === undefined);
  if (unnamed.length > 0) {
    const wanted = unnamed.map((name) => name.replace(new RegExp(`^${someId}\\.`), '*.'));
    return [
      problem(
        about,
        `The certificate is not for ${wanted.join(' and ')}, so browsers refuse it there.`,
        'Please get one that names both, the dashboard and the wildcard of apps_url.',
      ),
    ];
  }
  return [
    ends - now < soonMs
      ? warning(about, `The certificate ends on ${day}.`, renew)
      : ok(about, `The certificate is good until ${day}.`),
  ];
}
