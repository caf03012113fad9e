type Env = Readonly<Record<string, string | undefined>>;

/** The installer needs the way to the package index and its cache; it needs nothing of ours, and no other Python's settings. */
export function buildEnv(platformEnv: Env): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(platformEnv)) {
    if (value !== undefined && !/^(EMBERLAB_|EMBER_|PG[A-Z]|PYTHON|VIRTUAL_ENV$|CONDA_|NODE_|npm_)/.test(name))
      env[name] = value;
  }
  return { ...env, LANG: 'C.UTF-8', NO_COLOR: '1' };
}

const plain = [
  'NO_PROXY',
  'no_proxy',
  'SSL_CERT_DIR',
  'SSL_CERT_FILE',
  'UV_FIND_LINKS',
  'UV_HTTP_RETRIES',
  'UV_HTTP_TIMEOUT',
  'UV_INSECURE_HOST',
  'UV_SYSTEM_CERTS',
];
const addresses = [
  'ALL_PROXY',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'https_proxy',
  'http_proxy',
  'UV_DEFAULT_INDEX',
  'UV_EXTRA_INDEX_URL',
  'UV_INDEX',
  'UV_INDEX_URL',
];

/** What of it strangers may know: the way to the index, without user and password. */
export function publicEnv(platformEnv: Env): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of plain) if (platformEnv[name] !== undefined) env[name] = platformEnv[name];
  for (const name of addresses) {
    const words = (platformEnv[name] ?? '').split(/\s+/).filter((word) => URL.canParse(word));
    if (words.length > 0) env[name] = words.map(withoutLogin).join(' ');
  }
  return env;
}

/** An address without user and password. */
export function withoutLogin(text: string): string {
  const url = new URL(text);
  url.username = '';
  url.password = '';
  return url.href.replace(/\/+$/, '');
}
