import { createHash } from 'node:crypto';
import { existsSync, readFileSync, watch, writeFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';

/**
 * A program in Jupyter's place, for tests of what is around it: it answers on the same socket, and starts in no time. The file `mode` in the project's
 * folder says what is wrong with it, if anything.
 */
const configFile = process.argv.find((one) => one.startsWith('--config='))?.slice('--config='.length) ?? '';
const { ServerApp } = JSON.parse(readFileSync(configFile, 'utf8')) as { ServerApp: { sock: string } };
const mode = existsSync('mode') ? readFileSync('mode', 'utf8') : 'well';

function listen(): void {
  const server = createServer((request, response) => {
    // An answer that stays open, as that of a download.
    if (request.url === '/hold') response.write('held');
    else response.end('{}');
  });
  // A WebSocket that nobody says anything on (RFC 6455, 4.2.2).
  server.on('upgrade', (request, socket) => {
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.on('error', () => undefined);
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
    );
  });
  server.on('error', (error: NodeJS.ErrnoException) => {
    process.stderr.write(
      `OSError: [Errno 98] ${error.code === 'EADDRINUSE' ? 'Address already in use' : error.message}\n`,
    );
    process.exit(1);
  });
  server.listen(ServerApp.sock);
}

process.stdout.write(`up\n`);
switch (mode) {
  case 'exits':
    process.stderr.write('Traceback (most recent call last):\nValueError: bad port\n');
    process.exit(1);
  case 'hangs':
    setInterval(() => undefined, 1000);
    break;
  case 'deaf':
    process.on('SIGTERM', () => undefined);
    listen();
    break;
  case 'waits': {
    const watcher = watch('.', () => {
      if (!existsSync('go')) return;
      watcher.close();
      listen();
    });
    break;
  }
  case 'floods': {
    listen();
    // So much each time that the file `more` says something else, which it then writes to `written`.
    const text = `${'all work and no play '.repeat(50)}\n`.repeat(4000);
    let said = '';
    setInterval(() => {
      const more = existsSync('more') ? readFileSync('more', 'utf8') : '';
      if (more === said) return;
      writeSync(1, text);
      said = more;
      writeFileSync('written', said);
    }, 5);
    break;
  }
  default:
    listen();
}
