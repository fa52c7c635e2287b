import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';

/** What a name has: a CNAME record, an address, neither (the name exists), or a server that fails or says nothing. */
export type DnsEntry = { readonly cname: string } | { readonly a: string } | 'no record' | 'servfail' | 'silent';

/** A DNS server on loopback. */
export interface DnsServer {
  /** As `network.dns` takes it. */
  readonly address: string;
  /** Names as they were asked for, with their type. */
  readonly asked: readonly string[];
}

const TYPES: Readonly<Record<number, string>> = { 1: 'A', 5: 'CNAME', 28: 'AAAA' };
const RECURSIVE_ANSWER = 0x8180;
const SERVFAIL = 2;
const NXDOMAIN = 3;

/** Answers from a list of names over UDP (RFC 1035 section 4); it does not keep the test file from ending. */
export async function serveDns(names: Readonly<Record<string, DnsEntry>>): Promise<DnsServer> {
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const { name, type, end } = question(query);
    asked.push(`${TYPES[type] ?? type} ${name}`);
    if (names[name] === 'silent') return;
    socket.send(answer(query.subarray(0, end), name, type, names), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  socket.unref();
  return { address: `127.0.0.1:${(socket.address() as AddressInfo).port}`, asked };
}

function question(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

function answer(asked: Buffer, name: string, type: number, names: Readonly<Record<string, DnsEntry>>): Buffer {
  const records: Buffer[] = [];
  let at = name;
  for (let entry = names[at]; typeof entry === 'object' && 'cname' in entry; entry = names[at]) {
    records.push(record(at, 5, encodeName(entry.cname)));
    at = entry.cname;
    if (TYPES[type] === 'CNAME') break;
  }
  const last = names[at];
  if (typeof last === 'object' && 'a' in last && TYPES[type] === 'A')
    records.push(record(at, 1, Buffer.from(last.a.split('.').map(Number))));
  const code = names[name] === 'servfail' ? SERVFAIL : last === undefined && records.length === 0 ? NXDOMAIN : 0;
  const header = Buffer.from(asked.subarray(0, 12));
  header.writeUInt16BE(RECURSIVE_ANSWER | code, 2);
  [1, records.length, 0, 0].forEach((count, index) => header.writeUInt16BE(count, 4 + 2 * index));
  return Buffer.concat([header, asked.subarray(12), ...records]);
}

function record(name: string, type: number, data: Buffer): Buffer {
  const fields = Buffer.alloc(10);
  fields.writeUInt16BE(type, 0);
  fields.writeUInt16BE(1, 2);
  fields.writeUInt32BE(60, 4);
  fields.writeUInt16BE(data.length, 8);
  return Buffer.concat([encodeName(name), fields, data]);
}

function encodeName(name: string): Buffer {
  const labels = name
    .split('.')
    .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}
