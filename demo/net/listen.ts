import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';

export const HOST = '127.0.0.1';

/** Listens on this machine only. Resolves with the port, which matters for port 0. */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? portInUse(port) : error),
    );
    server.listen(port, HOST, () => resolve((server.address() as AddressInfo).port));
  });
}

interface ClosableServer extends Server {
  closeAllConnections?(): void;
}

/** Ends the server and its open connections. */
export function closeServer(server: ClosableServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections?.();
  });
}

/** A port that was free a moment ago, for a child process that cannot tell us its own. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, 0);
  await closeServer(server);
  return port;
}

/** Fails with one clear message when something listens on one of the ports already. */
export async function assertFree(ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    const server = createServer();
    await listen(server, port);
    await closeServer(server);
  }
}

function portInUse(port: number): Error {
  return new Error(`port ${port} is in use: set DEMO_PORT to the first of 14 free ports, or end what listens there`);
}
